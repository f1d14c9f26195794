"""Terminal: runs, studies and explanations as tables on a terminal."""
