"""Dynamic providers to compare with: one that does nothing, and one as people write it today."""
