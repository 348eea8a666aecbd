import pytest

from pulumi_azure_foundry._core.images import Image, ImageReferenceError, parse_image, registry_of
from tests.unit.factories import DIGEST


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("a.io/b", Image("a.io", "b", None, None), id="repository_alone"),
        pytest.param("a.io/b/c:1.2", Image("a.io", "b/c", "1.2", None), id="tag"),
        pytest.param(f"a.io/b@{DIGEST}", Image("a.io", "b", None, DIGEST), id="digest"),
        pytest.param(f"a.io/b:1@{DIGEST}", Image("a.io", "b", "1", DIGEST), id="tag_and_digest"),
        pytest.param("localhost/b", Image("localhost", "b", None, None), id="localhost"),
        pytest.param("host:5000/b", Image("host:5000", "b", None, None), id="port"),
        pytest.param("A.IO/b", Image("a.io", "b", None, None), id="host_in_capitals"),
    ],
)
def test_a_reference_in_its_parts(text: str, expected: Image) -> None:
    actual = parse_image(text)

    assert expected == actual
    assert text.lower() == str(actual).lower()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param("", "repository name must have at least one component", id="nothing"),
        pytest.param("agent", "names no registry", id="docker_hub_library"),
        pytest.param("team/agent:1", "names no registry", id="docker_hub_user"),
        pytest.param("a.io/b\n", "contains white space", id="trailing_newline"),
        pytest.param("a.io/b c", "contains white space", id="blank"),
        pytest.param("https://a.io/b", "invalid reference format", id="url"),
        pytest.param("a.io/B", "repository name must be lowercase", id="capitals_in_the_path"),
        pytest.param("a.io/b@sha256:12", "invalid reference format", id="short_digest"),
        pytest.param(f"a.io/b@{DIGEST}00", "invalid checksum digest length", id="long_digest"),
        pytest.param("a.io/b:" + "t" * 129, "invalid reference format", id="long_tag"),
        pytest.param("a.io/" + "b" * 256, "repository name must not be more than 255 characters", id="long_path"),
        pytest.param("a.io/b:${TAG}", "invalid reference format", id="placeholder"),
    ],
)
def test_what_is_no_reference_says_why(text: str, reason: str) -> None:
    with pytest.raises(ImageReferenceError) as caught:
        parse_image(text)

    assert reason == str(caught.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("a.io/b", True), ("a.io/b:latest", True), ("a.io/b:1", False), (f"a.io/b:latest@{DIGEST}", False)],
)
def test_latest_and_no_tag_are_mutable_unless_a_digest_pins_them(text: str, expected: bool) -> None:
    assert expected == parse_image(text).is_mutable


@pytest.mark.parametrize(("text", "expected"), [("A.io/b:1", "a.io"), ("agent", None), (None, None)])
def test_the_registry_of_an_image(text: str | None, expected: str | None) -> None:
    assert expected == registry_of(text)
