"""Compile: Pyomo templates of algebra to one sparse matrix, vectorised."""
