"""Common: errors and files written whole or not at all, used by every package."""
