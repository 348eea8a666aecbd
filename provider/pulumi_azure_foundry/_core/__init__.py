"""Decisions, as plain functions over plain values.

Nothing here imports pulumi or azure, reads a clock, the environment or the network: a caller hands values in and acts
on what comes back, so every rule of the package can be tried in a test without an engine or a service.
"""
