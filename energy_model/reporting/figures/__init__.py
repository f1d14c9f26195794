"""Figures: runs and studies → figures and image files."""
