"""Pathway: a case and stages of years → what is built when, at the least discounted cost."""
