"""Common: what every package uses."""
