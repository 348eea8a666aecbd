"""Which project is meant: one order of places for the resource, the helpers and the command."""

from __future__ import annotations

import os
from typing import TypeVar

from pulumi_azure_foundry._core.errors import InvalidInputError
from pulumi_azure_foundry._core.fields import ENDPOINT_VARIABLES

Given = TypeVar("Given")


def find_endpoint(given: Given | None, configured: str | None) -> tuple[Given | str, str]:
    """The project endpoint and where it came from, so that refresh and destroy never depend on the environment.

    Args:
        given: As an argument.
        configured: As stack configuration `azure-foundry:projectEndpoint`.

    Raises:
        InvalidInputError: There is none in any place.
    """
    if given is not None:
        return given, "argument"
    if configured:
        return configured, "config"
    for variable in ENDPOINT_VARIABLES:
        if found := os.environ.get(variable):
            return found, variable
    message = (
        "no project endpoint: give one, or run `pulumi config set azure-foundry:projectEndpoint "
        "https://<account>.services.ai.azure.com/api/projects/<project>`, or set AZURE_AI_PROJECT_ENDPOINT"
    )
    raise InvalidInputError(message, is_explained=True)
