"""Find or make the Pulumi CLI, and print the folder that holds it.

`make demo` and `make test` need no preparation, so this looks in order for: a `pulumi` on PATH, what an earlier run
left in `.pulumi-cli/`, the official installer, and last a build from the published Go modules, for machines that reach
package registries only. Everything is made in a folder of its own and renamed when complete: an interrupted run leaves
nothing half done, and the next one starts where the caches of pip and Go are.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / ".pulumi-cli"
TOOLS = ROOT / "tools"
OLDEST = (3, 216)  # the oldest SDK that the package supports
OLDEST_GO = (1, 21)  # the first that fetches a newer toolchain by itself
INSTALLER = "https://get.pulumi.com/install.sh"
PROBE_SECONDS = 5.0
INSTALL_SECONDS = 300.0
VERSION = "v3.259.0"
CLI_FLAGS = (
    "-trimpath",
    "-tags=osusergo,grpcnotrace",
    f"-ldflags=-w -s -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version={VERSION}",
)
LANGUAGE_HOST = "pulumi-language-python"
SCRIPTS = ("python/cmd/pulumi-language-python-exec", "python/dist/pulumi-resource-pulumi-python")
NO_WAY = """\
There is no Pulumi CLI here and no way to get one: {installer}, and {go}.
Either of these helps:
  - install Pulumi (https://www.pulumi.com/docs/install/) so that `pulumi` is on PATH, or
  - install Go {oldest_go} or newer (https://go.dev/dl/) and let this machine reach proxy.golang.org;
    the CLI is then built from its published modules."""


def main() -> int:
    """Print the folder of a working CLI on stdout; everything said to people goes to stderr."""
    folder = on_path()
    if folder is None:
        HOME.mkdir(exist_ok=True)
        with (HOME / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            folder = made_here()
    if folder is None:
        return 1
    print(folder)
    return 0


def on_path() -> Path | None:
    """The folder of a `pulumi` on PATH that is new enough and has its Python language host."""
    found = shutil.which("pulumi")
    if found is None:
        return None
    folder = Path(found).parent
    if version_of(found) < OLDEST:
        say(f"{found} is older than {dotted(OLDEST)}: not used.")
        return None
    if shutil.which(LANGUAGE_HOST) is None and not (Path(found).resolve().parent / LANGUAGE_HOST).exists():
        say(f"{found} comes without {LANGUAGE_HOST}: not used.")
        return None
    return folder


def made_here() -> Path | None:
    """The CLI in `.pulumi-cli/bin`, made first if it is not there."""
    folder = HOME / "bin"
    if is_complete(folder):
        return folder
    for leftover in HOME.glob("new-*"):
        shutil.rmtree(leftover)
    new = HOME / f"new-{os.getpid()}"
    for make in (install, build):
        problem = make(new)
        if problem is None:
            shutil.rmtree(folder, ignore_errors=True)
            (new / "bin").rename(folder)
            shutil.rmtree(new)
            return folder
        if make is install:
            unreachable = problem
        shutil.rmtree(new, ignore_errors=True)
    say(NO_WAY.format(installer=unreachable, go=problem, oldest_go=dotted(OLDEST_GO)))
    return None


def install(new: Path) -> str | None:
    """Run the official installer; the answer is why that was not possible."""
    try:
        urllib.request.urlopen(INSTALLER, timeout=PROBE_SECONDS).close()
    except (OSError, urllib.error.URLError):
        return "the official installer (get.pulumi.com) cannot be reached"
    say("No `pulumi` on PATH: fetching it with the official installer into .pulumi-cli/ (about a minute, once).")
    program = "import sys; from pulumi.automation import PulumiCommand; PulumiCommand.install(root=sys.argv[1])"
    command = [sys.executable, "-c", program, str(new)]
    try:
        subprocess.run(command, check=True, timeout=INSTALL_SECONDS, capture_output=True)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
        return "the official installer did not succeed"
    return None if is_complete(new / "bin") else "the official installer did not deliver a working CLI"


def build(new: Path) -> str | None:
    """Build the CLI and its language host from Go modules; the answer is why that was not possible."""
    go = shutil.which("go")
    if go is None:
        return "Go is not installed either"
    if version_of(go) < OLDEST_GO:
        return f"the Go found here is older than {dotted(OLDEST_GO)}"
    say(
        f"No `pulumi` on PATH and get.pulumi.com cannot be used from here: building {VERSION} from its Go modules\n"
        "into .pulumi-cli/. That takes about 5 minutes on two cores, once.",
    )
    started = time.monotonic()
    folder = new / "bin"
    folder.mkdir(parents=True)
    host = folder / f"{LANGUAGE_HOST}.real"
    try:
        go_build(go, TOOLS / LANGUAGE_HOST, f"github.com/pulumi/pulumi/sdk/v3/python/cmd/{LANGUAGE_HOST}", host)
        say("  the Python language host is built; the engine follows …")
        go_build(go, TOOLS / "pulumi", "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi", folder / "pulumi", *CLI_FLAGS)
        sdk = module_folder(go, TOOLS / "pulumi", "github.com/pulumi/pulumi/sdk/v3")
    except subprocess.CalledProcessError as error:
        return f"`{' '.join(map(str, error.cmd[:3]))} …` failed (its own words are above)"
    for script in (TOOLS / LANGUAGE_HOST / LANGUAGE_HOST, *(sdk / script for script in SCRIPTS)):
        shutil.copyfile(script, folder / script.name)
        (folder / script.name).chmod(0o755)
    say(f"  done in {time.monotonic() - started:.0f} s.")
    return None if is_complete(folder) else "the CLI that was built does not start"


def go_build(go: str, module: Path, package: str, target: Path, *flags: str) -> None:
    """Build one package of one of the two modules, with exactly the pinned versions.

    Go names each of some 300 modules that it downloads: that is shown only when the build fails.
    """
    command = [go, "build", "-mod=readonly", *(flags or ("-trimpath", "-ldflags=-w -s")), "-o", str(target), package]
    build = subprocess.run(
        command,
        cwd=module,
        env=go_environment(),
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if build.returncode != 0:
        say(build.stdout)
        build.check_returncode()


def module_folder(go: str, module: Path, path: str) -> Path:
    """Where Go unpacked a required module."""
    command = [go, "list", "-mod=readonly", "-m", "-f", "{{.Dir}}", path]
    answer = subprocess.run(command, cwd=module, env=go_environment(), check=True, stdout=subprocess.PIPE, text=True)
    return Path(answer.stdout.strip())


def go_environment() -> dict[str, str]:
    """Go's environment without a workspace that happens to lie around the clone."""
    return {**os.environ, "GOWORK": "off"}


def is_complete(folder: Path) -> bool:
    """Whether the folder has a CLI that answers and the three files it needs for Python."""
    needed = ("pulumi", LANGUAGE_HOST, *(Path(script).name for script in SCRIPTS))
    return all((folder / name).exists() for name in needed) and version_of(str(folder / "pulumi")) >= OLDEST


def version_of(program: str) -> tuple[int, int]:
    """Major and minor version as the program itself tells them; (0, 0) if it does not run."""
    environment = {**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"}
    try:
        answer = subprocess.run([program, "version"], env=environment, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return (0, 0)
    numbers = re.search(r"(\d+)\.(\d+)", answer.stdout)
    return (int(numbers[1]), int(numbers[2])) if numbers else (0, 0)


def dotted(version: tuple[int, int]) -> str:
    """A version as people write it."""
    return ".".join(map(str, version))


def say(text: str) -> None:
    """Tell the person who waits."""
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
