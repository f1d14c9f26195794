"""Solver files: a case → its linear program as an MPS or LP file; a solution file of that program → a run."""
