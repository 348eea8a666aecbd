"""What a version of ours carries so that a later run knows it again.

The stamp travels in one metadata pair on the service and is stripped from everything read back: its fingerprint covers
secret values, and state keeps what is no copy of a secret input in plaintext.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from .canonical import complete_inputs
from .fields import FIELDS
from .values import Value

STAMP_KEY: Final = "pulumi_azure_foundry"
_HEX: Final = re.compile(r"[0-9a-f]+")
_FINGERPRINTED: Final = tuple(f.name for f in FIELDS if f.is_definition or f.name in ("triggers", "api_version"))


@dataclass(frozen=True, slots=True)
class Stamp:
    """Whose version it is, what it was made from, and whether our create made the agent with it."""

    owner: str
    fingerprint: str
    made_agent: bool = False


def encode_stamp(stamp: Stamp) -> str:
    """Text of the stamp as it travels in the version's metadata."""
    made = ";agent=created" if stamp.made_agent else ""
    return f"owner={stamp.owner};fingerprint={stamp.fingerprint}{made}"


def decode_stamp(text: object) -> Stamp | None:
    """Read a stamp back; None for anything that `encode_stamp` did not write."""
    if not isinstance(text, str):
        return None
    parts = dict(part.partition("=")[::2] for part in text.split(";"))
    owner, fingerprint_ = parts.get("owner", ""), parts.get("fingerprint", "")
    if not _HEX.fullmatch(owner) or not _HEX.fullmatch(fingerprint_):
        return None
    return Stamp(owner, fingerprint_, parts.get("agent") == "created")


def fingerprint(inputs: Mapping[str, Value]) -> str:
    """32 hexadecimal digits over everything that makes a version what it is, whatever its spelling.

    Where the version lives (agent name, endpoint) is left out: it is looked up there.
    """
    complete = complete_inputs(inputs)
    covered = {name: complete[name] for name in _FINGERPRINTED if name in complete}
    return _digest(covered)[:32]


def owner_of(project: str, stack: str, type_: str, name: str, parent_name: str) -> str:
    """16 hexadecimal digits for one declaration in one stack."""
    return _digest([project, stack, type_, name, parent_name])[:16]


def _digest(value: object) -> str:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), default=repr)
    return hashlib.sha256(text.encode()).hexdigest()
