"""Solution: model to answers."""
