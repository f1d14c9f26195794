"""Explanation: a finished run → why an asset is built and what sets a price."""
