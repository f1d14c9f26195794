"""HTML rendering: a report in each language → one page that opens offline.

The page contains the drawing library and the figures, so it needs no other file; the browser draws the figures.
"""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
import plotly
import plotly.io

from energy_model.common.atomic_write import write_text
from energy_model.reporting.content import Report, is_long


def render_page(reports: Mapping[str, Report], template: str = "report") -> str:
    """Returns the HTML of a page from the same report in each language, of which the page shows one.

    ``template`` is ``report``, or ``slides``, where each section is a slide.
    """
    figures: dict[str, dict[str, Any]] = {language: {} for language in reports}
    for language, report in reports.items():
        for chart in report.charts():
            if (figure := chart.draw()) is not None:
                content = plotly.io.to_json(figure, validate=False)
                figures[language][chart.key] = json.loads(content)
    reports = {
        language: report.with_charts(figures[language]) for language, report in reports.items()
    }
    has_figures = any(figures.values())
    return (
        _environment()
        .get_template(f"{template}.html.j2")
        .render(
            reports=reports,
            library=_library() if has_figures else "",
            figures=_packed(json.dumps(figures, separators=(",", ":"))) if has_figures else "",
        )
    )


def opened_in(page: str, language: str) -> str:
    """Returns a page that opens in a language, whatever the language of the browser."""
    return page.replace("<html ", f'<html data-first-language="{language}" ', 1)


def write_page(reports: Mapping[str, Report], path: Path, template: str = "report") -> Path:
    """Writes a page atomically and returns its path. Raises WriteError if it cannot be written."""
    write_text(path, render_page(reports, template), "name another place with --out")
    return path


@cache
def _environment() -> jinja2.Environment:
    loader = jinja2.PackageLoader("energy_model.reporting", "templates")
    environment = jinja2.Environment(
        loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    environment.tests["block"] = lambda block, kind: type(block).__name__ == kind
    environment.tests["long"] = is_long
    return environment


def _packed(text: str) -> str:
    return base64.b64encode(gzip.compress(text.encode(), 6, mtime=0)).decode()


@cache
def _library() -> str:
    return _packed(plotly.offline.get_plotlyjs())
