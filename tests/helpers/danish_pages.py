"""Danish pages: a report or a page in two languages → the texts that are English in both."""

from __future__ import annotations

import re

from energy_model.reporting.content import DataTable, Report, Text, Tiles

WORDS = re.compile(r"[A-Za-zÆØÅæøå]{3,}")
UNITS = re.compile(r"[-+−]?[\d.,\s]*\s?(GWh|MWh|MW|EUR|DKK|TWh|km|ha|CO2|point)[/\w]*")
COLOURS = re.compile(r"#[0-9A-F]{6}|rgba?\([\d.,]+\)")
ADDRESS = re.compile(r"[a-z]\w*(\.[a-z*]\w*)+")
NUMBER = re.compile(r" \(?\d+\)?$")  # of a second thing of the same name
FINGERPRINT = re.compile(r"[0-9a-f]{16}")
# Words that are the same in both languages
SAME = {"biogas", "minimum", "optimal", "plan", "status", "transport", "Diesel", "ETS", "ETS2", "HiGHS simplex", "Note", "Case", "start", "energy_model"}  # fmt: skip


def texts_of_figure(part, key=""):
    """Every text that a figure may show; its ids are in ``customdata``."""
    if isinstance(part, dict):
        for name, value in part.items():
            if name not in ("customdata", "meta", "id", "ids"):
                yield from texts_of_figure(value, name)
    elif isinstance(part, list | tuple):
        for value in part:
            yield from texts_of_figure(value, key)
    elif isinstance(part, str) and key in ("text", "hovertext", "name", "label", "ticktext", "x", "y", "hovertemplate"):  # fmt: skip
        yield from re.split(r"<[^>]*>|%\{[^}]*\}", part)


def texts_of(report: Report):
    """Every text of a report, also of its pictures."""
    yield report.title
    for part in report.sections:
        yield part.title
        for block in part.blocks:
            if isinstance(block, Text):
                yield from (block.heading, *block.sentences)
            elif isinstance(block, Tiles):
                yield from (text for pair in block.pairs for text in pair)
            elif isinstance(block, DataTable):
                yield from (block.title, block.note, *block.heads)
                yield from (str(cell) for row in block.rows for cell in row)
            else:
                yield block.title
                figure = block.draw()
                yield from texts_of_figure(figure.to_plotly_json()) if figure is not None else ()


def left_in_english(english, danish, allowed):
    """The texts with words that are the same in both languages and no name, unit or colour."""
    return sorted(
        text
        for text in set(english) & set(danish)
        if WORDS.search(text)
        and not all(
            part in SAME or any(part in str(name) for name in allowed)  # the map breaks long names
            for part in NUMBER.sub("", text.strip()).split(", ")
        )
        and not any(kind.fullmatch(text.strip()) for kind in (UNITS, COLOURS, FINGERPRINT, ADDRESS))
    )
