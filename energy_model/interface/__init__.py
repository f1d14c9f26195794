"""Interface: talks to people."""
