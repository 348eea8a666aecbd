import pytest

from pulumi_azure_foundry._core.seam import LATEST, Agent, parse_agent, serving_of
from tests.unit.factories import a_version


def an_agent(*rules: object) -> dict[str, object]:
    return {"name": "support", "agent_endpoint": {"version_selector": {"version_selection_rules": list(rules)}}}


def a_rule(number: object, share: object) -> dict[str, object]:
    return {"type": "FixedRatio", "agent_version": number, "traffic_percentage": share}


@pytest.mark.parametrize(
    ("agent", "expected"),
    [
        pytest.param(None, {}, id="no_agent"),
        pytest.param({}, {LATEST: 100}, id="no_endpoint"),
        pytest.param({"agent_endpoint": {"version_selector": None}}, {LATEST: 100}, id="no_selector"),
        pytest.param(an_agent(), {LATEST: 100}, id="no_rules"),
        pytest.param(an_agent(a_rule("3", 90), a_rule("2", 10.0)), {"3": 90, "2": 10}, id="two_rules"),
        pytest.param(an_agent(a_rule("3", 60), a_rule("3", 40)), {"3": 100}, id="two_rules_for_one_version"),
        pytest.param(an_agent(a_rule("3", 100), a_rule("2", 0)), {"3": 100}, id="nothing_for_one"),
        pytest.param(an_agent(a_rule(LATEST, 100)), {LATEST: 100}, id="latest_by_name"),
        pytest.param(an_agent("odd", a_rule("3", None), a_rule("4", 100)), {"4": 100}, id="odd_rules"),
    ],
)
def test_where_traffic_goes(agent: dict[str, object] | None, expected: dict[str, int]) -> None:
    assert expected == serving_of(agent)


def test_an_agent_is_read_with_its_newest_version() -> None:
    body = {"name": "support", "versions": {"latest": {"name": "support", "version": "3", "status": "active"}}}

    assert Agent("support", a_version(3, owner=None), {LATEST: 100}) == parse_agent(body, api_version="v1")


@pytest.mark.parametrize("versions", [None, {}, {"latest": None}])
def test_an_agent_may_have_no_version(versions: object) -> None:
    assert Agent("support", None, {LATEST: 100}) == parse_agent(
        {"name": "support", "versions": versions}, api_version="v1"
    )
