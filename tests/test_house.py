"""What is true of the repository as a whole: the wheel, the walls between the rooms, the words in the README."""

from __future__ import annotations

import importlib
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pulumi_azure_foundry
from pulumi_azure_foundry._core.fields import reference_table

ROOT = Path(__file__).resolve().parent.parent


def test_the_wheel_carries_the_markers_that_pulumi_and_type_checkers_look_for(tmp_path: Path) -> None:
    """Without pulumi-plugin.json the language host wants to download a plugin for every `pulumi-*` distribution."""
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        plugin = archive.read("pulumi_azure_foundry/pulumi-plugin.json")

    assert b'{"resource": false}\n' == plugin
    assert "pulumi_azure_foundry/py.typed" in names
    assert {"pulumi_azure_foundry", f"pulumi_azure_foundry-{_version()}.dist-info"} == {
        name.split("/")[0] for name in names
    }


def test_the_newest_entry_of_the_changelog_is_the_version() -> None:
    newest = re.search(r"^## \[(.+?)\]", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)

    assert newest is not None
    assert _version() == newest[1]


def test_the_walls_between_the_rooms_stand() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    outcome = subprocess.run([lint, "--no-cache", "--no-logo"], cwd=ROOT, capture_output=True, text=True, check=False)

    assert outcome.returncode == 0, outcome.stdout


def test_the_reference_in_the_readme_is_the_field_table() -> None:
    assert reference_table() in (ROOT / "README.md").read_text()


def test_what_is_exported_is_what_is_importable() -> None:
    exported = pulumi_azure_foundry.__all__

    assert sorted(exported) == list(exported)
    for name in exported:
        assert hasattr(pulumi_azure_foundry, name)


def test_importing_the_package_loads_nothing_of_azure() -> None:
    """A no-op `up` and every preview would pay a second and tens of megabytes for it."""
    program = (
        "import sys, pulumi_azure_foundry; print(sorted(name for name in sys.modules if name.split('.')[0] == 'azure'))"
    )
    outcome = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert "[]\n" == outcome.stdout


def test_the_smallest_program_is_the_one_in_the_readme() -> None:
    program = (ROOT / "examples" / "quickstart" / "__main__.py").read_text()
    shown = program.partition('"""\n\n')[2]

    assert f"```python\n{shown}```" in (ROOT / "README.md").read_text()


def test_every_module_of_the_package_can_be_imported() -> None:
    package = ROOT / "provider" / "pulumi_azure_foundry"
    for path in package.rglob("*.py"):
        if path.stem == "__main__":
            continue
        name = ".".join(path.relative_to(package.parent).with_suffix("").parts).removesuffix(".__init__")
        importlib.import_module(name)


def _version() -> str:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert isinstance(version, str)
    return version
