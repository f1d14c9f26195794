"""Colours: the tables of a case → the colour and the place of each carrier, group of assets and land class in figures.

A thing has the colour that the case writes. Where it writes none, a digest of the name chooses one of a palette; if an
earlier thing has it, the next free one is taken, so that a row that is added at the end changes no other colour. The
order is that of the rows: first those of ``technologies``, then those of the assets.
"""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import pandas as pd

from energy_model.case.system import ASSET_TABLES

# Paul Tol's muted scheme and three of his other colours, which most colour-blind readers tell apart
DEFAULT_COLOURS = (
    "#CC6677",
    "#332288",
    "#DDCC77",
    "#117733",
    "#88CCEE",
    "#882255",
    "#44AA99",
    "#999933",
    "#AA4499",
    "#BBCC33",
    "#661100",
    "#6699CC",
)


@dataclass(frozen=True)
class CaseColours:
    """The colours ``#RRGGBB`` of a case by name, in the order in which figures stack and list the things.

    ``groups`` holds the groups of assets, and the assets without a group; ``group_of_asset`` the group of each asset.
    """

    carriers: Mapping[str, str] = field(default_factory=dict)
    groups: Mapping[str, str] = field(default_factory=dict)
    land_classes: Mapping[str, str] = field(default_factory=dict)
    group_of_asset: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of_tables(cls, tables: Mapping[str, pd.DataFrame]) -> CaseColours:
        """Returns the colours of the tables of a `System`, or of those stored with a run."""
        carriers = tables.get("carriers", pd.DataFrame(columns=["colour"]))
        return cls(
            _colours_by_name(_cells(carriers, "colour")),
            _colours_by_name(
                (group, colour) for _table, _key, group, colour in written_groups(tables)
            ),
            _colours_by_name((kind, colour) for _key, kind, colour in written_land_classes(tables)),
            {
                str(key): group
                for table, key, group, _colour in written_groups(tables)
                if table in ASSET_TABLES
            },
        )

    @classmethod
    def from_record(cls, record: Mapping[str, Mapping[str, str]]) -> CaseColours:
        """Returns the colours that `as_record` gave."""
        return cls(**record)

    def as_record(self) -> dict[str, dict[str, str]]:
        """Returns the colours as plain data."""
        return asdict(self)

    def carrier(self, name: str) -> str:
        """Returns the colour of a carrier."""
        return self.carriers.get(name) or default_colour(name)

    def group(self, name: str) -> str:
        """Returns the colour of a group of assets, or of an asset without a group."""
        return self.groups.get(name) or default_colour(name)

    def asset(self, name: str) -> str:
        """Returns the colour of the group of an asset."""
        return self.group(self.group_of_asset.get(name, name))

    def land_class(self, name: str) -> str:
        """Returns the colour of a land class."""
        return self.land_classes.get(name) or default_colour(name)


def default_colour(name: str, taken: Collection[str] = ()) -> str:
    """Returns the colour of a name for which a case writes none: one that is not taken, if any is left."""
    first = zlib.crc32(name.encode()) % len(DEFAULT_COLOURS)
    colours = DEFAULT_COLOURS[first:] + DEFAULT_COLOURS[:first]
    return next((colour for colour in colours if colour not in taken), colours[0])


def in_order(names: Iterable[str], order: Iterable[str]) -> list[str]:
    """Returns names in an order; those that it lacks come last, by name."""
    places = {name: place for place, name in enumerate(order)}
    return sorted(names, key=lambda name: (places.get(name, len(places)), name))


def written_groups(
    tables: Mapping[str, pd.DataFrame],
) -> Iterator[tuple[str, object, str, str | None]]:
    """Yields table, row, group and written colour of every technology with a group and of every asset.

    An asset without a group stands for itself, in the colour of its technology unless it has its own.
    """
    technologies = tables.get("technologies", pd.DataFrame())
    own_colours = dict(_cells(technologies, "colour"))
    groups = dict(_cells(technologies, "group"))
    for technology, group in groups.items():
        if group:
            yield "technologies", technology, group, own_colours[technology]
    for table in ASSET_TABLES:
        frame = tables.get(table, pd.DataFrame())
        cells = (_cells(frame, name) for name in ("group", "colour", "technology"))
        for (asset, group), (_, colour), (_, technology) in zip(*cells, strict=True):
            if group:
                yield table, asset, group, colour
            else:
                yield table, asset, str(asset), colour or own_colours.get(technology)


def written_land_classes(
    tables: Mapping[str, pd.DataFrame],
) -> Iterator[tuple[object, str, str | None]]:
    """Yields row, class and written colour of every row of land."""
    for key, colour in _cells(tables.get("land", pd.DataFrame()), "colour"):
        # Tables that are stored with a run have keys as site:class.
        kind = key[1] if isinstance(key, tuple) else str(key).partition(":")[2]
        yield key, str(kind), colour


def _cells(frame: pd.DataFrame, column: str) -> list[tuple[Any, str | None]]:
    """Returns row and text of the cells of a column; None for an empty cell."""
    cells = frame[column] if column in frame else [None] * len(frame)
    return [
        (key, cell if isinstance(cell, str) and cell else None)
        for key, cell in zip(frame.index, cells, strict=True)
    ]


def _colours_by_name(pairs: Iterable[tuple[str, str | None]]) -> dict[str, str]:
    """Returns the first written colour of each name, else its default, in the order of the names."""
    written: dict[str, str | None] = {}
    for name, colour in pairs:
        written[name] = written.get(name) or colour
    defaults: dict[str, str] = {}
    for name in (name for name, colour in written.items() if colour is None):
        defaults[name] = default_colour(name, defaults.values())
    return {name: colour or defaults[name] for name, colour in written.items()}
