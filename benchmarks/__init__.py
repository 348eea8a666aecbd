"""Figures of a run, one per line: `make bench`."""
