"""Kinds that still fail, each with the reason; the list is to become empty."""

from __future__ import annotations

from fnmatch import fnmatchcase

KNOWN_FAILURES: dict[str, str] = {}  # kind, * for any part of a name -> reason


def known_reason(kind: str) -> str:
    """Why a kind fails, if that is known; else nothing."""
    found = [reason for name, reason in KNOWN_FAILURES.items() if fnmatchcase(kind, name)]
    return found[0] if found else ""
