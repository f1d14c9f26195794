"""Checks: file names, tables and a system → issues, and warnings of unusual values."""
