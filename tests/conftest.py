"""What every layer of tests shares: the versions that matter in the header, and one hypothesis profile."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Generator
from importlib import metadata

import pytest
from hypothesis import settings

# No surprise failures: the examples are the same in each run, and a busy machine is not an error.
settings.register_profile("steady", derandomize=True, deadline=None, print_blob=True)
settings.load_profile("steady")


def pytest_report_header() -> str:
    versions = [f"{name} {metadata.version(name)}" for name in ("pulumi", "azure-ai-projects", "azure-core")]
    return f"against: {', '.join(versions)}, pulumi CLI {_cli_version()}"


def _cli_version() -> str:
    if shutil.which("pulumi") is None:
        return "none on PATH"
    environment = {**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"}
    return subprocess.run(
        ["pulumi", "version"], env=environment, capture_output=True, text=True, check=False
    ).stdout.strip()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI a test that cannot run is a failure: nobody reads the list of skips there."""
    report = yield
    if os.environ.get("CI") and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, which counts as failed in CI: {report.longrepr}"
    return report
