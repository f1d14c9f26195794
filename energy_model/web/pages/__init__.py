"""The pages of the workbench, one idea a file."""
