import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_azure_foundry._core.creation import Adopt, Post, RemoveFirst, check_reply_is_ours, plan_creation
from pulumi_azure_foundry._core.errors import ConflictError
from pulumi_azure_foundry._core.shapes import Version
from tests.unit.factories import FINGERPRINT, OWNER, a_stamp, a_version

FORMER = "ffff000011112222"


def plan(*versions: Version) -> Adopt | RemoveFirst | Post:
    return plan_creation(versions, {FORMER}, OWNER, FINGERPRINT)


@pytest.mark.parametrize("status", ["creating", "active", "idle"])
def test_the_version_of_an_interrupted_run_is_adopted(status: str) -> None:
    version = a_version(3, status=status)

    assert Adopt(version) == plan(a_version(4, owner=None), version, a_version(2))


def test_a_version_under_a_former_name_is_adopted() -> None:
    version = a_version(owner=FORMER)

    assert Adopt(version) == plan(version)


def test_a_failed_version_of_the_same_inputs_goes_first() -> None:
    version = a_version(status="failed")

    assert RemoveFirst(version) == plan(version)


@pytest.mark.parametrize(
    "versions",
    [
        pytest.param([], id="no_version"),
        pytest.param([a_version(owner=None)], id="a_version_made_by_other_means"),
        pytest.param([a_version(owner="abcd")], id="a_version_of_another_declaration"),
        pytest.param([a_version(fingerprint="0")], id="other_inputs"),
        pytest.param([a_version(status="deleting")], id="one_that_is_going"),
        pytest.param([a_version(status="deleted")], id="one_that_is_gone"),
        pytest.param([a_version(4, fingerprint="0"), a_version(3)], id="back_to_older_inputs"),
    ],
)
def test_otherwise_a_new_version_is_posted(versions: list[Version]) -> None:
    assert Post() == plan(*versions)


VERSIONS = st.builds(
    a_version,
    st.integers(1, 9),
    status=st.sampled_from(["creating", "active", "failed", "deleting", "deleted"]),
    owner=st.sampled_from([OWNER, FORMER, "abcd", None]),
    fingerprint=st.sampled_from([FINGERPRINT, "0"]),
)


@given(versions=st.lists(VERSIONS, max_size=5))
def test_only_versions_of_ours_with_our_inputs_are_touched(versions: list[Version]) -> None:
    decision = plan(*versions)

    if not isinstance(decision, Post):
        stamp = decision.version.stamp
        assert stamp is not None
        assert stamp.owner in {OWNER, FORMER}
        assert stamp.fingerprint == FINGERPRINT
        assert isinstance(decision, RemoveFirst) == (decision.version.status == "failed")


@pytest.mark.parametrize("made_agent", [True, False])
def test_a_reply_with_our_stamps_is_ours_whoever_made_the_agent(made_agent: bool) -> None:
    check_reply_is_ours(a_version(made_agent=made_agent), a_stamp())


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        pytest.param(a_version(owner=None), "it was not made by this package", id="no_stamp"),
        pytest.param(a_version(owner="abcd"), "it belongs to another declaration", id="another_owner"),
        pytest.param(
            a_version(fingerprint="0"), "only values that the service does not compare have changed", id="other_inputs"
        ),
    ],
)
def test_an_existing_version_that_is_not_ours_is_refused(reply: Version, reason: str) -> None:
    with pytest.raises(ConflictError) as caught:
        check_reply_is_ours(reply, a_stamp())

    assert f"version 1 of agent 'support' already has this definition, and {reason}" == str(caught.value)
