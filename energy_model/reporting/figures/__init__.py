"""Figures: runs and studies as figures, and their export as picture files."""
