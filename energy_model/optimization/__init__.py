"""Optimization: a model → a linear program, its solution by HiGHS, its certificate or why it has none."""
