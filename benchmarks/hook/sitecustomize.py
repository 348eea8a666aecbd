"""Writes down which azure modules the provider process imports; on PYTHONPATH in the runs that ask for it."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def note(line: str) -> None:
    with Path(os.environ["BENCH_IMPORTS"]).open("a", encoding="utf-8") as file:
        file.write(f"{line}\n")


def on_event(event: str, arguments: tuple[object, ...]) -> None:
    if event == "import":
        name = str(arguments[0])
        if name == "azure" or name.startswith("azure."):
            note(name)


if "BENCH_IMPORTS" in os.environ and any("pulumi.dynamic" in word for word in sys.orig_argv):
    note("provider")  # proves that the hook was there
    sys.addaudithook(on_event)
