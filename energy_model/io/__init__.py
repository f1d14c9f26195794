"""Input and output: a case ↔ an Excel workbook, a case → a PyPSA network, a template → a new case."""
