from hypothesis import given
from hypothesis import strategies as st

from pulumi_azure_foundry._core.redaction import MARK, cut, redact

TEXTS = st.text("abcS[]{}\"'\n é…%secrt", max_size=40)


def test_a_secret_is_replaced_wherever_it_stands() -> None:
    assert redact("a hunter2 b hunter2", ["hunter2"]) == "a [secret] b [secret]"


def test_overlapping_secrets_go_as_one() -> None:
    assert redact("xabcdefx", ["abcd", "cdef"]) == "x[secret]x"


def test_a_secret_inside_another_goes_with_it() -> None:
    assert redact("x-hunter2-hunter2-y", ["hunter2", "hunter2-hunter2"]) == "x-[secret]-y"


def test_what_is_too_short_to_be_a_secret_stays() -> None:
    assert redact("abc", ["abc", ""]) == "abc"


def test_a_secret_is_found_as_json_and_urls_write_it() -> None:
    secret = 'pä"ss\nword'

    assert redact('{"a": "p\\u00e4\\"ss\\nword"} pä\\"ss\\nword p%C3%A4%22ss%0Aword', [secret]) == (
        '{"a": "[secret]"} [secret] [secret]'
    )


def test_the_beginning_of_a_secret_whose_rest_was_cut_off_goes_too() -> None:
    assert redact("value is hunter2-hun… and on", ["hunter2-hunter2"]) == "value is [secret]… and on"


def test_tokens_go_without_being_known() -> None:
    token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"

    assert redact(f"Authorization: Bearer abc.def, {token}", []) == "Authorization: Bearer [secret], [secret]"
    assert redact("https://h/c?sv=1&sig=abc%3D&se=2", []) == "https://h/c?sv=1&sig=[secret]&se=2"
    assert redact("AccountName=a;AccountKey=abc==;x", []) == "AccountName=a;AccountKey=[secret];x"


def test_a_long_text_is_cut_with_a_sign() -> None:
    assert cut("abcdef", 6) == "abcdef"
    assert cut("abcdefg", 6) == "abcde…"
    assert redact("abcdefg", [], longest=6) == "abcde…"


@given(text=TEXTS, secrets=st.lists(st.text("abcS[]{}\"'\n é…%secrt", max_size=8), max_size=4))
def test_redacting_never_leaves_a_secret(text: str, secrets: list[str]) -> None:
    result = redact(text, secrets)

    assert not any(secret in result for secret in secrets if len(secret) >= 4)


@given(parts=st.lists(st.sampled_from(["hunter2", "pass", " and ", "x"]), max_size=10))
def test_redacting_keeps_what_is_no_secret(parts: list[str]) -> None:
    result = redact("".join(parts), ["hunter2", "pass"])

    assert result.replace(MARK, "") == "".join(part for part in parts if part in {" and ", "x"})
