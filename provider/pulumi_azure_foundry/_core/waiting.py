"""How long to wait between two looks, and which failures are worth another try; the clock is the caller's."""

import re
from typing import Final, Protocol

CONFIRM_ACTIVE_SECONDS: Final = 0.5
CONFIRM_FAILED_SECONDS: Final = 3.0
FIRST_INTERVAL_SECONDS: Final = 0.75
INTERVAL_GROWTH: Final = 0.06
LONGEST_INTERVAL_SECONDS: Final = 15.0

_PULL_RETRY_SECONDS: Final = (5.0, 10.0, 20.0, 30.0)

# A registry that refuses: docs troubleshooting table (deploy a hosted agent).
_REFUSED: Final = frozenset(
    {"InvalidAcrPullCredentials", "AcrPullWithMSIFailed", "UnauthorizedAcrPull", "AcrPullUnauthorized"}
)
# Codes for any pull problem; the text tells which, and a fresh project rather lacks the role than the image.
_ANY_PULL_PROBLEM: Final = frozenset({"image_pull_failed", "ImagePullBackOff"})
_ABSENT: Final = re.compile(r"not found|manifest unknown|does not exist|no such|\b404\b", re.IGNORECASE)
_RIGHTS: Final = re.compile(
    r"permission|unauthori[sz]ed|authori[sz]ation|forbidden|denied|acrpull|\b40[13]\b", re.IGNORECASE
)


class Clock(Protocol):
    """Time as a wait needs it."""

    def monotonic(self) -> float:
        """Seconds from some fixed point."""

    def sleep(self, seconds: float) -> None:
        """Let *seconds* pass."""


def interval_after(elapsed: float) -> float:
    """Seconds until the next look, *elapsed* seconds after the POST: dense at first, some 6 % of the wait later."""
    return min(FIRST_INTERVAL_SECONDS + INTERVAL_GROWTH * elapsed, LONGEST_INTERVAL_SECONDS)


def pull_retry_delay(attempt: int) -> float:
    """Seconds before the *attempt*-th new POST (from 1) after the registry refused a pull."""
    return _PULL_RETRY_SECONDS[min(max(attempt, 1), len(_PULL_RETRY_SECONDS)) - 1]


def is_pull_authorisation_failure(code: str | None, message: str | None) -> bool:
    """Say whether a failed version lacks the right to pull its image, which a spreading role assignment repairs."""
    if code in _REFUSED:
        return True
    text = message or ""
    if _ABSENT.search(text):
        return False
    return code in _ANY_PULL_PROBLEM or (code == "ImageError" and _RIGHTS.search(text) is not None)
