"""Case: files and a scenario → a validated `System`; no Pyomo here."""
