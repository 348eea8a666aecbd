"""`python -m pulumi_azure_foundry`: list an agent's versions, and take an existing one into a Pulumi program."""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pulumi_azure_foundry._core.errors import FoundryError, InvalidInputError, explain
from pulumi_azure_foundry._endpoint import find_endpoint
from pulumi_azure_foundry._import import Import, Place, plan_import
from pulumi_azure_foundry.versions import AgentVersion, agent_versions

if TYPE_CHECKING:
    from collections.abc import Sequence

PULUMI_SECONDS = 60.0
_NAME_LINE = re.compile(r"^name:\s*[\"']?([A-Za-z0-9_.-]+)", re.MULTILINE)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 1 and one line on stderr when it fails."""
    options = _parser().parse_args(arguments)
    try:
        configured = None if options.endpoint else _configured("projectEndpoint", options.stack)
        endpoint, source = find_endpoint(options.endpoint, configured)
        if options.command == "versions":
            api_version = options.api_version or _configured("apiVersion", options.stack) or "v1"
            _print_versions(agent_versions(options.agent, project_endpoint=endpoint, api_version=api_version))
        else:
            _import(options, endpoint, source)
    except FoundryError as error:
        print(f"error: {_one_line(error, options)}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument(
        "--endpoint", metavar="URL", help="project endpoint; default: stack configuration, then the environment"
    )
    common.add_argument(
        "--api-version", choices=("v1", "2025-11-15-preview"), help="wire shape; default: configuration, v1"
    )
    common.add_argument("--stack", help="Pulumi stack; default: the one selected")
    parser = argparse.ArgumentParser(prog="python -m pulumi_azure_foundry", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    versions = commands.add_parser("versions", parents=[common], help="list the versions of an agent, newest first")
    versions.add_argument("agent", metavar="AGENT")
    import_ = commands.add_parser(
        "import", parents=[common], help="write the file for `pulumi import --file`, and print the program that fits it"
    )
    import_.add_argument("agent", metavar="AGENT[/VERSION]", help="default version: the newest that is active")
    import_.add_argument("--name", help="Pulumi name of the resource; default: the agent's name")
    import_.add_argument("--project", help="Pulumi project; default: Pulumi.yaml")
    import_.add_argument("--output", type=Path, default=Path("import.json"), metavar="FILE")
    return parser


def _import(options: argparse.Namespace, endpoint: str, source: str) -> None:
    from pulumi_azure_foundry._azure.data_plane import open_data_plane

    agent_name, _, number = options.agent.partition("/")
    configured = _configured("apiVersion", options.stack)
    place = Place(
        project_endpoint=endpoint,
        endpoint_source=source,
        api_version=options.api_version or configured or "v1",
        api_version_is_configured=configured is not None and options.api_version in {None, configured},
        project=options.project or _project(),
        stack=options.stack or _stack(),
        resource_name=options.name or agent_name,
    )
    plan = plan_import(open_data_plane(endpoint, place.api_version), agent_name, number or None, place)
    _write(options.output, plan)
    print(plan.program)
    print(_next_steps(plan, agent_name, options.output, place), file=sys.stderr)


def _write(path: Path, plan: Import) -> None:
    """For the owner alone: environment values that do not look like secrets may be some."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump(plan.file, file, indent=2, ensure_ascii=False)


def _next_steps(plan: Import, agent_name: str, path: Path, place: Place) -> str:
    lines = [
        "",
        f"{path}: version {plan.version} of agent '{agent_name}', for stack '{place.stack}' of '{place.project}'.",
        "1. Put the text above into the program.",
        f"2. pulumi import --file {path} --generate-code=false --protect=false --stack {place.stack}",
        "3. pulumi preview: nothing is to change.",
    ]
    if plan.left_out:
        lines += [
            f"Left out, because it looks like a secret: {', '.join(plan.left_out)}.",
            "Add it to the program as a Pulumi secret after the import; that makes a new version.",
        ]
    return "\n".join(lines)


def _print_versions(versions: Sequence[AgentVersion]) -> None:
    rows = [("VERSION", "STATUS", "SERVING", "CREATED", "OWNER", "IMAGE")]
    for version in versions:
        created = "-" if version.created is None else version.created.isoformat(timespec="seconds")
        share, owner, image = f"{version.serving_percent} %", version.owner or "-", version.image or "-"
        rows.append((version.number, version.status, share, created, owner, image))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _configured(key: str, stack: str | None) -> str | None:
    """A value of the stack's configuration; None without a project, a stack or the CLI."""
    if _project_file() is None:
        return None
    return _pulumi("config", "get", f"azure-foundry:{key}", *(("--stack", stack) if stack else ()))


def _project() -> str:
    file = _project_file()
    found = None if file is None else _NAME_LINE.search(file.read_text(encoding="utf-8"))
    if found is None:
        raise InvalidInputError(
            "there is no Pulumi.yaml here: run this in the project's folder, or give --project", is_explained=True
        )
    return found[1]


def _project_file() -> Path | None:
    folders = (Path.cwd(), *Path.cwd().parents)
    files = (folder / name for folder in folders for name in ("Pulumi.yaml", "Pulumi.yml"))
    return next((file for file in files if file.is_file()), None)


def _stack() -> str:
    found = os.environ.get("PULUMI_STACK") or _pulumi("stack", "--show-name")
    if not found:
        raise InvalidInputError("no stack is selected: run `pulumi stack select`, or give --stack", is_explained=True)
    return found.rpartition("/")[2]


def _pulumi(*arguments: str) -> str | None:
    """What the pulumi command answers; None when it fails or is not there."""
    command = ["pulumi", *arguments, "--non-interactive"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=PULUMI_SECONDS, check=True)  # noqa: S603 - the user's own pulumi
    except (OSError, subprocess.SubprocessError):
        return None
    return answer.stdout.strip() or None


def _one_line(error: FoundryError, options: argparse.Namespace) -> str:
    agent_name, _, number = options.agent.partition("/")
    text = str(error)
    if not error.is_explained:
        text = explain(
            error,
            operation=options.command,
            agent_name=agent_name,
            version=number or None,
            image=None,
            project_endpoint=options.endpoint or "",
        )
    return " ".join(text.split())


if __name__ == "__main__":
    sys.exit(main())
