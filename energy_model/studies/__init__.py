"""Studies: questions put to a case many times, each a file of its own."""
