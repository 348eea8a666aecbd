from __future__ import annotations

import os
import re
import stat
from pathlib import Path

import certifi
import pytest

from pulumi_azure_foundry.emulator.certificates import (
    Certificates,
    UnsafeStateError,
    is_emulated,
    prepare_certificates,
    prepare_state_folder,
)


def prepared(state_dir: Path, outer: dict[str, str] | None = None) -> Certificates:
    return prepare_certificates(prepare_state_folder(state_dir), outer or {})


@pytest.mark.parametrize(
    "host",
    ["demo.services.ai.azure.com", "ACME.azurecr.io", "management.azure.com", "login.microsoftonline.com."],
)
def test_names_of_the_imitated_services_are_emulated(host: str) -> None:
    assert is_emulated(host)


@pytest.mark.parametrize(
    "host",
    [
        "pypi.org",
        "services.ai.azure.com",
        "a.b.azurecr.io",
        "azurecr.io.example.com",
        "evil-azurecr.io",
        "",
        "127.0.0.1",
    ],
)
def test_any_other_name_is_not_emulated(host: str) -> None:
    assert not is_emulated(host)


def test_the_authority_outlives_a_restart(state_dir: Path) -> None:
    before = prepared(state_dir).authority.read_bytes()

    assert before == prepared(state_dir).authority.read_bytes()


def test_keys_can_be_read_by_their_owner_alone(state_dir: Path) -> None:
    prepared(state_dir)

    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in state_dir.iterdir()}

    assert {"ca-key.pem": 0o600, "server.pem": 0o600} == {name: modes[name] for name in ("ca-key.pem", "server.pem")}
    assert 0o700 == stat.S_IMODE(state_dir.stat().st_mode)


def test_a_state_folder_is_kept_out_of_git(state_dir: Path) -> None:
    prepare_state_folder(state_dir)

    assert "*\n" == (state_dir / ".gitignore").read_text(encoding="utf-8")


def test_the_bundle_holds_the_usual_authorities_and_our_own(state_dir: Path) -> None:
    files = prepared(state_dir)

    assert (
        Path(certifi.where()).read_bytes().rstrip() + b"\n" + files.authority.read_bytes() == files.bundle.read_bytes()
    )


@pytest.mark.parametrize("name", ["REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"])
def test_the_bundle_keeps_what_the_outer_environment_trusts(name: str, state_dir: Path, tmp_path: Path) -> None:
    outer = tmp_path / "company.pem"
    outer.write_bytes(b"the company's own authority\n")

    files = prepared(state_dir, {name: str(outer)})

    assert outer.read_bytes() + files.authority.read_bytes() == files.bundle.read_bytes()


def test_a_bundle_inside_its_own_run_does_not_grow(state_dir: Path) -> None:
    files = prepared(state_dir)
    before = files.bundle.read_bytes()

    prepared(state_dir, {"REQUESTS_CA_BUNDLE": str(files.bundle)})

    assert before == files.bundle.read_bytes()


def test_a_key_that_others_can_read_is_refused(state_dir: Path) -> None:
    prepared(state_dir)
    key = state_dir / "ca-key.pem"
    key.chmod(0o644)

    with pytest.raises(UnsafeStateError) as refusal:
        prepared(state_dir)

    assert f"{key} is open to other users (mode 0644); run `chmod go-rwx {key}` and try again" == str(refusal.value)


def test_a_state_folder_that_others_can_write_is_refused(state_dir: Path) -> None:
    state_dir.mkdir()
    state_dir.chmod(0o777)

    with pytest.raises(UnsafeStateError, match=re.escape(f"{state_dir} is open to other users (mode 0777)")):
        prepare_state_folder(state_dir)


def test_a_state_folder_of_somebody_else_is_refused(state_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    state_dir.mkdir()
    owner = state_dir.stat().st_uid
    monkeypatch.setattr(os, "getuid", lambda: owner + 1)

    with pytest.raises(UnsafeStateError) as refusal:
        prepare_state_folder(state_dir)

    assert f"{state_dir} belongs to user id {owner}, not to you; choose another folder with --state" == str(
        refusal.value
    )


def test_a_file_in_place_of_the_state_folder_is_refused(state_dir: Path) -> None:
    state_dir.touch()

    with pytest.raises(UnsafeStateError, match="is not a folder"):
        prepare_state_folder(state_dir)
