"""The workbench: a local web page on which a city's working group asks a case, and reads and compares the answers."""
