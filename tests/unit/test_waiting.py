import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_azure_foundry._core.waiting import interval_after, is_pull_authorisation_failure, pull_retry_delay


def polls_within(provisioning: float) -> tuple[int, float]:
    """Polls until a version that is active after *provisioning* seconds is noticed, and how late that is."""
    elapsed, polls = 0.0, 0
    while elapsed < provisioning:
        elapsed += interval_after(elapsed)
        polls += 1
    return polls, elapsed - provisioning


@pytest.mark.parametrize(("provisioning", "most_polls", "latest"), [(5, 12, 1.2), (30, 25, 2.6), (120, 45, 8.0)])
def test_a_version_is_noticed_soon_with_few_polls(provisioning: float, most_polls: int, latest: float) -> None:
    polls, delay = polls_within(provisioning)

    assert polls <= most_polls
    assert delay <= latest


@given(elapsed=st.floats(0, 10**6))
def test_an_interval_grows_with_the_wait_up_to_a_limit(elapsed: float) -> None:
    assert 0.75 <= interval_after(elapsed) <= interval_after(elapsed + 1) <= 15.0


def test_pull_retries_come_slower_and_slower() -> None:
    assert [5.0, 5.0, 10.0, 20.0, 30.0, 30.0] == [pull_retry_delay(attempt) for attempt in range(6)]


@pytest.mark.parametrize(
    ("code", "message", "expected"),
    [
        pytest.param("UnauthorizedAcrPull", None, True, id="refused_by_the_registry"),
        pytest.param("InvalidAcrPullCredentials", "404", True, id="a_code_that_leaves_no_doubt"),
        pytest.param("ImagePullBackOff", None, True, id="any_pull_problem"),
        pytest.param("image_pull_failed", "failed to pull", True, id="any_pull_problem_with_a_text"),
        pytest.param("image_pull_failed", "manifest unknown", False, id="an_image_that_is_not_there"),
        pytest.param(
            "ImageError", "Please check the image URI and ACR permissions", True, id="rights_among_the_causes"
        ),
        pytest.param("ImageError", "repository not found: unauthorized", False, id="a_repository_that_is_not_there"),
        pytest.param("ImageError", "exec format error", False, id="a_broken_image"),
        pytest.param("AcrImageNotFound", None, False, id="no_such_image"),
        pytest.param("ProvisioningError", "permission denied", False, id="another_code"),
        pytest.param(None, None, False, id="nothing_said"),
    ],
)
def test_which_failures_a_spreading_role_repairs(code: str | None, message: str | None, expected: bool) -> None:
    assert expected == is_pull_authorisation_failure(code, message)
