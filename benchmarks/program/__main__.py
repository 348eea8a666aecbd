"""Declares the agents that BENCH_PLAN lists, with the provider that it names."""

import json
import os
from importlib import import_module

CLASSES = {
    "ours": ("pulumi_azure_foundry", "HostedAgentVersion"),
    "noop": ("benchmarks.peers.noop", "Noop"),
    "naive": ("benchmarks.peers.naive", "Naive"),
}

plan = json.loads(os.environ["BENCH_PLAN"])
module, class_name = CLASSES[plan["provider"]]
declare = getattr(import_module(module), class_name)
for agent_name, image in plan["agents"].items():
    declare(
        agent_name,
        agent_name=agent_name,
        image=image,
        environment_variables={f"SETTING_{number}": f"{plan['variant']}-{number}" for number in range(10)},
    )
