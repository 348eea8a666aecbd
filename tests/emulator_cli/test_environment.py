from __future__ import annotations

from pathlib import Path

import pytest

from pulumi_azure_foundry.emulator import Emulator, child_environment, pulumi_environment

OUTER = {
    "PATH": "/usr/bin",
    "HOME": "/home/ada",
    "ARM_CLIENT_SECRET": "s",
    "AZURE_CLIENT_SECRET": "s",
    "AZURE_AUTHORITY_HOST": "https://login.microsoftonline.us",
    "AZURE_AI_PROJECT_ENDPOINT": "https://real.services.ai.azure.com/api/projects/prod",
    "FOUNDRY_PROJECT_ENDPOINT": "https://real.services.ai.azure.com/api/projects/prod",
    "IDENTITY_ENDPOINT": "http://169.254.169.254/msi/token",
    "MSI_SECRET": "s",
    "PULUMI_ACCESS_TOKEN": "pul-s",
    "PULUMI_STACK": "prod",
    "PULUMI_BACKEND_URL": "https://api.pulumi.com",
    "PULUMI_CONFIG": "{}",
    "pulumi_home": "/home/ada/.pulumi",
    "ALL_PROXY": "http://proxy.example.com",
    "SSL_CERT_DIR": "/etc/ssl/certs",
}


def test_a_child_sees_no_credential_endpoint_or_stack_of_the_outer_world() -> None:
    assert {"PATH": "/usr/bin", "HOME": "/home/ada"} == child_environment(OUTER)


def test_the_last_addition_wins() -> None:
    assert "2" == child_environment({"A": "0"}, {"A": "1"}, {"A": "2"})["A"]


def test_a_child_is_led_to_the_emulator(emulator: Emulator) -> None:
    proxy = f"http://127.0.0.1:{emulator.serving.ports.proxy}"
    bundle = str(emulator.ca_bundle)

    environment = emulator.environment()

    assert {
        "REQUESTS_CA_BUNDLE": bundle,
        "SSL_CERT_FILE": bundle,
        "AZURE_TOKEN_CREDENTIALS": "ManagedIdentityCredential",
        "IDENTITY_ENDPOINT": f"http://127.0.0.1:{emulator.serving.ports.token}/msi/token",
        "IDENTITY_HEADER": emulator.world.identity_header,
        "AZURE_AI_PROJECT_ENDPOINT": f"https://127.0.0.1:{emulator.serving.ports.https}/api/projects/demo",
        "HTTPS_PROXY": proxy,
        "https_proxy": proxy,
        "HTTP_PROXY": proxy,
        "http_proxy": proxy,
        "NO_PROXY": "127.0.0.1,localhost,::1",
        "no_proxy": "127.0.0.1,localhost,::1",
    } == environment


def test_a_child_may_be_given_another_project(emulator: Emulator) -> None:
    endpoint = "https://acme.services.ai.azure.com/api/projects/p"

    environment = emulator.environment(project_endpoint=endpoint)

    assert endpoint == environment["AZURE_AI_PROJECT_ENDPOINT"]


def test_pulumi_gets_a_backend_home_and_passphrase_of_its_own(tmp_path: Path) -> None:
    environment = pulumi_environment(tmp_path)

    assert {
        "PULUMI_BACKEND_URL": f"file://{tmp_path}/pulumi/stacks",
        "PULUMI_HOME": f"{tmp_path}/pulumi/home",
        "PULUMI_CONFIG_PASSPHRASE": "foundry-emulator",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "PULUMI_DISABLE_REGISTRY_RESOLVE": "true",
    } == environment
    assert (tmp_path / "pulumi" / "stacks").is_dir()


def test_an_emulator_that_is_not_started_says_so() -> None:
    with pytest.raises(RuntimeError) as refusal:
        Emulator().environment()

    assert "the emulator is not started; use it in a with block" == str(refusal.value)
