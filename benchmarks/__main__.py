"""`python -m benchmarks`: measure, print one line per figure, and a table at the end."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
import traceback
from pathlib import Path

from benchmarks.engine import Engine
from benchmarks.figures import line, missed, table
from benchmarks.measures import GROUPS, Bench
from benchmarks.service import Service


def main() -> int:
    """0 when everything could be measured; with ``--strict`` also every limit must be held."""
    arguments = parsed()
    wanted = [name for name, (_, figures) in GROUPS.items() if arguments.only in {None, name, *figures}]
    if not wanted:
        print(f"nothing is called {arguments.only}; there are {', '.join(GROUPS)} and the figures", file=sys.stderr)
        return 2
    measured: dict[str, float] = {}
    broken = []
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="foundry-bench-") as folder, Service(Path(folder) / "world") as service:
        bench = Bench(
            engine=Engine(Path(folder), service.environment),
            service=service,
            folder=Path(folder),
            pairs=1 if arguments.quick else 7,
            short_pairs=1 if arguments.quick else 11,
            naive_repetitions=0 if arguments.quick else 3,
            say=say,
        )
        for name in wanted:
            say(f"{name} …")
            try:
                for figure, value in GROUPS[name][0](bench):
                    measured[figure] = value
                    print(line(figure, value), flush=True)
            except Exception:  # noqa: BLE001 - the other groups are still worth measuring
                traceback.print_exc()
                broken.append(name)
    print(f"\n{table(measured)}\n\n{time.monotonic() - started:.0f} s", flush=True)
    if broken:
        print(f"could not be measured: {', '.join(broken)}", file=sys.stderr)
    return 1 if broken or (arguments.strict and missed(measured)) else 0


def parsed() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure what `pulumi up` costs.")
    parser.add_argument("--only", metavar="NAME", help="one group or the group of one figure")
    parser.add_argument(
        "--quick", action="store_true", help="one repetition, without the naive peer: does it run at all"
    )
    parser.add_argument("--strict", action="store_true", help="a missed limit is an error")
    return parser.parse_args()


def say(text: str) -> None:
    """Tell the person who waits; figures alone go to stdout."""
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
