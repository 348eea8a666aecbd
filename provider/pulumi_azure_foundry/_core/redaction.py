"""The one place that takes secrets out of text, and the one that cuts it."""

import json
import re
from collections.abc import Collection, Iterable, Iterator
from typing import Final
from urllib.parse import quote

LONGEST_TEXT: Final = 1000
MARK: Final = "[secret]"
ELLIPSIS: Final = "…"
_SHORTEST_SECRET: Final = 4
_TOKEN: Final = re.compile(
    r"(?<=bearer )[A-Za-z0-9._~+/=-]+"  # Authorization header
    r"|eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*)?"  # JWT
    r"|(?<=accountkey=)[^;\s\"']+|(?<=sharedaccesskey=)[^;\s\"']+|(?<=[?&]sig=)[^&\s\"']+",
    re.IGNORECASE,
)


def cut(text: str, longest: int = LONGEST_TEXT) -> str:
    """At most *longest* characters, with a sign that there was more."""
    return text if len(text) <= longest else f"{text[: longest - 1]}{ELLIPSIS}"


def redact(text: str, secrets: Iterable[str], *, longest: int = 8 * LONGEST_TEXT) -> str:
    """*text* without any of *secrets* (of four characters or more), without tokens, and cut.

    All places are found in the original text before any is replaced: secrets may overlap.
    """
    forms = {form for secret in secrets if len(secret) >= _SHORTEST_SECRET for form in _spellings(secret)}
    tokens = (match.span() for match in _TOKEN.finditer(text))
    pieces, end = [], 0
    for start, stop in sorted((*_places(text, forms), *_cut_places(text, forms), *tokens)):
        if start >= end:
            pieces += [text[end:start], MARK]
        end = max(end, stop)
    result = cut("".join((*pieces, text[end:])), longest)
    # Our own mark and what surrounds it can spell a secret again; so short a text cannot.
    return ELLIPSIS if any(form in result for form in forms) else result


def _spellings(secret: str) -> set[str]:
    """As it is, and as JSON and URLs write it: service bodies use all three."""
    return {
        secret,
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        quote(secret, safe="", errors="replace"),
    }


def _places(text: str, forms: Collection[str]) -> Iterator[tuple[int, int]]:
    for form in forms:
        start = text.find(form)
        while start >= 0:
            yield start, start + len(form)
            start = text.find(form, start + 1)


def _cut_places(text: str, forms: Collection[str]) -> Iterator[tuple[int, int]]:
    """Beginnings of secrets whose rest was cut off."""
    for match in re.finditer(ELLIPSIS, text):
        stop = match.start()
        for form in forms:
            for length in range(min(len(form), stop), _SHORTEST_SECRET - 1, -1):
                if text.startswith(form[:length], stop - length):
                    yield stop - length, stop
                    break
