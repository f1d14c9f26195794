"""Quick report: a quick answer → what changes, with the bias of few steps, in one language."""

from __future__ import annotations

from collections.abc import Mapping

from energy_model.common.formatting import format_number, format_significant
from energy_model.common.language import translator
from energy_model.reporting.content import PLAIN, Report, Text, data_table, section
from energy_model.reporting.summary_names import title_and_unit
from energy_model.solving.quick_look import QuickAnswer

ALWAYS_SHOWN = ("total_cost", "cost_without_emission_payments", "net_emissions")
MIN_CHANGE_SHARE = 1e-4  # of the unchanged number, below which a change is not shown


def quick_report(answer: QuickAnswer, language: str = "en") -> Report:
    """Returns the headline numbers that a change moves, and how far the unchanged ones are from a fine run."""
    _ = translator(language)
    table = answer.table()
    size = table["unchanged"].abs().clip(lower=1.0)
    is_moved = table["difference"].abs() > MIN_CHANGE_SHARE * size
    is_shown = is_moved | table.index.isin(ALWAYS_SHOWN)
    has_bias = answer.fine is not None
    rows = [
        _row(answer, str(name), row, language, has_bias) for name, row in table[is_shown].iterrows()
    ]
    heads = [_("result"), _("unchanged"), _("changed"), _("difference")]
    if has_bias:
        heads.append(_("bias of few steps"))
    steps = answer.run.metadata["steps"]
    note = _(
        "A quick look at {steps:#} steps of the year, in {seconds} s. The difference is more accurate than the numbers.",
        steps=steps,
        seconds=format_significant(answer.seconds, 2, language),
    )
    bias = (
        _(
            "The bias is the unchanged number less that of a run of {steps:#} steps.",
            steps=answer.fine.metadata["steps"],
        )
        if answer.fine is not None
        else _("The bias is not known; run the unchanged case, or name a run of it with --fine.")
    )
    title = _("What the changes do")
    blocks = (*data_table(title, heads, rows, len(heads) - 1), Text((note, bias), PLAIN))
    return Report("", language, tuple(section("quick", "", blocks)))


def _row(
    answer: QuickAnswer, name: str, row: Mapping[str, float], language: str, has_bias: bool
) -> list[str]:
    title, unit = title_and_unit(name, answer.run.tables["carriers"], language)
    columns = ["unchanged", "changed", "difference", *(["bias"] if has_bias else [])]
    return [title, *(format_number(row[column], unit, language) for column in columns)]
