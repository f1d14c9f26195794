"""Common: errors and atomic writes of files and folders, used by every package."""
