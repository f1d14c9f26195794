"""Pages: the application context and a request → the pages of the workbench."""
