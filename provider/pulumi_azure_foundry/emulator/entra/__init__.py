"""Tokens: the managed-identity endpoint that hands them out, and the check that a plane makes of them."""
