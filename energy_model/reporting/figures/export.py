"""Picture files: the figures of a run as PNG, SVG or PDF, for slides and papers; drawn by a browser without a window."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import plotly.graph_objects as go

from energy_model.common.atomic_write import new_members
from energy_model.common.errors import InputError
from energy_model.reporting.figures import run_figures as draw
from energy_model.results.run import Run

KINDS = ("png", "svg", "pdf")
WIDTH_POINTS, PIXELS_PER_POINT = 1100, 2  # points across; pixels for each point of a PNG
ENDS = {".png": b"IEND", ".svg": b"</svg>", ".pdf": b"%%EOF"}  # what a whole file ends with
ELSEWHERE = "name another folder with --figures"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")


class FigureError(RuntimeError):
    """A figure that the drawing library did not write, or not to its end."""


def figures(run: Run, language: str = "en") -> dict[str, go.Figure]:
    """Every figure of a run's report by name, in Danish (``da``) or English (``en``)."""
    first, carriers = draw.first_hours(run), [c for c in ("heat", "electricity") if c in run.tables["carriers"].index]  # fmt: skip
    made: dict[str, go.Figure | None] = {
        "map": draw.site_map(run, language),
        "flows": draw.flows(run, language),
        "duration": draw.duration(run, language),
        "stores": draw.stores(run, language),
        "emissions": draw.emissions(run, language),
        "fleets": draw.fleets(run, language),
        "land": draw.land(run, language),
    }
    for carrier in carriers:
        made[f"{carrier}_by_month"] = draw.months(run, language, carrier)
        for season, hour in first.items():
            name = f"{carrier}_hours" if season == "hours" else f"{carrier}_{season}_week"
            made[name] = draw.week(run, language, carrier, hour)
    for by in ("sector", "firm", "entry"):
        made[f"cost_by_{by}"] = draw.costs(run, language, by)
    return {name: figure for name, figure in made.items() if figure is not None}


def write(
    run: Run,
    folder: Path,
    kinds: Sequence[str] = ("png",),
    language: str = "en",
    tell: Callable[[str], None] = lambda _: None,
) -> list[Path]:
    """Writes all figures to a folder, each in every kind asked for; the files. InputError if they cannot be drawn or written."""
    wrong = [kind for kind in kinds if kind not in KINDS]
    if wrong or not kinds:
        raise InputError.at("--as", f"known are {', '.join(KINDS)}", value=", ".join(wrong))
    if language not in draw.LANGUAGES:
        raise InputError.at("--language", "write en or da", value=language)
    _browser()
    tell("drawing the figures")
    made = figures(run, language)
    for figure in made.values():
        figure.update_layout(paper_bgcolor="white", plot_bgcolor="white", font={"color": "#1b1b1b"})
    written = []
    with new_members(folder, ELSEWHERE, also=(FigureError,)) as draft:
        for kind in kinds:
            tell(f"writing {len(made)} figures as {kind}")
            drafts = [draft / f"{name}.{kind}" for name in made]
            _render(list(made.values()), drafts)
            # The drawing library says nothing of files that it could not write.
            lost = [path.name for path in drafts if not _is_whole(path)]
            if lost:
                raise FigureError(f"{len(lost)} of {len(drafts)} figures are not whole, such as {lost[0]}")  # fmt: skip
            written += drafts
    return [folder / path.name for path in written]


def _is_whole(path: Path) -> bool:
    """Whether a figure's file is there to its end."""
    return path.is_file() and ENDS[path.suffix] in path.read_bytes()[-32:]


def _render(made: list[go.Figure], files: list[Path]) -> None:
    import plotly.io  # noqa: PLC0415 - only who draws files needs it

    try:
        plotly.io.write_images(made, files, width=WIDTH_POINTS, scale=PIXELS_PER_POINT)
    except (RuntimeError, ValueError) as wrong:
        said = str(wrong).strip().splitlines()[0] if str(wrong).strip() else type(wrong).__name__
        raise InputError.at("--figures", f"the browser did not draw them ({said}); is Chromium or Chrome whole?") from None  # fmt: skip


def _browser() -> None:
    """Tells the drawing library which browser there is. InputError if there is none."""
    if os.environ.get("BROWSER_PATH"):
        return
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        remedy = "no Chromium or Chrome was found to draw with; install one, or name it in the variable BROWSER_PATH"
        raise InputError.at("--figures", remedy)
    os.environ["BROWSER_PATH"] = found
