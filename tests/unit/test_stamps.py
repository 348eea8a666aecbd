import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_azure_foundry._core.canonical import complete_inputs
from pulumi_azure_foundry._core.fields import FIELD
from pulumi_azure_foundry._core.stamps import Stamp, decode_stamp, encode_stamp, fingerprint, owner_of
from pulumi_azure_foundry._core.values import UNKNOWN, Value
from tests.unit.factories import some_inputs, valid_inputs
from tests.unit.test_diffs import ANOTHER

HEX = st.from_regex(r"[0-9a-f]{1,32}", fullmatch=True)


def test_the_text_of_a_stamp_is_what_earlier_releases_wrote() -> None:
    assert encode_stamp(Stamp("0a", "1b", made_agent=True)) == "owner=0a;fingerprint=1b;agent=created"
    assert encode_stamp(Stamp("0a", "1b")) == "owner=0a;fingerprint=1b"


@given(stamp=st.builds(Stamp, HEX, HEX, st.booleans()))
def test_a_stamp_reads_back_as_it_was_written(stamp: Stamp) -> None:
    assert stamp == decode_stamp(encode_stamp(stamp))


@pytest.mark.parametrize("text", [None, 3, "", "owner=0a", "owner=XY;fingerprint=0a", "fingerprint=0a;owner="])
def test_what_is_no_stamp_of_ours_reads_as_none(text: object) -> None:
    assert decode_stamp(text) is None


def test_what_a_later_release_adds_to_a_stamp_is_passed_over() -> None:
    assert Stamp("0a", "1b") == decode_stamp("owner=0a;fingerprint=1b;colour=red")


def test_a_fingerprint_has_32_hexadecimal_digits() -> None:
    assert len(fingerprint(some_inputs())) == 32
    assert int(fingerprint(some_inputs()), 16) >= 0


@pytest.mark.parametrize("name", sorted(FIELD))
def test_a_fingerprint_covers_what_a_version_is_and_nothing_else(name: str) -> None:
    row = FIELD[name]
    is_covered = row.effect == "replace" and name not in {"agent_name", "project_endpoint"}

    actual = fingerprint(some_inputs(**{name: ANOTHER[name]}))

    assert is_covered == (actual != fingerprint(some_inputs()))


@given(inputs=valid_inputs())
def test_a_fingerprint_ignores_spelling(inputs: dict[str, Value]) -> None:
    assert fingerprint(inputs) == fingerprint(complete_inputs(inputs))
    assert fingerprint(inputs) == fingerprint(dict(reversed(list(inputs.items()))))


def test_a_fingerprint_ignores_the_spelling_of_numbers_and_hosts() -> None:
    one = some_inputs(cpu="1", memory="2Gi", image="acme.azurecr.io/a:1", session_idle_timeout_seconds=120)
    other = some_inputs(cpu="1.0", memory="2.00Gi", image="ACME.azurecr.io/a:1", session_idle_timeout_seconds=120.0)

    assert fingerprint(one) == fingerprint(other)


def test_a_fingerprint_is_total_over_unknown_values() -> None:
    assert len(fingerprint(some_inputs(environment_variables={"A": UNKNOWN}))) == 32


def test_an_owner_is_one_declaration_in_one_stack() -> None:
    parts = ["project", "stack", "type", "name", "parent"]
    variants = {owner_of(*[f"{part}!" if i == j else part for j, part in enumerate(parts)]) for i in range(5)}

    assert len({owner_of(*parts), *variants}) == 6
    assert owner_of("ab", "c", "", "", "") != owner_of("a", "bc", "", "", "")
    assert len(owner_of(*parts)) == 16
