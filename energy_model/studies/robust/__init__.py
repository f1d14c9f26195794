"""Robust: futures and weather years with probabilities → one set of capacities for all, and what it costs and holds."""
