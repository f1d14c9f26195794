"""Workbench: a case → a local web application to submit, read and compare runs and studies."""
