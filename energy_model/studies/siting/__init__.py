"""Siting: an activity → the sites ranked by the cost it adds to the system."""
