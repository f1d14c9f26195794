"""Optimization: a model → a linear program, its solution by HiGHS and its certificate, or the reason for failure."""
