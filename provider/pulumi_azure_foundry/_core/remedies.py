"""Service code → cause and remedy: the table that `errors` explains failures with.

Codes and texts are those of the service's documentation, of its own tools (azure-dev, the VS Code extension) and of
public issues about them. `{agent}`, `{project}` and `{registry}` are filled in.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Remedy:
    """Why it happened, as far as is known, and what to do."""

    cause: str
    remedy: str


DATA_PLANE_ROLE: Final = Remedy(
    "the credential in use may not work with agents in {project} (Owner and Contributor are not enough: they hold no "
    "data actions)",
    "grant it Foundry User or Foundry Project Manager on {project}, give the role minutes to spread, and run again",
)

HAS_SESSIONS: Final = Remedy(
    "sessions are live on it",
    "wait until they end, raise `drain_timeout_seconds`, or set `force` to end them; then run again",
)

# Ours, not the service's: they find a row below and are no word for the user.
OWN_CODES: Final = frozenset({"version_exists"})

# The service uses these for much, so that its text says more about the cause.
VAGUE_CODES: Final = frozenset({"UserError", "ValidationError", "bad_request", "conflict", "invalid_payload"})

_PULL: Final = Remedy(
    "the project's managed identity may not pull from {registry}, or the image is not there",
    "grant the project's system-assigned managed identity AcrPull on {registry} (Container Registry Repository Reader "
    "if the registry is in ABAC mode), check that the tag or digest exists there, and run again",
)
_NO_PULL_ROLE: Final = Remedy(
    "the project's managed identity may not pull from {registry}",
    "grant the project's system-assigned managed identity AcrPull on {registry} (Container Registry Repository Reader "
    "if the registry is in ABAC mode), enable the registry's azureADAuthenticationAsArmPolicy, and run again",
)
_NO_IMAGE: Final = Remedy(
    "{registry} has no such image",
    "check repository, tag and digest in `image`, push the image for linux/amd64 if it is missing, and run again",
)
_QUOTA: Final = Remedy(
    "the subscription's quota for hosted agents is used up in this region",
    "end sessions, delete agents, or ask for more quota",
)
_NOT_READY: Final = Remedy("the version is still being provisioned", "wait until it is active, then call again")
_SANDBOX: Final = Remedy(
    "the container did not answer its readiness probe in time",
    "make it listen on port 8088 and answer GET /readiness with 200; session logs tell what it did instead",
)

REMEDIES: Final[Mapping[str, Remedy]] = {
    # A failed version.
    "ImageError": _PULL,
    "CodeError": Remedy("the service could not build or start the code", "see https://aka.ms/hostedagents/tsg/code"),
    "ProvisioningError": Remedy(
        "the service could not provision the version",
        "run again; if it stays, see https://aka.ms/hostedagents/tsg/provisioning",
    ),
    "image_pull_failed": _PULL,
    "InvalidAcrPullCredentials": _NO_PULL_ROLE,
    "AcrPullWithMSIFailed": _NO_PULL_ROLE,
    "UnauthorizedAcrPull": _NO_PULL_ROLE,
    "AcrPullUnauthorized": _NO_PULL_ROLE,
    "AcrImageNotFound": _NO_IMAGE,
    "RegistryNotFound": Remedy(
        "the registry {registry} cannot be reached or does not exist", "check the host in `image`, and run again"
    ),
    "SubscriptionIsNotRegistered": Remedy(
        "a resource provider is not registered in the subscription",
        "register Microsoft.CognitiveServices and Microsoft.ContainerRegistry (`az provider register`), and run again",
    ),
    "ValidationError": Remedy("the service refused the definition", "correct what its message names, and run again"),
    # "Too many revisions" comes under this code; the limits page gives the figure.
    "UserError": Remedy(
        "the service refused the definition, or the agent has reached 1,000 versions",
        "correct what its message names; if it is the count, delete old versions or lower `keep_versions`; run again",
    ),
    # The four that people search for; seen on the first preview's shape only.
    "ImagePullBackOff": Remedy(
        "the project's managed identity may not pull from {registry}, or the image is not there",
        "grant AcrPull on {registry} to the project's managed identity, check path and tag, and run again",
    ),
    "InvalidContainerImage": Remedy(
        "{registry} has no such image, or the reference is wrong", "check path and tag in `image`, and run again"
    ),
    "CapabilityHostNotFound": Remedy(
        "the account has no capability host for hosted agents",
        "create the account capability host with `enablePublicHostingEnvironment`, and run again",
    ),
    "ProtocolVersionNotSupported": Remedy(
        "the service does not know a version in `protocol_versions`",
        "declare `responses` `2.0.0` on api_version v1, or `responses` `v1` on 2025-11-15-preview, and run again",
    ),
    # Answers to the call itself.
    "bad_request": Remedy(
        "the service refused the request, often for `cpu` and `memory` that are no valid pair",
        "use 0.5 with 1Gi, 1 with 2Gi or 2 with 4Gi; otherwise correct what the message names",
    ),
    "invalid_payload": Remedy(
        "the service refused a field, often an environment variable whose name is reserved",
        "correct the field that the message names",
    ),
    "preview_feature_required": Remedy(
        "the subscription or the call lacks a preview feature that this needs",
        "upgrade azure-ai-projects, or drop the feature that the message names",
    ),
    "conflict": Remedy(
        "the service already has what was to be made, or it is in use",
        "look at the agent in the project, and run again",
    ),
    "version_exists": Remedy(
        "the service answers an identical definition with the version that already has it",
        "after a rename give the resource `aliases`; keep one resource per release; or make the definition differ, "
        "by `triggers` or, where the service compares no metadata, by an environment variable",
    ),
    # Answers to calls of an agent.
    "session_not_ready": _SANDBOX,
    "ReadinessTimeout": _SANDBOX,
    "ProxyTimeout": Remedy("the container took too long to answer", "look at the session's logs"),
    "SandboxIdle": Remedy("the session had gone idle", "call again; a new session starts"),
    "SandboxNotFound": Remedy("the session is gone", "call again; a new session starts"),
    "QuotaExceeded": _QUOTA,
    "RegionalQuotaExceeded": _QUOTA,
    "rate_limit_exceeded": Remedy("too many calls at once", "run again later, or with a lower --parallel"),
    "AgentVersionNotReady": _NOT_READY,
    "agent_version_failed": Remedy(
        "the version has failed", "make a new version: change an input, or run `pulumi up --replace <urn>`"
    ),
    "AgentVersionProvisioningFailed": Remedy(
        "the version has failed", "make a new version: change an input, or run `pulumi up --replace <urn>`"
    ),
}

# Sources: azure-dev#7820, azure-dev docs/private-networking.md, microsoft-foundry-for-vscode#589, Microsoft docs
# "Deploy from code" and "Limits".
BY_TEXT: Final[tuple[tuple[re.Pattern[str], Remedy], ...]] = (
    (
        re.compile("public access is disabled", re.IGNORECASE),
        Remedy(
            "{project} can be reached from inside its virtual network only",
            "run pulumi inside that network, or allow public access",
        ),
    ),
    (
        re.compile("unsupported region", re.IGNORECASE),
        Remedy("the project's region has no hosted agents", "use a project in a region that the documentation lists"),
    ),
    (
        re.compile("reserved for platform use", re.IGNORECASE),
        Remedy("the platform keeps this environment variable for itself", "give the variable a name of your own"),
    ),
    (
        re.compile("valid resource tier", re.IGNORECASE),
        Remedy("`cpu` and `memory` are no pair that the service offers", "use 0.5 with 1Gi, 1 with 2Gi or 2 with 4Gi"),
    ),
    (
        re.compile("revisions|too many versions", re.IGNORECASE),
        Remedy("the agent has as many versions as it may have (1,000)", "delete old ones, or lower `keep_versions`"),
    ),
)
