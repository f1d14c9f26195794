"""Figure export: the figures of a run → PNG, SVG or PDF files for slides and papers, drawn by a headless browser."""

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
WIDTH_POINTS, PIXELS_PER_POINT = 1100, 2  # figure width; pixels per point of a PNG
ENDS = {".png": b"IEND", ".svg": b"</svg>", ".pdf": b"%%EOF"}  # the last bytes of a complete file
ELSEWHERE = "name another folder with --figures"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")


class FigureError(RuntimeError):
    """Raised when the drawing library does not write a figure completely."""


def figures(run: Run, language: str = "en") -> dict[str, go.Figure]:
    """Returns every figure of a run's report by name, labelled in Danish (``da``) or English (``en``)."""
    first_hours = draw.first_hours(run)
    known = run.tables["carriers"].index
    carriers = [carrier for carrier in ("heat", "electricity") if carrier in known]
    drawn: dict[str, go.Figure | None] = {
        "map": draw.site_map(run, language),
        "flows": draw.flows(run, language),
        "duration": draw.duration(run, language),
        "stores": draw.stores(run, language),
        "emissions": draw.emissions(run, language),
        "fleets": draw.fleets(run, language),
        "land": draw.land(run, language),
    }
    for carrier in carriers:
        drawn[f"{carrier}_by_month"] = draw.months(run, language, carrier)
        for season, hour in first_hours.items():
            name = f"{carrier}_hours" if season == "hours" else f"{carrier}_{season}_week"
            drawn[name] = draw.week(run, language, carrier, hour)
    for by in ("sector", "firm", "entry"):
        drawn[f"cost_by_{by}"] = draw.costs(run, language, by)
    return {name: figure for name, figure in drawn.items() if figure is not None}


def write(
    run: Run,
    folder: Path,
    kinds: Sequence[str] = ("png",),
    language: str = "en",
    tell: Callable[[str], None] = lambda _: None,
) -> list[Path]:
    """Writes all figures to a folder, each in every requested file format, and returns the paths.

    Raises:
        InputError: A format or language is unknown, no browser is available, or drawing fails.
        WriteError: The files cannot be written.
    """
    unknown = [kind for kind in kinds if kind not in KINDS]
    if unknown or not kinds:
        raise InputError.at("--as", f"known are {', '.join(KINDS)}", value=", ".join(unknown))
    if language not in draw.LANGUAGES:
        raise InputError.at("--language", "write en or da", value=language)
    _browser()
    tell("drawing the figures")
    drawn = figures(run, language)
    for figure in drawn.values():
        figure.update_layout(paper_bgcolor="white", plot_bgcolor="white", font={"color": "#1b1b1b"})
    written = []
    with new_members(folder, ELSEWHERE, also=(FigureError,)) as draft:
        for kind in kinds:
            tell(f"writing {len(drawn)} figures as {kind}")
            drafts = [draft / f"{name}.{kind}" for name in drawn]
            _render(list(drawn.values()), drafts)
            # The drawing library does not report files that it fails to write.
            incomplete = [path.name for path in drafts if not _is_whole(path)]
            if incomplete:
                raise FigureError(
                    f"{len(incomplete)} of {len(drafts)} figures are not whole, such as {incomplete[0]}"
                )
            written += drafts
    return [folder / path.name for path in written]


def _is_whole(path: Path) -> bool:
    """Returns whether a figure's file exists and is complete."""
    return path.is_file() and ENDS[path.suffix] in path.read_bytes()[-32:]


def _render(made: list[go.Figure], files: list[Path]) -> None:
    import plotly.io  # noqa: PLC0415 - imported only when files are drawn

    try:
        plotly.io.write_images(made, files, width=WIDTH_POINTS, scale=PIXELS_PER_POINT)
    except (RuntimeError, ValueError) as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        remedy = f"the browser did not draw them ({reason}); is Chromium or Chrome whole?"
        raise InputError.at("--figures", remedy) from None


def _browser() -> None:
    """Sets ``BROWSER_PATH`` for the drawing library. Raises InputError if there is no browser."""
    if os.environ.get("BROWSER_PATH"):
        return
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        remedy = "no Chromium or Chrome was found to draw with; install one, or name it in the variable BROWSER_PATH"
        raise InputError.at("--figures", remedy)
    os.environ["BROWSER_PATH"] = browser
