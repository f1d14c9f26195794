"""Symbiosis: links between firms → what each is worth and how firms may share the gains."""
