"""Run answer: a run → the first section of its report: sentences, headline numbers and warnings."""

from __future__ import annotations

from collections.abc import Mapping

from energy_model.case.overrides import Override
from energy_model.common.formatting import (
    format_number,
    format_share,
    label,
    with_decimal_sign,
    words,
)
from energy_model.common.language import N_, translator
from energy_model.reporting.address_titles import address_title
from energy_model.reporting.aggregation_sections import describe_peaks
from energy_model.reporting.content import (
    ALERT,
    LEAD,
    SOFT,
    WARNING,
    Block,
    Section,
    Text,
    Tiles,
    data_table,
    section,
)
from energy_model.reporting.money import with_kroner
from energy_model.reporting.narrative import (
    describe_answer,
    describe_contradictions,
    describe_run,
    kind_of_land,
)
from energy_model.reporting.run_charts import run_chart
from energy_model.reporting.summary_names import title_and_unit
from energy_model.results.bills import mean_price_paid
from energy_model.results.land_kinds import headline_numbers, land_kinds_of
from energy_model.results.run import Run
from energy_model.results.simultaneous_operation import operation_sentences
from energy_model.results.summary import traded, unserved_carriers, unserved_peaks
from energy_model.studies.explanation.asset import both_ways

# Titles of the mean prices, one of which is among the headline numbers
SHOWN_PRICES = {
    "heat_price": N_("District heat: what customers pay on average"),
    "electricity_price": N_("Electricity: what customers pay on average"),
}

SIGNS = {"*=": "×", "+=": "+"}  # of operations of an override


def answer_section(run: Run, language: str) -> list[Section]:
    """Returns the section with sentences, headline numbers and warnings."""
    _, metadata = translator(language), run.metadata
    unserved = _unserved(run, language)
    text = (
        N_("{status}, {steps} time steps.")
        if unserved
        else N_("{status}, {steps} time steps; all demand is served.")
    )
    status = _(
        text,
        status=words(metadata["status"], language).capitalize(),
        steps=format_number(metadata["steps"], language=language),
    )
    texts = warnings(run, language)
    notes = _("Notes on this answer ({count:#})", count=len(texts))
    return section(
        "answer",
        _("The answer"),
        Text((describe_answer(run, language),), LEAD),
        Text(tuple(describe_contradictions(run, language)), WARNING),
        Text((status, *describe_peaks(run, language), *_overrides(run, language)), SOFT),
        Text(tuple(unserved), ALERT),
        headline_tiles(run, language),
        run_chart("investments", _("What is invested in"), "draw_investments", run, language),
        Text(tuple(_proof_sentence(run, language)), SOFT),
        Text(tuple(describe_run(run, language)), heading=_("The answer in words"), collapsed=True),
        _further_numbers(run, language),
        Text(tuple(texts), WARNING, notes, collapsed=True) if texts else [],
    )


def _overrides(run: Run, language: str) -> list[str]:
    """Returns the overrides and candidate choices, which distinguish the reports of two runs."""
    _, built = translator(language), run.tables["capacities"]
    changes = [
        _override_title(str(change), run, language) for change in run.metadata.get("changes", ())
    ]
    for name, (minimum, maximum) in run.metadata.get("candidates", {}).items():
        choice = _("required") if minimum > 0 else _("forbidden") if maximum <= 0 else _("limited")
        changes.append(f"{label(built, name, language)}: {choice}")
    return [_("Changed: {changes}.", changes="; ".join(changes))] if changes else []


def _override_title(text: str, run: Run, language: str) -> str:
    """Returns an override with its address in words, as ``Wood chips: price = 30``."""
    try:
        override = Override.parse(text)
    except ValueError:  # of a run of an earlier version
        return text
    title = address_title(override.address, run.tables["names"], language)
    value = with_decimal_sign(str(override.value), language)
    return f"{title} {SIGNS.get(override.operation, override.operation)} {value}"


def headline_tiles(run: Run, language: str) -> Tiles:
    """Returns the four numbers that everybody asks for first: cost, emissions, investment and the price of heat or power."""
    _, summary = translator(language), _without_untraded(run)
    settings, price = run.metadata["settings"], _shown_price(summary)
    pairs = [
        _cost_tile(run, language),
        (_("Net emissions"), format_number(summary["net_emissions"], "t/a", language)),
        (_("Investment"), with_kroner(summary["investment"], settings, language, "EUR")),
    ]
    if price is not None:
        paid = mean_price_paid(run, price.removesuffix("_price"))
        pairs.append((_(SHOWN_PRICES[price]), format_number(paid, "EUR/MWh", language)))
    return Tiles(tuple(pairs))


def _cost_tile(run: Run, language: str) -> tuple[str, str]:
    """Returns the annual cost, without payments for emissions where the case has a price on them.

    Those payments move between parties, so plans compare by the cost without them.
    """
    _, settings = translator(language), run.metadata["settings"]
    name, cost = _cost_number(run.summary)
    title = _("Annual cost without emission payments") if name != "total_cost" else _("Annual cost")
    return title, with_kroner(cost, settings, language)


def _cost_number(summary: Mapping[str, float]) -> tuple[str, float]:
    """Returns the name and the value of the cost among the headline numbers."""
    without = "cost_without_emission_payments"
    name = without if without in summary and summary["emission_price"] else "total_cost"
    return name, float(summary[name])


def _shown_price(summary: Mapping[str, float]) -> str | None:
    """Returns the name of the price among the headline numbers; None if neither carrier is traded."""
    return next((name for name in SHOWN_PRICES if name in summary), None)


def _without_untraded(run: Run) -> dict[str, float]:
    """Returns the summary without the prices of carriers that nobody trades."""
    is_traded = traded(run.tables["carriers"])
    untraded = {f"{carrier}_price" for carrier in is_traded.index[~is_traded]}
    return {name: value for name, value in run.summary.items() if name not in untraded}


def _land_tile(run: Run, language: str) -> list[tuple[str, str]]:
    """Returns the used land of the first kind, farmland if the case has some."""
    _, kinds = translator(language), land_kinds_of(run)
    if kinds.empty:
        return []
    kind = kinds.iloc[0]
    title = _("Land use: {kind}", kind=words(kinds.index[0], language))
    return [(title, kind_of_land(kind, language))]


def _further_numbers(run: Run, language: str) -> list[Block]:
    _, carriers = translator(language), run.tables["carriers"]
    summary = _without_untraded(run)
    last_tonne = summary["emission_price"] + summary["emission_target_shadow_price"]
    rows = [
        (_("Marginal price of emissions"), format_number(last_tonne, "EUR/t", language)),
        *_land_tile(run, language),
    ]
    first_kind = next(iter(headline_numbers(land_kinds_of(run))), "")
    shown = {
        _cost_number(summary)[0],
        "net_emissions",
        "investment",
        first_kind,
        _shown_price(summary),
    }
    for name, value in summary.items():
        if name in shown:
            continue
        title, unit = title_and_unit(name, carriers, language)
        rows.append((title, format_number(value, unit, language)))
    return data_table(_("Further numbers"), ("", ""), rows, 1, collapsed=True)


def _unserved(run: Run, language: str) -> list[str]:
    _, carriers = translator(language), run.tables["carriers"]
    return [
        *(
            _(
                "{carrier}: {amount} ({share} of the demand) is not served.",
                carrier=label(carriers, name, language),
                amount=format_number(
                    carriers.at[name, "unserved"], f"{carriers.at[name, 'unit']}/a", language
                ),
                share=format_share(share, 1, language),
            )
            for name, share in unserved_carriers(carriers).items()
        ),
        *(
            _(
                "{carrier}: {amount} of the demand of the highest hour is not served.",
                carrier=label(carriers, carrier, language),
                amount=format_number(amount, f"{carriers.at[carrier, 'unit']}/h", language),
            )
            for carrier, amount in unserved_peaks(run.dataset).items()
        ),
    ]


def _proof_sentence(run: Run, language: str) -> list[str]:
    _, proof = translator(language), run.metadata.get("proof")
    if not proof:
        return []
    if proof["gap"] is None:
        steps = format_number(proof["plan"]["steps"], language=language)
        return [
            _(
                "Not proven: {reason} before the first full year was solved; this is the plan of {steps} steps.",
                reason=proof["ended"],
                steps=steps,
            )
        ]
    sentences = [
        _(
            "Every hour of the year: no plan costs less than {bound}; this one is within {gap} of it.",
            bound=format_number(proof["bound"], "EUR/a", language),
            gap=format_share(proof["gap"], 2, language),
        )
    ]
    if proof["gap"] > proof["asked"]:
        sentences.append(
            _(
                "The requested gap of {gap} is not reached: {reason}.",
                gap=format_share(proof["asked"], 2, language),
                reason=proof["ended"],
            )
        )
    return sentences


def warnings(run: Run, language: str) -> list[str]:
    """Returns the warnings of a run, those on simultaneous operation in the language."""
    translated = {
        english: danish if language == "da" else english
        for english, danish in operation_sentences(both_ways(run))
    }
    _, texts = translator(language), run.metadata.get("warnings", [])
    return [translated.get(text) or _(text) for text in texts]
