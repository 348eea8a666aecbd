"""A Foundry project that lives on this machine, for development and for tests of this package and of other clients.

**What is imitated.** The agents data plane of a project in both API versions (``v1`` and ``2025-11-15-preview``):
agents, their versions with provisioning, failure and deletion, sessions, the endpoint with its traffic rules, calls
answered by a built-in echo, and the managed-identity endpoint that hands out tokens for it. It behaves like the
service, not like our provider: it checks tokens and their audiences, API versions, bodies, names, tiers, reserved
variables and counts, and every answer conforms to the wire descriptions that the tests hold it to.

**What is open.** Where public sources leave a behaviour open there is a switch (`settings.SWITCHES`), and the program
is tested under both answers. The default is what the sources make most likely.

**What is not imitated.** Agents of another kind than ``hosted`` and agents built from code, drafts (``draft: true``
makes a normal version, as in any subscription without that preview), manifests, toolboxes, connections, deployments,
streamed answers, isolation of sessions by user, roles of callers (a token of this emulator may do anything), rate
limits other than by fault, and the containers: no image is pulled, the table of images says what would have happened.

**State** is one SQLite file in the state directory, readable by its owner alone, shared by every command that names the
directory. Time is the world's own clock, which only moves forward. Nothing leaves the machine: the journal and the page
show neither tokens nor environment values.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .environment import child_environment, pulumi_environment
    from .local import Emulator, Struck

__all__ = ["Emulator", "Struck", "child_environment", "pulumi_environment"]

_HOMES = {
    "Emulator": "local",
    "Struck": "local",
    "child_environment": "environment",
    "pulumi_environment": "environment",
}


def __getattr__(name: str) -> object:
    """Import on first use: who needs one module of the emulator does not pay for its server."""
    if name not in _HOMES:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
