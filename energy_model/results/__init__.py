"""Results: a solution → a run with tables, dataset, summary, accounts and metrics, in memory or as a folder."""
