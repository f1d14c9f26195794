"""Symbiosis: links between firms → the value of each and how firms may share the gains."""
