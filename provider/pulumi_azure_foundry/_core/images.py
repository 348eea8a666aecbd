"""What a container image reference says, by the reference grammar and two guards of our own.

The parser is imported when a reference is not of the plain form: it compiles some twenty patterns.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

# What nearly every reference looks like; the parser agrees on each (tests/unit), but takes 20 ms to be imported.
PLAIN: Final = re.compile(
    r"([a-z0-9]+(?:[.-][a-z0-9]+)*\.[a-z0-9]+)((?:/[a-z0-9]+(?:[._-][a-z0-9]+)*)+)"
    r"(?::([A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?(?:@(sha256:[0-9a-f]{64}))?"
)
LONGEST_PLAIN: Final = 255


@dataclass(frozen=True, slots=True)
class Image:
    """A reference in its parts; `host` is lower case, as DNS does not tell cases apart."""

    host: str
    path: str
    tag: str | None
    digest: str | None

    def __str__(self) -> str:
        tag = f":{self.tag}" if self.tag is not None else ""
        digest = f"@{self.digest}" if self.digest is not None else ""
        return f"{self.host}/{self.path}{tag}{digest}"

    @property
    def is_mutable(self) -> bool:
        """Say whether the same text can mean another image tomorrow, by habit and not just by right."""
        return self.digest is None and self.tag in {None, "latest"}


class ImageReferenceError(ValueError):
    """The text is not a reference; the message says what is wrong without repeating it."""


@lru_cache(maxsize=1024)
def parse_image(text: str) -> Image:
    """Take *text* apart.

    Raises:
        ImageReferenceError: Not ``registry/repository[:tag][@digest]``.
    """
    plain = PLAIN.fullmatch(text)
    if plain is not None and len(text) <= LONGEST_PLAIN:
        return Image(plain[1], plain[2].removeprefix("/"), plain[3], plain[4])
    return parse_any_image(text)


def parse_any_image(text: str) -> Image:
    """What `parse_image` does, always by the grammar's own parser."""
    from docker_image import digest, reference  # type: ignore[import-untyped] # ships no types

    if any(character.isspace() for character in text):
        raise ImageReferenceError("contains white space")
    try:
        parsed = reference.Reference.parse(text)
    except (reference.InvalidReference, digest.InvalidDigest) as error:
        raise ImageReferenceError(str(error)) from None
    host, path = parsed.split_hostname()
    if not host or not ("." in host or ":" in host or host == "localhost"):
        raise ImageReferenceError("names no registry")
    return Image(host.lower(), path, parsed["tag"], parsed["digest"])


def registry_of(text: str | None) -> str | None:
    """Host that *text* pulls from, None if it is not a reference."""
    try:
        return parse_image(text).host if text is not None else None
    except ImageReferenceError:
        return None
