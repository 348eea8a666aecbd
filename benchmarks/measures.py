"""The measurements: each group makes its stacks, runs them in turn, and gives its figures."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Final

from benchmarks.engine import ROOT, Engine, Plan, Run, Stack

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from benchmarks.service import Service

MANY: Final = 64
IMAGE: Final = "bench.azurecr.io/agent:1"
SPREADS: Final = {5: 1.0, 30: 2.5, 120: 8.0}
"""Provisioning seconds → width of the spread around them, about one polling interval at that age."""
IMPORT_REPETITIONS: Final = 20
IMPORT_CLOCK: Final = "import pulumi, time; t = time.perf_counter(); import {}; print(time.perf_counter() - t)"


@dataclass(frozen=True, slots=True)
class Bench:
    """What all groups work with."""

    engine: Engine
    service: Service
    folder: Path
    pairs: int
    short_pairs: int
    """Of commands that take two seconds, where noise weighs more."""
    naive_repetitions: int
    say: Callable[[str], None]


def measure_parallel_create(bench: Bench) -> Iterator[tuple[str, float]]:
    """64 agents of 10 s in one `up`."""
    ours, noop = _create_pairs(bench, MANY, 10.0)
    yield "parallel_create_ratio", median(run.wall for run in ours) / (median(noop) + 10.0)
    yield "provider_peak_mb", max(run.peak_mb for run in ours)
    if bench.naive_repetitions:
        naive = _create(bench, "naive", MANY, 10.0)
        yield "naive_parallel_create_ratio", naive.wall / (median(noop) + 10.0)
        yield "naive_provider_peak_mb", naive.peak_mb


def measure_ten_agents(bench: Bench) -> Iterator[tuple[str, float]]:
    """10 agents of 5 s in one `up`."""
    ours, noop = _create_pairs(bench, 10, 5.0)
    yield "ten_agents_5s_ratio", median(run.wall for run in ours) / (median(noop) + 5.0)
    if bench.naive_repetitions:
        yield "naive_ten_agents_5s_ratio", _create(bench, "naive", 10, 5.0).wall / (median(noop) + 5.0)


def measure_notice(bench: Bench) -> Iterator[tuple[str, float]]:
    """How soon and at what price the end of provisioning is noticed; everybody waits at the same time."""
    bench.service.reset()
    samples = {"ours": max(2, bench.pairs + 2), "naive": min(4, 4 * bench.naive_repetitions)}
    stacks = {}
    for provider, count in samples.items():
        agents = {}
        for seconds, width in SPREADS.items():
            for number in range(count):
                name = f"{provider}-{seconds}-{number}"
                agents[name] = f"bench.azurecr.io/{name}:1"
                offset = width * ((number + 0.5) / count - 0.5)
                bench.service.set_provisioning(agents[name], seconds + offset)
        if agents:
            stacks[provider] = bench.engine.new_stack(Plan(provider, agents))
    with ThreadPoolExecutor() as pool:
        running = {provider: pool.submit(stack.watched_up) for provider, stack in stacks.items()}
    active_at = bench.service.active_at()
    for provider, future in running.items():
        prefix = "" if provider == "ours" else f"{provider}_"
        created_at = future.result().created_at
        for seconds in SPREADS:
            names = [f"{provider}-{seconds}-{number}" for number in range(samples[provider])]
            delays = [created_at[name] - active_at[name] for name in names]
            bench.say(f"  {prefix}{seconds} s: {' '.join(f'{delay:.2f}' for delay in sorted(delays))}")
            yield f"{prefix}notice_delay_s_{seconds}", median(delays)
            yield f"{prefix}polls_{seconds}", max(bench.service.polls(name) for name in names)


def measure_steady_state(bench: Bench) -> Iterator[tuple[str, float]]:
    """`up` without changes, preview with everything changed, refresh: 64 agents that are there."""
    bench.service.reset()
    stacks = {"ours": _deployed(bench, "ours", MANY), "noop": _deployed(bench, "noop", MANY)}
    if bench.naive_repetitions:
        stacks["naive"] = _deployed(bench, "naive", MANY)
    yield from _steady_up(bench, stacks)
    yield from _steady_preview(bench, stacks)
    yield from _steady_refresh(bench, stacks)


def _steady_up(bench: Bench, stacks: dict[str, Stack]) -> Iterator[tuple[str, float]]:
    walls = _in_turn(bench, {name: stack.up for name, stack in stacks.items()})
    for name, prefix in _measured(stacks):
        bench.service.forget_requests()
        modules = _azure_modules(bench, stacks[name])
        yield f"{prefix}noop_http_requests", bench.service.requests()
        yield f"{prefix}noop_azure_modules", modules
        yield f"{prefix}noop_wall_ratio", walls[name] / walls["noop"]


def _steady_preview(bench: Bench, stacks: dict[str, Stack]) -> Iterator[tuple[str, float]]:
    changed = {name: stack.changed("b") for name, stack in stacks.items()}
    walls = _in_turn(bench, {name: stack.preview for name, stack in changed.items()})
    for name, prefix in _measured(stacks):
        bench.service.forget_requests()
        changed[name].preview()
        yield f"{prefix}preview_http_requests", bench.service.requests()
        yield f"{prefix}preview_wall_ratio", walls[name] / walls["noop"]


def _steady_refresh(bench: Bench, stacks: dict[str, Stack]) -> Iterator[tuple[str, float]]:
    single = {f"{name}-1": _deployed(bench, name, 1) for name, _ in _measured(stacks)}
    both = {**{name: stacks[name] for name, _ in _measured(stacks)}, **single}
    walls = _in_turn(bench, {name: stack.refresh for name, stack in both.items()})
    for name, prefix in _measured(stacks):
        bench.service.forget_requests()
        stacks[name].refresh()
        yield f"{prefix}refresh_requests_per_agent", bench.service.requests("/agents") / MANY
        yield f"{prefix}refresh_wall_ratio", walls[name] / walls[f"{name}-1"]


def measure_import(bench: Bench) -> Iterator[tuple[str, float]]:
    """What a program pays for the import."""
    yield "import_ms", _import_ms(bench, "pulumi_azure_foundry")
    if bench.naive_repetitions:
        yield "naive_import_ms", _import_ms(bench, "benchmarks.peers.naive")


GROUPS: Final = {
    "parallel_create": (measure_parallel_create, ("parallel_create_ratio", "provider_peak_mb")),
    "ten_agents": (measure_ten_agents, ("ten_agents_5s_ratio",)),
    "notice": (
        measure_notice,
        tuple(f"{kind}_{seconds}" for seconds in SPREADS for kind in ("notice_delay_s", "polls")),
    ),
    "steady_state": (
        measure_steady_state,
        (
            "noop_http_requests",
            "noop_azure_modules",
            "noop_wall_ratio",
            "preview_http_requests",
            "preview_wall_ratio",
            "refresh_requests_per_agent",
            "refresh_wall_ratio",
        ),
    ),
    "import": (measure_import, ("import_ms",)),
}
"""Group → measurement and the figures it gives."""


def _plan(provider: str, count: int) -> Plan:
    return Plan(provider, {f"{provider}-{count}-{number}": IMAGE for number in range(count)})


def _create(bench: Bench, provider: str, count: int, provisioning_seconds: float) -> Run:
    bench.service.reset(provisioning_seconds=provisioning_seconds)
    run = bench.engine.new_stack(_plan(provider, count)).watched_up()
    bench.say(f"  {provider}: {run.wall:.2f} s, {run.peak_mb:.0f} MB, {bench.service.requests()} requests")
    missing = {f"{provider}-{count}-{number}" for number in range(count)} - set(run.created_at)
    if missing:
        message = f"the engine did not tell that it created {', '.join(sorted(missing))}"
        raise AssertionError(message)
    return run


def _create_pairs(bench: Bench, count: int, provisioning_seconds: float) -> tuple[list[Run], list[float]]:
    runs: dict[str, list[Run]] = {"noop": [], "ours": []}
    for number in range(bench.pairs):
        for provider in sorted(runs, reverse=number % 2 == 1):
            runs[provider].append(_create(bench, provider, count, provisioning_seconds))
    return runs["ours"], [run.wall for run in runs["noop"]]


def _deployed(bench: Bench, provider: str, count: int) -> Stack:
    stack = bench.engine.new_stack(_plan(provider, count))
    stack.up()
    return stack


def _measured(stacks: dict[str, Stack]) -> list[tuple[str, str]]:
    return [(name, prefix) for name, prefix in (("ours", ""), ("naive", "naive_")) if name in stacks]


def _in_turn(bench: Bench, commands: dict[str, Callable[[], float]]) -> dict[str, float]:
    """Medians of walls; the commands run in turn, forwards and backwards, the naive ones less often."""
    walls: dict[str, list[float]] = {name: [] for name in commands}
    for number in range(bench.short_pairs):
        for name in sorted(commands, reverse=number % 2 == 1):
            if not name.startswith("naive") or number < bench.naive_repetitions:
                walls[name].append(commands[name]())
    for name, seen in walls.items():
        bench.say(f"  {name}: median {median(seen):.2f} s of {' '.join(f'{wall:.2f}' for wall in seen)}")
    return {name: median(seen) for name, seen in walls.items()}


def _azure_modules(bench: Bench, stack: Stack) -> int:
    """How many azure modules the provider process imports in an `up`."""
    notes = bench.folder / "imports.txt"
    notes.write_text("", encoding="utf-8")
    stack.up(BENCH_IMPORTS=str(notes), PYTHONPATH=f"{ROOT / 'benchmarks' / 'hook'}:{ROOT}")
    seen = set(notes.read_text(encoding="utf-8").split())
    if "provider" not in seen:
        message = "the import hook was not in the provider process"
        raise AssertionError(message)
    return len(seen - {"provider"})


def _import_ms(bench: Bench, module: str) -> float:
    command, environment = [sys.executable, "-c", IMPORT_CLOCK.format(module)], bench.engine.environment
    walls = [
        float(subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout)
        for _ in range(IMPORT_REPETITIONS)
    ]
    return min(walls) * 1000.0
