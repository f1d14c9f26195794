"""Extensions: objects that other installed packages offer under the entry points of this one.

The groups are ``energy_model.components``, ``energy_model.data_services``,
``energy_model.exporters`` and ``energy_model.studies``; docs/how_to_extend.md describes each.
"""

from __future__ import annotations

from functools import cache
from importlib.metadata import entry_points
from typing import Any

from energy_model.common.errors import InputError


@cache
def extensions(group: str) -> dict[str, Any]:
    """The objects offered under a group, by name in alphabetical order.

    Raises:
        InputError: An object cannot be imported.
    """
    objects = {}
    for point in sorted(entry_points(group=f"energy_model.{group}"), key=lambda point: point.name):
        try:
            objects[point.name] = point.load()
        except Exception as error:  # another package's code may fail in any way
            package = point.dist.name if point.dist is not None else "a package"
            remedy = f"{package} offers it, but its import fails ({error}); repair or remove it"
            raise InputError.at(f"extension {point.name}", remedy, value=point.value) from None
    return objects
