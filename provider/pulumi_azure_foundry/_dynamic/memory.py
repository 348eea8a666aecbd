"""What the provider process remembers during one Pulumi command, and why delete can trust it.

delete gets neither the program's wishes nor the name of what replaced it. But check runs for every declaration of the
program before any delete, and create runs before the delete of what it replaces, all in this one process.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulumi_azure_foundry._core.values import Value


@dataclass(slots=True)
class Memory:
    """`held` and `declared` (design 3.6), and what else one command has to know of itself."""

    held: set[tuple[str, str]] = field(default_factory=set)
    """(project endpoint, id) that create, adopt or update returned: never deleted in this command."""
    standing: set[tuple[str, str]] = field(default_factory=set)
    """(project endpoint, id) that diff was asked about, which stand in state for a declaration: each goes by its own
    delete or not at all, never as an older version of something else."""
    declared: dict[str, Mapping[str, Value]] = field(default_factory=dict)
    """Owners that check has seen, former ones too, with the checked inputs."""
    former_owners: dict[str, list[str]] = field(default_factory=dict)
    urns: dict[str, str] = field(default_factory=dict)
    made_agents: set[tuple[str, str]] = field(default_factory=set)
    """(project endpoint, agent) whose versions carried our mark of having made the agent."""
    warned: set[tuple[str, str]] = field(default_factory=set)
    _locks: dict[tuple[str, str], threading.RLock] = field(default_factory=lambda: defaultdict(threading.RLock))
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def agent_lock(self, project_endpoint: str, agent_name: str) -> threading.RLock:
        """The lock under which one agent's versions are looked at and changed."""
        with self._guard:
            return self._locks[project_endpoint, agent_name]

    def is_new_warning(self, urn: str, text: str) -> bool:
        """True the first time; check runs twice for a replacement."""
        with self._guard:
            if (urn, text) in self.warned:
                return False
            self.warned.add((urn, text))
            return True


memory = Memory()
"""The process's own: each Pulumi command starts a new process."""
