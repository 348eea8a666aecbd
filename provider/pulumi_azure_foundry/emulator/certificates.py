"""The private certificate authority, so that unmodified clients accept the emulator under real host names.

The authority stays in the state folder: a bundle that another shell has exported is still good after a restart.
"""

import fcntl
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import certifi
import trustme

# What the emulator stands in for. A star is one label, as in certificates.
EMULATED_HOSTS = (
    "*.services.ai.azure.com",
    "*.cognitiveservices.azure.com",
    "management.azure.com",
    "login.microsoftonline.com",
    "*.azurecr.io",
)
LOOPBACK_HOSTS = ("127.0.0.1", "localhost")
BUNDLE_FILE = "ca-bundle.pem"
PRIVATE_FILE = 0o600
PRIVATE_FOLDER = 0o700


class UnsafeStateError(Exception):
    """Keys or state could be read or swapped by somebody else; the text says which path and what to do."""


@dataclass(frozen=True, slots=True)
class Certificates:
    """Paths of the files that server and clients need."""

    authority: Path
    server: Path
    bundle: Path


def is_emulated(host: str) -> bool:
    """Say whether the emulator answers for *host*."""
    name = host.lower().rstrip(".")
    _, _, parent = name.partition(".")
    return name in EMULATED_HOSTS or f"*.{parent}" in EMULATED_HOSTS


def prepare_state_folder(state_dir: Path) -> Path:
    """Make *state_dir* for its owner alone, or refuse one that others could tamper with."""
    if not state_dir.exists():
        state_dir.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
        (state_dir / ".gitignore").write_text("*\n", encoding="utf-8")
    if not state_dir.is_dir():
        message = f"{state_dir} is not a folder; choose another one with --state"
        raise UnsafeStateError(message)
    check_owner(state_dir, forbidden=stat.S_IWGRP | stat.S_IWOTH)
    return state_dir.resolve()


def check_owner(path: Path, *, forbidden: int = stat.S_IRWXG | stat.S_IRWXO) -> None:
    """Refuse *path* when it is not ours or has one of the *forbidden* permission bits."""
    found = path.stat()
    if found.st_uid != os.getuid():
        message = f"{path} belongs to user id {found.st_uid}, not to you; choose another folder with --state"
        raise UnsafeStateError(message)
    if found.st_mode & forbidden:
        mode = stat.S_IMODE(found.st_mode)
        message = f"{path} is open to other users (mode {mode:04o}); run `chmod go-rwx {path}` and try again"
        raise UnsafeStateError(message)


def write_private(path: Path, content: bytes) -> None:
    """Write *content* so that a reader sees the old file or the new one, and only its owner can read it."""
    temporary = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE_FILE)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    temporary.replace(path)


def read_private(path: Path) -> bytes:
    """Read a key or token, refusing one that others could have read or written."""
    check_owner(path)
    return path.read_bytes()


def prepare_certificates(state_dir: Path, outer: Mapping[str, str]) -> Certificates:
    """Load or make the authority, issue a server certificate, and write the bundle for clients.

    Args:
        state_dir: Folder made by `prepare_state_folder`.
        outer: Environment whose own trust settings the bundle must not lose.
    """
    files = Certificates(state_dir / "ca.pem", state_dir / "server.pem", state_dir / BUNDLE_FILE)
    authority = load_authority(state_dir, files.authority)
    leaf = authority.issue_cert(*LOOPBACK_HOSTS, *EMULATED_HOSTS, organization_name="foundry-emulator")
    write_private(files.server, leaf.private_key_and_cert_chain_pem.bytes())
    write_bundle(files, outer)
    return files


def load_authority(state_dir: Path, public: Path) -> trustme.CA:
    """Give the authority of *state_dir*; two processes that come at once agree on one."""
    private = state_dir / "ca-key.pem"
    with os.fdopen(os.open(state_dir / "ca.lock", os.O_RDWR | os.O_CREAT, PRIVATE_FILE), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if private.exists() and public.exists():
            return trustme.CA.from_pem(public.read_bytes(), read_private(private))
        authority = trustme.CA(organization_name="foundry-emulator", organization_unit_name="local tests only")
        write_private(private, authority.private_key_pem.bytes())
        write_private(public, authority.cert_pem.bytes())
        return authority


def write_bundle(files: Certificates, outer: Mapping[str, str]) -> None:
    """Write what *outer* trusts plus our authority: the variables that clients read replace their own trust."""
    trusted = base_bundle(files.bundle, outer).read_bytes()
    write_private(files.bundle, trusted.rstrip() + b"\n" + files.authority.read_bytes())


def base_bundle(own: Path, outer: Mapping[str, str]) -> Path:
    """Find the bundle in force outside; certifi's where none is set, or where it is our own from an outer run."""
    for name in ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"):
        path = Path(outer.get(name) or certifi.where())
        if name in outer and path.is_file() and path.resolve() != own.resolve():
            return path
    return Path(certifi.where())
