import copy
import pickle

import pytest

from pulumi_azure_foundry._core.values import UNKNOWN, contains_unknown, is_unknown


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(UNKNOWN, id="itself"),
        pytest.param([1, UNKNOWN], id="in_a_list"),
        pytest.param((1, UNKNOWN), id="in_a_tuple"),
        pytest.param({"a": {"b": [UNKNOWN]}}, id="deep_in_a_map"),
    ],
)
def test_an_unknown_value_is_found_at_any_depth(value: object) -> None:
    assert contains_unknown(value)


@pytest.mark.parametrize("value", [None, "unknown", 1, [], {"a": ["unknown"]}])
def test_a_known_value_contains_no_unknown(value: object) -> None:
    assert not contains_unknown(value)


def test_a_list_that_holds_an_unknown_is_not_itself_unknown() -> None:
    assert not is_unknown([UNKNOWN])


def test_there_is_one_unknown_also_after_copying_and_pickling() -> None:
    copies = [copy.copy(UNKNOWN), copy.deepcopy(UNKNOWN), pickle.loads(pickle.dumps(UNKNOWN))]

    assert [UNKNOWN] * 3 == copies
    assert repr(UNKNOWN) == "unknown"
