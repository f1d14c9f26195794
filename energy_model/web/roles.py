"""Roles: the password of a user → what the user may do: look at results, also ask, or also keep scenarios."""

from __future__ import annotations

from enum import IntEnum

import flask

from energy_model.common.errors import InputError
from energy_model.common.language import N_


class Role(IntEnum):
    """What a user may do; each includes the ones before."""

    LOOK = 1
    ASK = 2
    KEEP = 3


REMEDIES = {
    Role.ASK: N_("your password is for looking at results; log in with one that may start jobs"),
    Role.KEEP: N_("your password may start jobs only; log in with the one that may save scenarios"),
}


def current_role() -> Role:
    """Returns the role of the user of the request; without passwords everybody may do all."""
    return Role(flask.g.get("role", Role.KEEP))


def require_role(role: Role) -> None:
    """Raises InputError if the user of the request has a lesser role."""
    if current_role() < role:
        raise InputError.at(N_("access"), REMEDIES[role])
