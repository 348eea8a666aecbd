"""The verbs of ``foundry-emulator`` that read or change the world.

The world is a file that all processes share, so they work whether or not somebody serves it: faults can be set
before a run, and the journal read after it.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypedDict, Unpack

import click

from .certificates import prepare_state_folder
from .faults import ACTIONS, parse_fault
from .reports import render_faults, render_journal, render_settings
from .world import World

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from .values import Json


@contextmanager
def opened_world(state_dir: Path) -> Iterator[World]:
    """Open the world of *state_dir*, whether or not somebody serves it."""
    world = World(prepare_state_folder(state_dir))
    try:
        yield world
    finally:
        world.close()


@click.command(short_help="Empty the world.")
@click.pass_obj
def reset(state_dir: Path) -> None:
    """Empty the world: no agents, faults or journal, default settings, real time. The Pulumi state of `run` stays."""
    with opened_world(state_dir) as world:
        world.reset()
    click.echo("the world is empty")


class FaultOptions(TypedDict):
    """What `fault` takes about requests; None: not given."""

    method: str | None
    path: str | None
    nth: int | None
    times: int | None
    action: str | None
    status: int | None
    code: str | None
    message: str | None
    retry_after: str | None
    delay: float | None
    after: bool | None


@click.command(short_help="Let something go wrong with images or requests.")
@click.option("--image", help="Let versions with this image fail; a pattern with * is fine.")
@click.option("--method", help="Method of the requests that are struck.  [default: any]")
@click.option("--path", help="Their path below the project, such as /agents/*/versions.  [default: any]")
@click.option("--nth", type=click.IntRange(1), help="The first of them that is struck.  [default: 1]")
@click.option("--times", type=click.IntRange(0), help="How many are struck; 0: all.  [default: 1; images: all]")
@click.option("--action", type=click.Choice(ACTIONS), help="What happens.  [default: status]")
@click.option("--status", type=click.IntRange(100, 599), help="HTTP status of the answer.  [default: 500]")
@click.option("--code", help="Service code of the answer, or of the version's failure.")
@click.option("--message", help="Service text of the same.")
@click.option("--retry-after", help="Retry-After header of the answer.")
@click.option("--delay", type=click.FloatRange(0), help="Seconds to wait first.")
@click.option("--after", is_flag=True, default=None, help="Strike when the work is done, before the answer.")
@click.option("--clear", is_flag=True, help="Forget all faults, those of images too.")
@click.pass_obj
def fault(state_dir: Path, *, image: str | None, clear: bool, **options: Unpack[FaultOptions]) -> None:
    r"""Let something go wrong with images or requests to come; without options, list what will.

    \b
    foundry-emulator fault --image acme.azurecr.io/a:1 --code UnauthorizedAcrPull --times 2
    foundry-emulator fault --method POST --path '/agents/*/versions' --status 503 --retry-after 2
    foundry-emulator fault --path '/agents/**' --action reset --nth 3
    """
    given: dict[str, Json] = {name: value for name, value in options.items() if value is not None}  # type: ignore[misc]
    with opened_world(state_dir) as world:
        if clear:
            world.faults.clear()
            world.images.clear()
        elif image is not None:
            fail_image(world, image, options)
        elif given:
            world.faults.add(parse_fault(given))
        click.echo(render_faults(world.images.entries(), world.faults.rows()))


def fail_image(world: World, image: str, options: FaultOptions) -> None:
    """Put *image* into the table of images that fail."""
    code = options["code"]
    if code is None:
        message = "--image needs --code, the service code of the failure"
        raise click.UsageError(message)
    for name in ("method", "path", "nth", "action", "status", "retry_after", "after"):
        if options[name] is not None:
            message = f"--image does not go with --{name.replace('_', '-')}"
            raise click.UsageError(message)
    times = options["times"] or None
    world.images.set(image, code, message=options["message"], seconds=options["delay"], times=times)


@click.command(short_help="Say what becomes of versions with an image.")
@click.argument("reference")
@click.argument("outcome")
@click.option("--times", type=click.IntRange(1), help="With the next so many versions only; fine afterwards.")
@click.option("--message", help="Service text of the failure.")
@click.pass_obj
def image(state_dir: Path, reference: str, outcome: str, times: int | None, message: str | None) -> None:
    """Say what becomes of versions with the image REFERENCE.

    OUTCOME is `ok`, `unhealthy` (active, but no session starts), `missing`, `no_pull_right`, `broken`, or a service
    code such as `image_pull_failed`.
    """
    with opened_world(state_dir) as world:
        world.images.set(reference, outcome, times=times, message=message)
        click.echo(render_faults(world.images.entries(), []))


@click.command(short_help="List the requests so far.")
@click.option("--last", type=click.IntRange(1), help="Only the last so many.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, for programs.")
@click.pass_obj
def journal(state_dir: Path, *, last: int | None, as_json: bool) -> None:
    """List the requests so far, oldest first. It holds no token, header or body."""
    with opened_world(state_dir) as world:
        entries = world.journal.entries() if last is None else world.journal.last(last)[::-1]
    if as_json:
        for entry in entries:
            click.echo(json.dumps(entry))
    else:
        click.echo(render_journal(entries))


@click.group(short_help="Move the world's clock.")
def clock() -> None:
    """The world's clock: provisioning, sessions and propagation follow it."""


@clock.command()
@click.argument("seconds", type=float)
@click.pass_obj
def advance(state_dir: Path, seconds: float) -> None:
    """Move the world forward by SECONDS."""
    with opened_world(state_dir) as world:
        click.echo(f"{world.clock.advance(seconds):.3f}")


@click.group(invoke_without_command=True, short_help="Durations, limits, and switches for open questions.")
@click.pass_context
def settings(context: click.Context) -> None:
    """Durations, limits, and a switch for every behaviour that public sources leave open; alone, list them."""
    if context.invoked_subcommand is None:
        with opened_world(context.obj) as world:
            click.echo(render_settings(world.settings))


@settings.command("set")
@click.argument("assignments", metavar="NAME=VALUE...", nargs=-1, required=True)
@click.pass_obj
def set_settings(state_dir: Path, assignments: tuple[str, ...]) -> None:
    """Change settings, all or none: `provisioning_seconds=5`, `switches.dedupe=off`."""
    values: dict[str, Json] = {}
    switches: dict[str, Json] = {}
    for assignment in assignments:
        name, equals, text = assignment.partition("=")
        if not equals:
            message = f"{assignment}: write NAME=VALUE"
            raise click.UsageError(message)
        target = switches if name.startswith("switches.") else values
        target[name.removeprefix("switches.")] = parse_value(text)
    with opened_world(state_dir) as world:
        world.settings.update({**values, "switches": switches} if switches else values)
        click.echo(render_settings(world.settings))


def parse_value(text: str) -> Json:
    """Read a number, ``true`` or ``false`` as such and everything else as text."""
    try:
        value: Json = json.loads(text)
    except json.JSONDecodeError:
        return text
    return value if isinstance(value, bool | int | float) else text
