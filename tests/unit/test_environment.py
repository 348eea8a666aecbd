import pytest

from pulumi_azure_foundry._core.environment import INJECTED, check_environment, looks_secret, unrecorded_secrets
from pulumi_azure_foundry._core.values import Value


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PASSWORD", "hunter22"),
        ("DB_PASSWORD", "correct horse"),
        ("clientSecret", "abcdef1"),
        ("OPENAI_API_KEY", "abcdef"),
        ("OPENAI_KEY", "0123456789abcdef"),
        ("GITHUB_TOKEN", "ghp_abcdef"),
        ("STORAGE_CONNECTION_STRING", "Endpoint=x"),
        ("TOKEN_2", "abcdef1"),
        ("X", "-----BEGIN RSA PRIVATE KEY-----"),
        ("X", "DefaultEndpointsProtocol=https;AccountKey=abc"),
        ("X", "postgres://user:pass@host/db"),
        ("X", "https://x.blob.core.windows.net/c?sv=1&sig=abc"),
        ("X", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc"),
        ("X", "AKIAIOSFODNN7EXAMPLE"),
        ("X", "q8Xw2Lk9ZtR4mVb7NcY1PdS6HgJ3FaE5"),
    ],
)
def test_what_looks_secret(name: str, value: str) -> None:
    assert looks_secret(name, value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MODEL_NAME", "gpt-4o-mini"),
        ("MAX_TOKENS", "4096000"),
        ("TOKEN", "12345678"),
        ("PASSWORD", "off"),
        ("PASSWORD_FILE", "/run/secrets/password"),
        ("PARTITION_KEY", "tenant"),
        ("SORT_KEY", "created_at_descending"),
        ("TENANT_ID", "3f2504e0-4f89-11d3-9a0c-0305e82c3301"),
        ("COMMIT", "0123456789abcdef0123456789abcdef01234567"),
        ("IMAGE", "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"),
        ("URL", "https://acme.services.ai.azure.com/api/projects/demo"),
        ("TEXT", "a sentence that is long enough but holds blanks"),
        ("PATH_LIKE", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaA1"),
        ("NO_CAPITALS", "abcdefghijklmnopqrstuvwxyz0123456789"),
        ("NO_SMALL", "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"),
        ("NO_DIGIT", "abcdefghijklmnopqrSTUVWXYZabcdefghij"),
        ("EMPTY", ""),
    ],
)
def test_what_does_not_look_secret(name: str, value: str) -> None:
    assert not looks_secret(name, value)


@pytest.mark.parametrize(
    "value",
    [
        "${{connections.vault.credentials.key}}",
        "${{ connections.my-vault.target }}",
        "prefix ${{connections.a.metadata.b}} suffix",
        "price: 5 ${",
        "$HOME",
    ],
)
def test_connections_and_what_is_no_placeholder_pass(value: str) -> None:
    assert list(check_environment({"PASSWORD_HINT": value})) == []


def test_a_secret_from_a_connection_is_no_reason_for_a_warning() -> None:
    assert list(check_environment({"API_KEY": "${{connections.vault.credentials.key}}"})) == []


@pytest.mark.parametrize("name", sorted(INJECTED))
def test_every_name_that_the_platform_sets_is_refused(name: str) -> None:
    findings = [str(finding) for finding in check_environment({name: "x"})]

    assert [
        f'environment_variables["{name}"]: is set by the platform itself and cannot be given; use a name of your own'
    ] == findings


def test_a_path_stays_in_one_line_whatever_the_name() -> None:
    (finding,) = check_environment({'a"\nb' + "c" * 100: "x"})

    assert finding.path == 'environment_variables["a\\"\\nb' + "c" * 75 + '…"]'


def test_a_secret_that_the_program_never_gave_does_not_come_back() -> None:
    live: Value = {"TOKEN": "kX9vQ2mTz7pLr4wB", "LEVEL": "info", "GIVEN_SECRET": "kX9vQ2mTz7pLr4wB"}

    assert ["TOKEN"] == unrecorded_secrets({"GIVEN_SECRET": "another one"}, live)
    assert [] == unrecorded_secrets(live, live)
    assert [] == unrecorded_secrets(None, None)
