"""Common: errors, files that are written whole or not at all, and messages and numbers in a language."""
