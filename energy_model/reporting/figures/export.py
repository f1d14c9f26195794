"""Figure export: the figures of a report → PNG, SVG or PDF files for slides and papers, drawn by a headless browser."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import plotly.graph_objects as go

from energy_model.common.atomic_write import new_members
from energy_model.common.errors import InputError
from energy_model.reporting.content import Report

KINDS = ("png", "svg", "pdf")
WIDTH_POINTS, PIXELS_PER_POINT = 1100, 2  # figure width; pixels per point of a PNG
ENDS = {".png": b"IEND", ".svg": b"</svg>", ".pdf": b"%%EOF"}  # the last bytes of a complete file
ELSEWHERE = "name another folder with --figures"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")


class FigureError(RuntimeError):
    """Raised when the drawing library does not write a figure completely."""


def report_figures(report: Report) -> dict[str, go.Figure]:
    """Returns every figure of a report by its key."""
    figures = {chart.key: chart.draw() for chart in report.charts()}
    return {key: figure for key, figure in figures.items() if figure is not None}


def write(
    report: Report,
    folder: Path,
    kinds: Sequence[str] = ("png",),
    tell: Callable[[str], None] = lambda _: None,
) -> list[Path]:
    """Writes all figures to a folder, each in every requested file format, and returns the paths.

    Raises:
        InputError: A format is unknown, no browser is available, or drawing fails.
        WriteError: The files cannot be written.
    """
    unknown = [kind for kind in kinds if kind not in KINDS]
    if unknown or not kinds:
        raise InputError.at("--format", f"known are {', '.join(KINDS)}", value=", ".join(unknown))
    _browser()
    tell("drawing the figures")
    drawn = report_figures(report)
    for figure in drawn.values():
        figure.update_layout(paper_bgcolor="white", font={"color": "#1b1b1b"})
        if not (figure.layout.meta or {}).get("map"):  # a map has a ground of its own
            figure.update_layout(plot_bgcolor="white")
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

    heights = [figure.layout.height for figure in made]  # else each would be 500
    try:
        plotly.io.write_images(
            made, files, width=WIDTH_POINTS, height=heights, scale=PIXELS_PER_POINT
        )
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
