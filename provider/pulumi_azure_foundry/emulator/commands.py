"""The ``foundry-emulator`` command: who serves, and a user's command run against it."""

from __future__ import annotations

import json
import os
import signal
import threading
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from . import verbs
from .certificates import UnsafeStateError, prepare_state_folder
from .environment import PROJECT_URL, child_environment, pulumi_environment
from .local import Emulator, environment_of
from .reports import render_serving, render_world
from .run import CommandNotStartedError, run_command
from .server import Ports
from .serving import AlreadyServedError, find_serving, open_users, try_lock
from .start import NotStartedError, start_in_background, stop_serving, used
from .store import NewerStateError

if TYPE_CHECKING:
    from collections.abc import Callable

    from .serving import Life
    from .values import JsonMap

STATE_VARIABLE = "FOUNDRY_EMULATOR_STATE"
NOT_RUNNING = 3
USERS_POLL_SECONDS = 0.2
Verb = TypeVar("Verb", bound="Callable[..., object]")


class Verbs(click.Group):
    """Turns what a user can put right into one line instead of a traceback."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except CommandNotStartedError as exc:
            click.echo(f"Error: {exc}", err=True)
            ctx.exit(exc.exit_code)
        except (AlreadyServedError, NewerStateError, NotStartedError, UnsafeStateError, ValueError, OSError) as exc:
            raise click.ClickException(str(exc)) from exc


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option(
    "--state",
    type=click.Path(path_type=Path),
    default=Path(".foundry-emulator"),
    envvar=STATE_VARIABLE,
    show_default=True,
    show_envvar=True,
    help="Folder of the imitated world: agents, settings, keys, and the Pulumi state of `run`.",
)
@click.pass_context
def main(context: click.Context, state: Path) -> None:
    """A local Azure AI Foundry project for hosted agents. Listens on loopback only and never touches Azure."""
    context.obj = state.absolute()


for verb in (verbs.reset, verbs.fault, verbs.image, verbs.journal, verbs.clock, verbs.settings):
    main.add_command(verb)


def port_options(verb: Verb) -> Verb:
    """Give *verb* an option for each port."""
    port = click.IntRange(0, 65535)
    for name, what in (
        ("--proxy-port", "Port of the CONNECT proxy.  [default: a free one]"),
        ("--token-port", "Port of the managed-identity endpoint, http.  [default: a free one]"),
        ("--port", "Port of the services and the page, https.  [default: a free one]"),
    ):
        verb = click.option(name, type=port, default=0, help=what)(verb)
    return verb


@main.command(
    short_help="Run a command against the emulator.",
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
)
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
@click.pass_context
def run(context: click.Context, command: tuple[str, ...]) -> None:
    """Run COMMAND against the emulator and pass on its exit code.

    Uses the emulator that `start` left running, else one that ends with COMMAND; the world stays either way.
    COMMAND sees https://demo.services.ai.azure.com/api/projects/demo as its project (other account and project names
    work too), a Pulumi backend of its own, and none of the outer Azure credentials. Hosts outside Azure are refused.
    """
    state_dir = prepare_state_folder(context.obj)
    with used(state_dir, Ports()) as serving:
        environment = child_environment(
            os.environ,
            environment_of(state_dir, serving.ports, project_endpoint=PROJECT_URL),
            pulumi_environment(state_dir),
            {STATE_VARIABLE: str(state_dir)},
        )
        code = run_command(command, environment)
    context.exit(code)


@main.command(short_help="Serve in the background.")
@port_options
@click.option("--provisioning", type=click.FloatRange(0), help="Seconds from creating to active; kept in the world.")
@click.pass_obj
def start(state_dir: Path, port: int, token_port: int, proxy_port: int, provisioning: float | None) -> None:
    """Serve in the background until `stop`; returns when requests are answered."""
    state_dir = prepare_state_folder(state_dir)
    if provisioning is not None:
        with verbs.opened_world(state_dir) as world:
            world.settings.provisioning_seconds = provisioning
    serving = find_serving(state_dir)
    if serving is None:
        serving = start_in_background(state_dir, Ports(port, token_port, proxy_port))
    if port not in (0, serving.ports.https):
        message = f"already running on port {serving.ports.https}; `foundry-emulator stop` it first"
        raise click.ClickException(message)
    click.echo(render_serving(serving, PROJECT_URL))


@main.command()
@port_options
@click.option("--while-used", is_flag=True, hidden=True)
@click.pass_obj
def serve(state_dir: Path, port: int, token_port: int, proxy_port: int, *, while_used: bool) -> None:
    """Serve in the foreground until Ctrl-C."""
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    os.umask(0o077)
    life: Life = "while used" if while_used else "background"
    users = open_users(prepare_state_folder(state_dir))
    with Emulator(state_dir, ports=Ports(port, token_port, proxy_port), life=life) as emulator:
        click.echo(render_serving(emulator.serving, PROJECT_URL))
        while not ended.wait(USERS_POLL_SECONDS if while_used else None) and not try_lock(users):
            pass
    # Closed last: whoever wants to use the folder now waits until it can be served anew.
    os.close(users)


@main.command(short_help="End the emulator in the background.")
@click.pass_obj
def stop(state_dir: Path) -> None:
    """End the emulator in the background; its world stays in the folder."""
    serving = find_serving(state_dir)
    if serving is None:
        click.echo(f"not running ({state_dir})")
        return
    stop_serving(state_dir, serving)
    click.echo(f"stopped (process {serving.pid})")


@main.command(short_help="Say whether and where it runs.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.pass_context
def status(context: click.Context, *, as_json: bool) -> None:
    """Say whether it runs, where, and what is in the world. Exit code 3 if it does not run."""
    serving = find_serving(context.obj)
    numbers: JsonMap = {}
    if context.obj.exists():
        with verbs.opened_world(context.obj) as world:
            numbers = world.status()
    if as_json:
        where: JsonMap = (
            {} if serving is None else {"pid": serving.pid, "url": serving.url, "project": serving.project_endpoint}
        )
        click.echo(json.dumps({"running": serving is not None, **where, **numbers}))
    else:
        click.echo(f"not running ({context.obj})" if serving is None else render_serving(serving, PROJECT_URL))
        click.echo(render_world(numbers) if numbers else "no world yet")
    if serving is None:
        context.exit(NOT_RUNNING)
