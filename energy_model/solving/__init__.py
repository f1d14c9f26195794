"""Solving: a system → a run: once, again and again with warm starts, or for every hour of the year with a proven gap."""
