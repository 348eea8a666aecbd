"""Random histories of one stack: whatever was changed, cut, killed or refused, state and service agree afterwards."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, event, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from pulumi_azure_foundry._core.stamps import decode_stamp
from pulumi_azure_foundry.emulator.world import World
from tests.contract.engine_side import Bag, Stored
from tests.machine.engine import DELETE_FIRST, Engine
from tests.machine.service import ENDPOINT, Service, Trouble

AGENTS = ("support", "sales")
NAMES = {"one": "support", "two": "support", "three": "sales"}
OWNERS = {"one": "0001", "two": "0002", "three": "0003"}
GOOD = tuple(f"acme.azurecr.io/x@sha256:{64 * digit}" for digit in "12")
BROKEN = "acme.azurecr.io/x@sha256:" + 64 * "8"
UNPULLABLE_AT_FIRST = "acme.azurecr.io/x@sha256:" + 64 * "9"
SLOW = "acme.azurecr.io/x@sha256:" + 64 * "a"
SLOW_AND_BROKEN = "acme.azurecr.io/x@sha256:" + 64 * "b"
DIFFICULT = (BROKEN, UNPULLABLE_AT_FIRST, SLOW, SLOW_AND_BROKEN)

names = st.sampled_from(sorted(NAMES))
troubles = (
    st.none()
    | st.none()
    | st.builds(
        Trouble, st.integers(1, 25), st.sampled_from(["killed", "killed", "lost", "500", "429", "403"]), st.booleans()
    )
)


class Histories(RuleBasedStateMachine):
    """One stack with up to three declarations, two of them on one agent, beside a colleague who makes versions too."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="machine-"))
        self.service = Service(World(self.folder))
        self.engine = Engine(self.service)
        self.program: dict[str, Bag] = {}
        self.others: set[tuple[str, str]] = set()
        self.touched: set[str] = set()
        """Agents that somebody else changed: they may stay, as nothing tells any more that our create made them."""
        self.loose: dict[str, set[str]] = {name: set() for name in NAMES}

    def teardown(self) -> None:
        self.engine.patch.undo()
        self.service.close()
        shutil.rmtree(self.folder)

    @initialize(
        declared=st.lists(names, min_size=1, unique=True),
        dedupe=st.sampled_from(["latest", "any", "off"]),
        agent=st.sampled_from(["removed", "stays"]),
        flicker=st.sampled_from(["off", "active", "failed"]),
        reshapes=st.booleans(),
    )
    def a_world(self, declared: list[str], dedupe: str, agent: str, flicker: str, *, reshapes: bool) -> None:
        world = self.service.world
        world.settings.require_token = False
        world.settings.provisioning_seconds = 2.0
        world.settings.switches["dedupe"] = dedupe
        world.settings.switches["agent_after_last_version"] = agent
        world.settings.switches["status_flicker"] = flicker
        world.settings.switches["server_reshapes"] = reshapes
        world.images.set(BROKEN, "missing")
        world.images.set(UNPULLABLE_AT_FIRST, "no_pull_right", times=2)
        world.images.set(SLOW, "ok", seconds=150)
        world.images.set(SLOW_AND_BROKEN, "missing", seconds=150)
        for name in declared:
            self._declare(name, GOOD[0])
        self._up(None)

    @rule(name=names, image=st.sampled_from(GOOD), trouble=troubles, delete_first=st.booleans())
    def change(self, name: str, image: str, trouble: Trouble | None, *, delete_first: bool) -> None:
        """A, B, and A again, mostly."""
        self._declare(name, image, delete_first=delete_first)
        self._up(trouble)

    @rule(name=names, image=st.sampled_from(DIFFICULT), trouble=troubles)
    def change_to_a_difficult_image(self, name: str, image: str, trouble: Trouble | None) -> None:
        self._declare(name, image)
        self._up(trouble)

    @rule(name=names, keep=st.integers(0, 2))
    def keep_more_or_fewer(self, name: str, keep: int) -> None:
        if name in self.program:
            self.program[name]["keep_versions"] = keep

    @rule(changes=st.lists(st.tuples(names, st.sampled_from(GOOD)), min_size=2), trouble=troubles)
    def change_many(self, changes: list[tuple[str, str]], trouble: Trouble | None) -> None:
        for name, image in changes:
            self._declare(name, image)
        self._up(trouble)

    def _declare(self, name: str, image: str, *, delete_first: bool = False) -> None:
        before = self.program.get(name, {})
        self.program[name] = {
            "agent_name": NAMES[name],
            "image": image,
            "project_endpoint": ENDPOINT,
            "environment_variables": {"WHO": name},
            "timeout_seconds": 60,
            "keep_versions": before.get("keep_versions", 0),
            "__owner": OWNERS[name],
            DELETE_FIRST: delete_first,
        }

    @rule(name=names)
    def remove(self, name: str) -> None:
        self.program.pop(name, None)

    @rule(trouble=troubles)
    def up(self, trouble: Trouble | None) -> None:
        self._up(trouble)

    @rule()
    def up_until_it_succeeds(self) -> None:
        """Without trouble and with a good image, few repetitions end every history."""
        for declared in self.program.values():
            if declared["image"] in (BROKEN, SLOW_AND_BROKEN):
                declared["image"] = GOOD[0]
        for _ in range(6):
            if self._up(None):
                return
            self.time_passes()
            self.engine.refresh(None)  # the way out that a vanished version names
        raise AssertionError(f"six times in vain: {self.engine.last_error}")

    @rule(name=names, trouble=troubles)
    def up_with_replace(self, name: str, trouble: Trouble | None) -> None:
        self._up(trouble, replace=name)

    @rule(trouble=troubles)
    def refresh(self, trouble: Trouble | None) -> None:
        before = dict(self.engine.state)
        if self.engine.refresh(trouble):
            for name, stored in before.items():
                exists = stored.id.rpartition("/")[2] in self._numbers(name)
                assert exists == (name in self.engine.state)

    @rule(trouble=troubles)
    def destroy(self, trouble: Trouble | None) -> None:
        before = dict(self.engine.state)
        if self.engine.destroy(trouble):
            assert ({}, []) == (self.engine.state, self.engine.pending)
            for name in before:
                assert [] == self._numbers(name)
                self.loose[name].clear()
            for agent in {NAMES[name] for name in before} - self.touched:
                assert self.service.call("GET", f"/agents/{agent}")[0] == 404

    @rule(agent=st.sampled_from(AGENTS))
    def a_colleague_makes_a_version(self, agent: str) -> None:
        definition = {
            "kind": "hosted",
            "cpu": "2",
            "memory": "4Gi",
            "container_configuration": {"image": "others.azurecr.io/y:1"},
            "protocol_versions": [{"protocol": "responses", "version": "2.0.0"}],
        }
        status, reply = self.service.call("POST", f"/agents/{agent}/versions", {"definition": definition})
        assert status == 200
        self.touched.add(agent)
        self.others.add((agent, reply["version"]))

    @rule(name=names)
    def a_colleague_deletes_our_version(self, name: str) -> None:
        stored = self.engine.state.get(name)
        if stored is not None:
            self.touched.add(NAMES[name])
            self.service.call("DELETE", f"/agents/{NAMES[name]}/versions/{stored.number}")

    @rule()
    def time_passes(self) -> None:
        self.service.world.clock.advance(200)

    @invariant()
    def what_others_made_is_never_touched(self) -> None:
        for agent, number in self.others:
            assert number in self.service.versions(agent)

    @invariant()
    def no_version_has_two_stamps_or_a_foreign_one(self) -> None:
        for agent in AGENTS:
            for number, body in self.service.versions(agent).items():
                stamp = decode_stamp(body["metadata"].get("pulumi_azure_foundry"))
                assert ((agent, number) in self.others) == (stamp is None)

    def _up(self, trouble: Trouble | None, *, replace: str = "") -> bool:
        before, pending = dict(self.engine.state), len(self.engine.pending)
        succeeded = self.engine.up(self.program, trouble, replace=replace)
        event(f"up {'succeeded' if succeeded else 'failed'}, {'no trouble' if trouble is None else trouble.kind}")
        self._note_loose(trouble, was_pending=pending > 0)
        if succeeded:
            assert [] == self.engine.pending
            assert set(self.program) == set(self.engine.state)
            for name, declared in self.program.items():
                self._check_declaration(name, declared, before.get(name))
            for name in before.keys() - self.program.keys():
                assert [] == self._numbers(name)
        return succeeded

    def _check_declaration(self, name: str, declared: Bag, before: Stored | None) -> None:
        stored, ours = self.engine.state[name], self._ours(name)
        if before is not None and before.id == stored.id and stored.number not in ours:
            return  # deleted behind our back, and no refresh since
        if before is not None and before.id != stored.id and not declared[DELETE_FIRST]:
            event("replaced")
            self.loose[name].clear()
        superseded = [number for number in ours if number != stored.number and number not in self.loose[name]]
        assert ((), "active") == (stored.init_errors, stored.outputs["status"])
        assert ("active", declared["image"]) == (ours[stored.number]["status"], image_of(ours[stored.number]))
        assert len(superseded) <= declared["keep_versions"]
        assert all(ours[number]["status"] == "active" for number in superseded)

    def _note_loose(self, trouble: Trouble | None, *, was_pending: bool) -> None:
        """Versions that a cut command made and no state knows: the next replacement or destroy takes them."""
        known = {(name, stored.number) for name, stored in self.engine.state.items()}
        known |= {(name, stored.number) for name, stored in self.engine.pending}
        for name, agent in NAMES.items():
            present = set(self._ours(name))
            posted = {number for where, number in self.service.posted if where == agent} & present
            new = {number for number in posted if (name, number) not in known}
            assert trouble is not None or was_pending or new <= self.loose[name]
            self.loose[name] = (self.loose[name] | new) & present

    def _ours(self, name: str) -> dict[str, Any]:
        return {
            number: body
            for number, body in self.service.versions(NAMES[name]).items()
            if f"owner={OWNERS[name]};" in body["metadata"].get("pulumi_azure_foundry", "")
        }

    def _numbers(self, name: str) -> list[str]:
        return list(self._ours(name))


def image_of(body: dict[str, Any]) -> str:
    return str(body["definition"]["container_configuration"]["image"])


TestHistories = Histories.TestCase
# Derandomised by the profile of tests/conftest.py; MACHINE_EXAMPLES=2000 looks further.
TestHistories.settings = settings(
    max_examples=int(os.environ.get("MACHINE_EXAMPLES", "40")),
    stateful_step_count=20,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
