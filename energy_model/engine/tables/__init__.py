"""Tables: files and a scenario to a System; no Pyomo here."""
