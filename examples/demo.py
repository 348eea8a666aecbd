"""`make demo`: the real Pulumi engine makes, changes and rolls a hosted agent against the local emulator.

Runs inside `foundry-emulator run --`, which gives Pulumi a state of its own and leads the Azure SDK to the emulator.
"""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pulumi_azure_foundry as foundry

ROOT = Path(__file__).resolve().parent.parent
STACK = "demo"
AGENT = "quickstart"
GOOD_IMAGE = "demo.azurecr.io/quickstart:1.1.0"
MISSING_IMAGE = "demo.azurecr.io/quickstart:1.2.0-typo"
PROVISIONING_SECONDS = "4"
QUIET = ("--non-interactive", "--suppress-permalink=true")


def main() -> int:
    """Tell the story, one command after the other."""
    start_over()
    tell("1. Nothing exists yet. What would be made? (No request leaves this machine for a preview.)")
    pulumi("preview", *QUIET)
    tell("2. Make it. The provider posts the version, polls until it serves, and says so on the resource's row.")
    pulumi("up", "--yes", "--skip-preview", *QUIET)
    tell("3. Another image, another environment variable. A version cannot be changed: the preview names the fields.")
    configure(image=GOOD_IMAGE, greeting="good morning")
    pulumi("preview", "--diff", *QUIET)
    tell("4. Roll: the new version serves before the old one goes.")
    pulumi("up", "--yes", "--skip-preview", *QUIET)
    tell("5. An image that is not in the registry. The error names cause and remedy, and nothing is left behind.")
    run("foundry-emulator", "fault", "--image", MISSING_IMAGE, "--code", "AcrImageNotFound")
    configure(image=MISSING_IMAGE)
    pulumi("up", "--yes", "--skip-preview", *QUIET, fails=True)
    tell("6. The stack still has the version that serves; with the image corrected there is nothing to do.")
    configure(image=GOOD_IMAGE)
    pulumi("up", "--yes", "--skip-preview", "--expect-no-changes", *QUIET)
    tell("7. And this is what is on the service (pulumi_azure_foundry.agent_versions):")
    for listed in foundry.agent_versions(AGENT):
        print(
            f"   version {listed.number}: {listed.status}, {listed.image}, {listed.serving_percent} % of new sessions"
        )
    farewell()
    return 0


def start_over() -> None:
    """Leave nothing of an earlier demo, neither in the stack nor on the emulator."""
    environment = os.environ | {"PULUMI_SKIP_CONFIRMATIONS": "true"}
    for verb in (("destroy", "--yes", "--remove", "--stack", STACK), ("stack", "rm", "--yes", "--force", STACK)):
        subprocess.run(
            ["pulumi", *verb, "--non-interactive"], cwd=ROOT, env=environment, capture_output=True, check=False
        )
    # Its salt belongs to the stack that is gone.
    (ROOT / f"Pulumi.{STACK}.yaml").unlink(missing_ok=True)
    subprocess.run(["pulumi", "stack", "init", STACK], cwd=ROOT, stdout=subprocess.DEVNULL, check=True)
    # It runs already; this only sets how long it takes to provision a version, so that there is something to watch.
    command = ["foundry-emulator", "start", "--provisioning", PROVISIONING_SECONDS]
    subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, check=True)


def configure(**values: str) -> None:
    """Set configuration of the stack, and show how a person would."""
    for name, value in values.items():
        run("pulumi", "config", "set", name, value)


def pulumi(*arguments: str, fails: bool = False) -> None:
    """Run the engine; what it prints is the demo."""
    run("pulumi", *arguments, fails=fails)


def run(*command: str, fails: bool = False) -> None:
    """Show a command and run it; end the demo if it does not end as it should."""
    shown = " ".join(f"'{word}'" if " " in word else word for word in command if word not in QUIET)
    print(f"   $ {shown}", flush=True)
    ended = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, check=False)
    if (ended.returncode != 0) is not fails:
        sys.exit(f"demo: that was expected to {'fail' if fails else 'succeed'} (exit code {ended.returncode})")


def tell(text: str) -> None:
    """Say what comes next."""
    print("\n" + textwrap.fill(text, 110), flush=True)


def farewell() -> None:
    """Say how to go on by hand, and how to be rid of everything."""
    print(
        textwrap.dedent(
            """
            That was the demo. Go on by hand (the emulator keeps its state, the stack is called demo):

               export PATH="$PWD/.venv/bin:$(.venv/bin/python tools/get_pulumi.py):$PATH"
               foundry-emulator start                      # and open the page it names in a browser
               foundry-emulator run -- pulumi config set greeting hi
               foundry-emulator run -- pulumi up
               foundry-emulator journal                    # what was asked of the service
               foundry-emulator run -- pulumi destroy

            `foundry-emulator stop` ends the emulator, `make clean` removes everything that was made.
            The program is examples/quickstart/__main__.py; the same one runs against Azure.""",
        ),
    )


if __name__ == "__main__":
    sys.exit(main())
