"""The client of the thermometer."""

ADDRESS = "https://village.example"


def read(wish, answers):
    """The hourly temperatures of a year."""
    raise NotImplementedError
