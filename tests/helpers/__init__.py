"""Helpers of the tests: small cases, the command line, fake services, a browser."""
