"""The short way of reading plain references goes where the grammar's own parser goes."""

from hypothesis import assume, given
from hypothesis.strategies import from_regex

from pulumi_azure_foundry._core.images import LONGEST_PLAIN, PLAIN, parse_any_image, parse_image


@given(from_regex(PLAIN, fullmatch=True))
def test_the_short_way_agrees_with_the_parser(text: str) -> None:
    assume(len(text) <= LONGEST_PLAIN)

    assert parse_any_image(text) == parse_image(text)
