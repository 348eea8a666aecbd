"""The image table: which image starts, and with which service code another one fails."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final

from .values import as_number, as_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .settings import Settings
    from .store import Store
    from .values import JsonMap

KIND = "image"
PULL_TEXT: Final = (
    "Failed to pull container image. Please check the image URI and ACR permissions, then retry. (image: {image})"
)

# Outcomes in words, and the service's code for each in either shape: (v1, first preview).
# v1: troubleshooting tables of the documentation and azd's list of platform codes; preview: third-party notes.
WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "missing": ("AcrImageNotFound", "InvalidContainerImage"),
    "no_pull_right": ("UnauthorizedAcrPull", "ImagePullBackOff"),
    "broken": ("ImageError", "InvalidContainerImage"),
}
STARTS: Final = frozenset({"ok", "unhealthy"})


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of a version with an image: ``ok``, ``unhealthy`` (active, no session starts) or a failure.

    *times* counts down with each version made; at zero the image is fine. None: for ever.
    """

    image: str
    outcome: str
    message: str | None = None
    seconds: float | None = None
    times: int | None = None

    @property
    def starts(self) -> bool:
        """Whether a version with this image becomes active."""
        return self.outcome in STARTS

    def code(self, *, first_preview: bool) -> str:
        """The service's code of the failure."""
        words = WORDS.get(self.outcome)
        return self.outcome if words is None else words[1 if first_preview else 0]

    def text(self) -> str:
        """The service's message of the failure."""
        return self.message if self.message is not None else PULL_TEXT.format(image=self.image)


class Images:
    """The table; keys are references or patterns with ``*``, the exact reference wins."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store = store
        self._settings = settings

    def set(
        self,
        image: str,
        outcome: str,
        *,
        message: str | None = None,
        seconds: float | None = None,
        times: int | None = None,
    ) -> None:
        """Say what becomes of versions with *image* from now on."""
        self._store.put(KIND, image, asdict(Outcome(image, outcome, message, seconds, times)))

    def remove(self, image: str) -> bool:
        """Forget *image*; whether it was there."""
        return self._store.delete(KIND, image)

    def clear(self) -> None:
        """Forget all."""
        self._store.clear(KIND)

    def entries(self) -> list[Outcome]:
        """The table."""
        return [_read(body) for _, body in self._store.scan(KIND)]

    def take(self, image: str) -> Outcome:
        """The outcome for a version made now; counts down *times*."""
        entry = self._find(image)
        if entry is None:
            return Outcome(image, self._settings.unknown_image)
        if entry.times is None:
            return Outcome(image, entry.outcome, entry.message, entry.seconds)
        if entry.times <= 0:
            return Outcome(image, "ok")
        self.set(entry.image, entry.outcome, message=entry.message, seconds=entry.seconds, times=entry.times - 1)
        return Outcome(image, entry.outcome, entry.message, entry.seconds)

    def _find(self, image: str) -> Outcome | None:
        exact = self._store.get(KIND, image)
        if exact is not None:
            return _read(exact)
        return next((entry for entry in self.entries() if fnmatchcase(image, entry.image)), None)


def _read(body: JsonMap) -> Outcome:
    times = body.get("times")
    message = body.get("message")
    seconds = body.get("seconds")
    return Outcome(
        image=as_text(body.get("image")),
        outcome=as_text(body.get("outcome")),
        message=message if isinstance(message, str) else None,
        seconds=None if seconds is None else as_number(seconds),
        times=times if isinstance(times, int) else None,
    )
