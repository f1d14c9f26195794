"""Case report: a checked case, a generated year or an export → what a terminal shows of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from energy_model.case import sources
from energy_model.case.system import System
from energy_model.common.formatting import format_number, format_share, format_significant
from energy_model.common.language import translate, translator
from energy_model.reporting.content import WARNING, Block, Text, data_table
from energy_model.reporting.decision_sections import case_decisions

MAX_UNTRACED_NAMES = 20


def check_blocks(
    system: System, warnings: Sequence[str], traced: pd.DataFrame, language: str
) -> list[Block]:
    """Returns the result of a case check: table sizes, decisions, traced shares of numbers and warnings."""
    _, summary = translator(language), sources.summary(traced)
    title = _(
        "{case}, {scenario}: no faults",
        case=system.settings.name,
        scenario=system.scenario or _("base"),
    )
    sizes = [
        (name, format_number(len(frame), language=language))
        for name, frame in system.frames.items()
        if len(frame)
    ]
    untraced: list[str] = list(summary["untraced"])  # type: ignore[call-overload]
    shares = {
        name: format_share(float(str(summary[f"share_{name}"])), 1, language)
        for name in ("sourced", "assumed", "defined", "untraced")
    }
    origin = _(
        "{count} numbers: {sourced} from a publication, {assumed} marked as assumptions, {defined} by definition, {untraced} not traced.",
        count=format_number(int(str(summary["numbers"])), language=language),
        **shares,
    )
    names = [_("not in sources.csv: {name}", name=name) for name in untraced[:MAX_UNTRACED_NAMES]]
    reach = _("Peaks, yearly amounts and the emission target are within reach.")
    return [
        *data_table(title, (_("Table"), _("Rows")), sizes, 1),
        *case_decisions(system, language),
        Text((origin, *names)),
        Text(tuple(map(_, warnings)), WARNING) if warnings else Text((reach,)),
    ]


def statistics_blocks(path: Path, statistics: pd.DataFrame, language: str) -> list[Block]:
    """Returns a generated year beside published statistics."""
    rows = [
        [
            format_significant(value, 4, language) if isinstance(value, float) else str(value)
            for value in row
        ]
        for row in statistics.to_numpy()
    ]
    title = translate("Written to {path}", language, path=path)
    return data_table(title, list(statistics.columns), rows, len(statistics.columns) - 2)


def export_blocks(
    path: Path, not_expressed: Sequence[str], constant: float, language: str
) -> list[Block]:
    """Returns the path of an exported file and the features of the model that it does not express."""
    _ = translator(language)
    blocks: list[Block] = [Text((_("Written to {path}.", path=path),))]
    if constant:
        sentence = _(
            "Add {cost} to its least cost: emissions that no decision changes.",
            cost=format_number(constant, "EUR/a", language),
        )
        blocks.append(Text((sentence,)))
    if not_expressed:
        sentence = _("Not expressed, so its least cost differs:")
        blocks.append(Text((sentence, *(f"  {feature}" for feature in not_expressed)), WARNING))
    return blocks
