import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_azure_foundry._core.retention import OwnerRemoval, Removal, plan_owner_removal, plan_superseded
from pulumi_azure_foundry._core.seam import LATEST
from pulumi_azure_foundry._core.shapes import Version
from tests.unit.factories import OWNER, a_version

FORMER = "ffff000011112222"
OWNERS = {OWNER, FORMER}


def superseded(
    versions: list[Version],
    *,
    removing: str = "3",
    serving: dict[str, int] | None = None,
    keep_versions: int = 0,
    held: frozenset[str] = frozenset({"support/4"}),
) -> Removal:
    return plan_superseded(
        versions,
        owners=OWNERS,
        removing=removing,
        serving=serving if serving is not None else {"4": 100},
        keep_versions=keep_versions,
        held=held,
    )


def four_versions(*, status: str = "active") -> list[Version]:
    return [a_version(4), a_version(3, status=status), a_version(2, owner=FORMER), a_version(1, owner="abcd")]


def test_the_superseded_version_and_older_ones_of_its_owner_go() -> None:
    assert Removal(("2", "3"), ()) == superseded(four_versions())


@pytest.mark.parametrize(("keep_versions", "expected"), [(1, ("2",)), (2, ()), (100, ())])
def test_the_newest_superseded_versions_stay(keep_versions: int, expected: tuple[str, ...]) -> None:
    assert Removal(expected, ()) == superseded(four_versions(), keep_versions=keep_versions)


def test_a_version_that_never_was_active_is_not_kept() -> None:
    assert Removal(("3",), ()) == superseded(four_versions(status="failed"), keep_versions=1)


def test_a_version_that_traffic_names_is_left_with_the_reason() -> None:
    removal = superseded(four_versions(), serving={"3": 10, "4": 90, "2": 0})

    assert Removal(("2",), (("3", "10 % of the traffic goes to it"),)) == removal


@pytest.mark.parametrize("newest", ["active", "creating"])
def test_latest_names_no_version(newest: str) -> None:
    versions = [a_version(4, status=newest), *four_versions()[1:]]

    assert Removal(("2", "3"), ()) == superseded(versions, serving={LATEST: 100})


def test_delete_before_replace_without_rules_is_not_stopped_by_latest() -> None:
    removal = superseded([a_version(3)], serving={LATEST: 100}, held=frozenset())

    assert Removal(("3",), ()) == removal


def test_delete_before_replace_has_no_newer_version() -> None:
    removal = superseded(four_versions()[1:], serving={"1": 100}, held=frozenset())

    assert Removal(("2", "3"), ()) == removal


def test_a_newer_version_of_the_owner_is_never_superseded() -> None:
    assert Removal(("2",), ()) == superseded(four_versions(), removing="2", held=frozenset())


def test_what_a_cut_run_made_between_the_removed_version_and_its_successor_goes_too() -> None:
    versions = [a_version(5), a_version(4), a_version(3)]

    assert Removal(("3", "4"), ()) == superseded(versions, serving={}, held=frozenset({"support/5"}))


def test_what_this_run_returned_is_held_by_id_or_number() -> None:
    assert Removal((), ()) == superseded(four_versions(), held=frozenset({"support/3", "2"}))


def test_an_imported_version_without_a_stamp_goes_as_well() -> None:
    versions = [a_version(4), a_version(3, owner=None), a_version(2, owner=None)]

    assert Removal(("3",), ()) == superseded(versions)


def test_a_version_that_is_going_already_is_left_alone() -> None:
    assert Removal(("2",), ()) == superseded(four_versions(status="deleting"))


def test_a_draft_counts_as_newer_than_every_number() -> None:
    versions = [a_version("draft-17"), a_version(3)]

    assert Removal(("3",), ()) == superseded(versions)


def test_nothing_on_the_service_is_nothing_to_do() -> None:
    assert Removal((), ()) == superseded([], serving={LATEST: 100})


def removal_of(
    versions: list[Version],
    *,
    serving: dict[str, int] | None = None,
    held: frozenset[str] = frozenset(),
    removing: str | None = None,
) -> OwnerRemoval:
    return plan_owner_removal(versions, owners=OWNERS, serving=serving or {}, held=held, removing=removing)


def test_all_versions_of_the_owner_go_and_the_agent_is_empty_then() -> None:
    versions = [a_version(3), a_version(2, owner=FORMER), a_version(1, made_agent=True)]

    expected = OwnerRemoval(("1", "2", "3"), others=False, serving_refusal=None, made_agent=True)
    assert expected == removal_of(versions, serving={"3": 100})


def test_versions_of_others_keep_the_agent() -> None:
    expected = OwnerRemoval(("2",), others=True, serving_refusal=None)

    assert expected == removal_of([a_version(2), a_version(1, owner="abcd")], serving={LATEST: 100})


def test_versions_of_others_that_are_gone_do_not_keep_the_agent() -> None:
    assert not removal_of([a_version(2), a_version(1, owner=None, status="deleted")]).others


def test_nothing_goes_while_traffic_names_a_version_and_others_are_there() -> None:
    versions = [a_version(10), a_version(9), a_version(1, owner=None)]

    removal = removal_of(versions, serving={"10": 60, "9": 40, "1": 0})

    assert (
        OwnerRemoval(
            (),
            others=True,
            serving_refusal="traffic still goes to version 9 (40 %), version 10 (60 %), and the agent has versions of "
            "others: route it elsewhere first",
        )
        == removal
    )


def test_what_this_run_returned_stays_and_keeps_the_agent() -> None:
    expected = OwnerRemoval(("1",), others=True, serving_refusal=None)

    assert expected == removal_of([a_version(2), a_version(1)], held=frozenset({"support/2"}))


def test_the_version_in_state_is_ours_also_without_a_stamp() -> None:
    expected = OwnerRemoval(("5",), others=False, serving_refusal=None)

    assert expected == removal_of([a_version(5, owner=None)], removing="5")


VERSIONS = st.lists(
    st.builds(
        a_version,
        st.integers(1, 9),
        status=st.sampled_from(["creating", "active", "failed", "deleting", "deleted"]),
        owner=st.sampled_from([OWNER, FORMER, "abcd", None]),
        made_agent=st.booleans(),
    ),
    max_size=6,
    unique_by=lambda version: version.version,
).map(lambda versions: sorted(versions, key=lambda version: -int(version.version)))
NUMBERS = st.sampled_from([str(n) for n in range(1, 10)])
SERVING = st.dictionaries(st.one_of(NUMBERS, st.just(LATEST)), st.integers(0, 100), max_size=3)
HELD = st.frozensets(st.one_of(NUMBERS, NUMBERS.map("support/{}".format)), max_size=3)


@given(versions=VERSIONS, removing=NUMBERS, serving=SERVING, keep_versions=st.integers(0, 4), held=HELD)
def test_a_replacement_never_removes_what_it_must_leave(
    versions: list[Version], removing: str, serving: dict[str, int], keep_versions: int, held: frozenset[str]
) -> None:
    removal = superseded(versions, removing=removing, serving=serving, keep_versions=keep_versions, held=held)

    by_number = {version.version: version for version in versions}
    skipped = {number for number, _ in removal.skip}
    assert set(removal.delete).isdisjoint(skipped)
    assert list(removal.delete) == sorted(removal.delete, key=int)
    for number in (*removal.delete, *skipped):
        version = by_number[number]
        assert number == removing or (version.stamp is not None and version.stamp.owner in OWNERS)
        assert int(number) <= max(int(removing), *(int(one.rpartition("/")[2]) for one in held), 0)
        assert number not in held
        assert f"support/{number}" not in held
    for number in removal.delete:
        assert serving.get(number, 0) == 0


@given(versions=VERSIONS, removing=NUMBERS, serving=SERVING, held=HELD)
def test_keeping_more_versions_never_removes_more(
    versions: list[Version], removing: str, serving: dict[str, int], held: frozenset[str]
) -> None:
    kept = [
        set(superseded(versions, removing=removing, serving=serving, keep_versions=keep, held=held).delete)
        for keep in range(4)
    ]

    assert kept[0] >= kept[1] >= kept[2] >= kept[3]


@given(versions=VERSIONS, serving=SERVING, held=HELD)
def test_the_end_of_a_declaration_touches_nothing_of_others(
    versions: list[Version], serving: dict[str, int], held: frozenset[str]
) -> None:
    removal = removal_of(versions, serving=serving, held=held)

    by_number = {version.version: version for version in versions}
    for number in removal.delete:
        stamp = by_number[number].stamp
        assert stamp is not None
        assert stamp.owner in OWNERS
        assert number not in held
    present = {version.version for version in versions if version.status not in {"deleting", "deleted"}}
    if removal.serving_refusal is None:
        assert removal.others == bool(present - set(removal.delete))
    else:
        assert removal.others
        assert removal.delete == ()
