"""Input and output: a case as an Excel workbook, as a PyPSA network, or new from a template."""
