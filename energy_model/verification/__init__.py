"""Verification: a stored run → what is proven of it, recomputed without a solver."""
