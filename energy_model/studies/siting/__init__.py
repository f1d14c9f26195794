"""Siting: an activity → the sites at which it costs the city least."""
