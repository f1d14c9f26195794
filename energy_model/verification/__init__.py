"""Verification: a stored run → what of it is proven, recomputed without a solver."""
