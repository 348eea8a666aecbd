"""What a child process must know to meet the emulator instead of Azure, and what it must not know of the real world.

The functions give additions only, so that they can be merged in any order; `child_environment` also takes away.
"""

from collections.abc import Mapping
from pathlib import Path

from .certificates import PRIVATE_FOLDER
from .server import LOOPBACK, Ports

PROJECT_PATH = "/api/projects/demo"
# The same after every restart, so that an endpoint in a stack's state stays true; a loopback port would not.
PROJECT_URL = f"https://demo.services.ai.azure.com{PROJECT_PATH}"

# Credentials, endpoints, backends and trust of the outer world. Whole families: a new member must not slip through.
HIDDEN_PREFIXES = ("ACTIONS_ID_TOKEN_", "ARM_", "AZURE_", "FOUNDRY_", "IDENTITY_", "IMDS_", "MSI_", "PULUMI_")
HIDDEN_NAMES = ("ALL_PROXY", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR")


def emulator_environment(*, ports: Ports, bundle: Path, identity_header: str, project_endpoint: str) -> dict[str, str]:
    """Give the variables that lead unmodified Azure clients to the emulator."""
    proxy = f"http://{LOOPBACK}:{ports.proxy}"
    return {
        # requests reads the first; httpx, aiohttp and Go read the second.
        "REQUESTS_CA_BUNDLE": str(bundle),
        "SSL_CERT_FILE": str(bundle),
        # Keeps DefaultAzureCredential from asking az, azd, pwsh and 169.254.169.254.
        "AZURE_TOKEN_CREDENTIALS": "ManagedIdentityCredential",
        "IDENTITY_ENDPOINT": f"http://{LOOPBACK}:{ports.token}/msi/token",
        "IDENTITY_HEADER": identity_header,
        "AZURE_AI_PROJECT_ENDPOINT": project_endpoint,
        **dict.fromkeys(("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"), proxy),
        # Without it the engine's own gRPC connections go to the proxy and fail.
        **dict.fromkeys(("NO_PROXY", "no_proxy"), "127.0.0.1,localhost,::1"),
    }


def pulumi_environment(state_dir: str | Path) -> dict[str, str]:
    """Give Pulumi a backend, a home and a passphrase of its own below *state_dir*.

    A ``destroy`` against the emulator would meet 404s, count them as success and empty the state of a real stack.
    """
    root = Path(state_dir).resolve() / "pulumi"
    for folder in (root / "home", root / "stacks"):
        folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    return {
        "PULUMI_BACKEND_URL": f"file://{root / 'stacks'}",
        "PULUMI_HOME": str(root / "home"),
        "PULUMI_CONFIG_PASSPHRASE": "foundry-emulator",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "PULUMI_DISABLE_REGISTRY_RESOLVE": "true",
    }


def child_environment(outer: Mapping[str, str], *additions: Mapping[str, str]) -> dict[str, str]:
    """Give *outer* without credentials, endpoints and Pulumi settings, and with *additions*, the last one winning."""
    kept = {name: value for name, value in outer.items() if not is_hidden(name)}
    for addition in additions:
        kept.update(addition)
    return kept


def is_hidden(name: str) -> bool:
    """Say whether a variable speaks of the real cloud, a real stack, or the way there."""
    return name.upper().startswith(HIDDEN_PREFIXES) or name.upper() in HIDDEN_NAMES
