"""Input and output: a case ↔ an Excel workbook or GeoJSON layers, a case → a PyPSA network, a template → a new case."""
