"""Compiler: a Pyomo model → one sparse matrix, read for all indices at once; knows nothing of energy."""
