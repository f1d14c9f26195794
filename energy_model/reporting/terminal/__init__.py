"""Terminal: runs, studies, explanations and verifications → tables and sentences on a terminal."""
