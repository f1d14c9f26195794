"""Command line: arguments → calls of the package, and their results as text, JSON and exit codes."""
