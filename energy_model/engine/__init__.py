"""The engine: knows energy; knows no city and asks no question."""
