"""Lets ``python -m pulumi_azure_foundry.emulator`` stand in for ``foundry-emulator`` where scripts are not on PATH."""

from .cli import main

main()
