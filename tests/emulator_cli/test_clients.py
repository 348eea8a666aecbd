"""Clients that we did not write, unmodified, under the host names of production."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from pulumi_azure_foundry.emulator import Emulator, child_environment

SDK_PROGRAM = """
import json, os
from azure.ai.projects import AIProjectClient
from azure.identity import DefaultAzureCredential

definition = {
    "kind": "hosted", "cpu": "1", "memory": "2Gi",
    "container_configuration": {"image": "acme.azurecr.io/a:1"},
    "protocol_versions": [{"protocol": "responses", "version": "1.0.0"}],
}
endpoint = os.environ["AZURE_AI_PROJECT_ENDPOINT"]
with DefaultAzureCredential() as credential, AIProjectClient(endpoint, credential) as project:
    made = project.agents.create_version("support", {"definition": definition})
    listed = [version["version"] for version in project.agents.list_versions("support")]
print(json.dumps([endpoint, made["version"], made["status"], listed]))
"""
FOREIGN_PROGRAM = """
import requests
try:
    requests.get("https://pypi.org/simple/")
except requests.exceptions.ProxyError as error:
    print(error)
"""
URLLIB_PROGRAM = """
import os, urllib.error, urllib.request
try:
    urllib.request.urlopen(os.environ["AZURE_AI_PROJECT_ENDPOINT"] + "/agents?api-version=v1")
except urllib.error.HTTPError as error:
    print(error.code, error.headers["www-authenticate"])
    error.close()
"""
REAL_NAME = "https://acme.services.ai.azure.com/api/projects/p"


def run_python(program: str, environment: dict[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False, timeout=120
    )
    assert "" == done.stderr
    return done.stdout


@pytest.mark.parametrize("endpoint", [None, REAL_NAME], ids=["on a loopback port", "under a real host name"])
def test_the_azure_sdk_and_its_default_credential_run_unmodified(emulator: Emulator, endpoint: str | None) -> None:
    environment = child_environment(os.environ, emulator.environment(project_endpoint=endpoint))

    answer = json.loads(run_python(SDK_PROGRAM, environment))

    assert [endpoint or emulator.project_endpoint, "1", "active", ["1"]] == answer
    assert {"POST /agents/support/versions", "GET /agents/support/versions", "GET /msi/token"} == {
        f"{entry['method']} {entry['path']}" for entry in emulator.journal()
    }


def test_a_client_that_wants_another_host_is_told_which(emulator: Emulator) -> None:
    environment = child_environment(os.environ, emulator.environment())

    said = run_python(FOREIGN_PROGRAM, environment)

    assert "foundry-emulator refuses to connect to pypi.org: it does not stand in for this host" in said


def test_a_client_with_the_trust_of_openssl_is_led_there_too(emulator: Emulator) -> None:
    environment = child_environment(os.environ, emulator.environment(project_endpoint=REAL_NAME))

    assert "401 Bearer\n" == run_python(URLLIB_PROGRAM, environment)


def test_a_world_is_seen_by_the_next_emulator_of_its_folder(state_dir: Path) -> None:
    with Emulator(state_dir) as emulator:
        first = child_environment(os.environ, emulator.environment(project_endpoint=REAL_NAME))
        run_python(SDK_PROGRAM, first)

    with Emulator(state_dir) as emulator:
        assert 1 == emulator.world.status()["versions"]
