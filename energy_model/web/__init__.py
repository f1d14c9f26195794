"""Workbench: a case → a local web application to submit runs and studies and to read and compare their results."""
