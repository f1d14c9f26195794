"""Solving: a system → a run: once, repeatedly with warm starts, or for every hour of the year with a proven gap."""
