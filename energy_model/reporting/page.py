"""Report page: sections and figures → one HTML page in two languages that opens offline.

The page contains the drawing library and the figures, so it needs no other file; the browser draws the figures.
"""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Iterable, Sequence
from functools import cache
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Any

import plotly

from energy_model.common.atomic_write import write_text

Section = tuple[str, tuple[str, str], str]  # anchor, title in both languages, HTML
Drawn = dict[str, dict[str, Any]]  # figures by language and name


def render_page(title: str, parts: Sequence[Section], drawn: Drawn) -> str:
    """Returns the HTML of a page from its sections and the figures they contain."""
    assets = files("energy_model.reporting") / "page_assets"
    heading = escape(title)
    links = "".join(f'<a href="#{name}">{bilingual(*titles)}</a>' for name, titles, _ in parts)
    body = "".join(
        f'<section id="{name}"><h2>{bilingual(*titles)}</h2>{content}</section>'
        for name, titles, content in parts
    )
    packed = f"""<script type="application/gzip" id="plotly">{_library()}</script>
<script type="application/gzip" id="figures">{_packed(json.dumps(drawn, separators=(",", ":")))}</script>"""
    return f"""<!doctype html>
<html lang="en" data-language="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{heading}</title><link rel="icon" href="data:,"><style>{(assets / "report.css").read_text(encoding="utf-8")}</style></head><body>
<header><button id="switch" type="button"><span lang="en">Dansk</span><span lang="da">English</span></button>
<h1>{heading}</h1><nav aria-label="Sections">{links}</nav></header><main>{body}</main>
{packed if any(drawn.values()) else ""}
<script>{(assets / "report.js").read_text(encoding="utf-8")}</script></body></html>
"""


def write_page(text: str, path: Path) -> Path:
    """Writes a page atomically and returns its path. Raises WriteError if it cannot be written."""
    write_text(path, text, "name another place with --out")
    return path


def _packed(text: str) -> str:
    return base64.b64encode(gzip.compress(text.encode(), 6, mtime=0)).decode()


@cache
def _library() -> str:
    return _packed(plotly.offline.get_plotlyjs())


def bilingual(english: str, danish: str) -> str:
    """Returns HTML with the text in both languages, of which the page shows one."""
    return f'<span lang="en">{escape(english)}</span><span lang="da">{escape(danish)}</span>'


def format_amount(value: float, unit: str = "", digits: int | None = None) -> str:
    """Returns HTML with a number that the page formats in its current language."""
    attribute = "" if digits is None else f' data-digits="{digits}"'
    clean = 0.0 if abs(value) < 1e-4 else value
    return f'<data value="{clean:.8g}"{attribute}>{clean:.6g}</data>{" " + escape(unit) if unit else ""}'


def render_table(heads: list[tuple[str, str]], rows: Iterable[list[str]], numbers: int) -> str:
    """Returns an HTML table whose last ``numbers`` columns are numeric; cells are HTML."""
    first = len(heads) - numbers
    header_cells = "".join(
        f'<th scope="col"{" class=n" if i >= first else ""}>{bilingual(*head)}</th>'
        for i, head in enumerate(heads)
    )
    body_rows = "".join(
        "<tr>"
        + "".join(
            f"<td{' class=n' if i >= first else ''}>{cell}</td>" for i, cell in enumerate(row)
        )
        + "</tr>"
        for row in rows
    )
    return f'<div class="wide" tabindex="0"><table><thead><tr>{header_cells}</tr></thead><tbody>{body_rows}</tbody></table></div>'
