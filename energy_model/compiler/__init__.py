"""Compiler: a Pyomo model → one sparse matrix, vectorized over indices; not specific to energy."""
