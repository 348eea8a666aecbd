"""The data plane of a Foundry project: agents, their versions, sessions and endpoint, in both API versions."""
