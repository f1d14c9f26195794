"""Reporting: runs, studies and comparisons → terminal tables, figures and pages."""
