"""What a container image reference says, by the reference grammar and two guards of our own.

The parser is imported on first use: it compiles some twenty patterns, which the program's process never needs.
"""

from dataclasses import dataclass


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


def parse_image(text: str) -> Image:
    """Take *text* apart.

    Raises:
        ImageReferenceError: Not ``registry/repository[:tag][@digest]``.
    """
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
