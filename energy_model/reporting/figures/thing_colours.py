"""Thing colours: a run → the colours of its case, in which every figure draws the same thing."""

from __future__ import annotations

from energy_model.case.colours import CaseColours
from energy_model.results.run import Run
from energy_model.results.run_files import input_tables

# Shades of a colour: the share of another one in it
SHADES = ((0.0, "#000000"), (0.5, "#000000"), (0.5, "#FFFFFF"), (0.75, "#000000"))


def colours_of(run: Run) -> CaseColours:
    """Returns the colours of the case of a run, from the inputs stored with it; cached in the run."""
    return run.once("colours", lambda: CaseColours.of_tables(input_tables(run)))


def shade(colour: str, number: int) -> str:
    """Returns a colour ``#RRGGBB``, or its shade by number from 1, for members of a group in one figure."""
    share, other = SHADES[number % len(SHADES)]
    parts = zip(_parts(colour), _parts(other), strict=True)
    return "#" + "".join(f"{round((1 - share) * one + share * two):02X}" for one, two in parts)


def translucent(colour: str, opacity: float) -> str:
    """Returns a colour ``#RRGGBB`` with an opacity from 0 to 1, as Plotly reads it."""
    red, green, blue = _parts(colour)
    return f"rgba({red},{green},{blue},{opacity})"


def _parts(colour: str) -> list[int]:
    """Returns the red, green and blue of a colour, from 0 to 255."""
    return [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
