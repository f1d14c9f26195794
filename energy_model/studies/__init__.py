"""Studies: a case and a question → many solved cases and tables of results; one module per study."""
