"""Study tables: the tables of a study → their titles and the columns that a report shows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

import pandas as pd

from energy_model.common.formatting import MIN_CAPACITY, label, money_unit, words
from energy_model.common.language import Message, translate, translator
from energy_model.reporting.robust_columns import measure_columns
from energy_model.reporting.study_vocabulary import (
    COLUMNS,
    FIRST_KIND,
    LISTS,
    METRIC_COLUMNS,
    METRIC_PRICES,
    NAMES,
    OMITTED,
    ROWS,
    SHORT,
)
from energy_model.reporting.table_columns import (
    INPUT,
    MONEY,
    WORD,
    Column,
    user_name,
)
from energy_model.results.land_kinds import PREFIX, land_columns
from energy_model.studies.pareto_notes import price_unit
from energy_model.studies.runner.study import Study

MAX_PAIRS = 10  # pairs of links
MIN_PARTY_EUR = 500  # EUR/a below which a party is left out


def case_columns(study: Study, language: str) -> list[Column]:
    """Returns the columns on every case of a study: its inputs, its status if not all are optimal, and main results."""
    table = study.table
    index = list(table.columns).index("objective") if "objective" in table else len(table.columns)
    inputs = [name for name in table.columns[1:index] if name not in ("status", "reason")]
    status = ["status"] if (table["status"] != "optimal").any() else []
    names = ["case", *inputs, *status, *(name for name in _short("cases", table) if name in table)]
    columns = [
        _column(name, _texts(name, table[name], study, language), language) for name in names
    ]
    # The number of a case is its name.
    return [replace(columns[0], values=table["case"].astype(str)), *columns[1:]]


def _short(name: str, frame: pd.DataFrame) -> list[str]:
    """Returns the columns of a table that a report shows, all but the omitted ones without a list."""
    if name not in SHORT:
        return [column for column in frame if column not in OMITTED]
    first_kind = next(iter(land_columns(frame)), "")
    return [first_kind if column == FIRST_KIND else column for column in SHORT[name]]


def table_columns(name: str, study: Study, language: str) -> list[Column]:
    """Returns the columns of a study's table that a report shows."""
    frame = study.tables[name]
    if name in WIDE and len(frame):
        return WIDE[name](study, language)
    if name == "parties":
        if "preference" in frame and len(frame):
            return _gains_by_preference(study, language)
        amounts = frame[[column for column in ("gain", "balance") if column in frame]]
        frame = frame[amounts.abs().max(axis=1) > MIN_PARTY_EUR]
    if name == "pairs":
        frame = frame[frame["kind"] != ""].head(MAX_PAIRS)
    if name == "sites":
        is_explained = frame["why"].astype(str) != ""
        frame = frame.assign(reason=frame["why"].where(is_explained, frame["reason"]))
    columns = _short(name, frame)
    metric = metric_of(study, language)
    return [
        _labels(name, frame, language)
        if column == "name"
        else _column(column, _texts(column, frame[column], study, language), language, metric)
        for column in columns
        if column == "name"
        or (column in frame and not (column == "reason" and frame[column].isna().all()))
    ]


def _texts(
    column: str, values: pd.Series, study: Study, language: str
) -> Sequence[object] | pd.Series:
    """Returns texts as messages and names as labels, as far as the study has them, and other values unchanged."""
    if pd.api.types.is_numeric_dtype(values):
        return values
    labels = study_labels(study)
    if column in LISTS:
        return [
            ", ".join(label(labels, name, language) for name in str(names).split())
            for names in values
        ]
    return [
        label(labels, value, language)
        if column in NAMES and value in labels.index
        else study.messages.get(value, value)
        for value in values
    ]


def study_labels(study: Study) -> pd.DataFrame:
    """Returns the labels of the assets, firms, links and sites of a study by name."""
    columns = ["label_en", "label_da"]
    of_assets = pd.DataFrame.from_dict(
        {name: [texts.get("en"), texts.get("da")] for name, texts in study.labels.items()},
        orient="index",
        columns=columns,
    )
    parts = [of_assets] if len(of_assets) else []
    parts += [
        frame.set_index(ROWS[name][1])[["label_en", "label_da"]]
        for name, frame in study.tables.items()
        if name in ROWS and "label_da" in frame
    ]
    if not parts:
        return pd.DataFrame(columns=columns)
    labels = pd.concat(parts)
    return labels[~labels.index.duplicated()]


def study_names(study: Study, names: Iterable[object], language: str) -> list[str]:
    """Returns the titles of scenarios of a study; of other plans, futures and years their names."""
    labels = study_labels(study)
    return [
        label(labels, name, language) if name in labels.index else user_name(name, language)
        for name in names
    ]


def metric_of(study: Study, language: str) -> tuple[str, str]:
    """Returns the metric of a Pareto front in words, and its unit; empty for other studies."""
    for note in study.notes:
        if isinstance(note, Message) and {"metric", "unit"} <= note.values.keys():
            name = note.values["metric"]
            # a study of an earlier release has the name alone
            text = (
                words(name, language)
                if type(name) is str
                else translate(Message("{metric}", metric=name), language)
            )
            return text, str(note.values["unit"])
    return "", ""


def column_head(name: str, language: str) -> str:
    """Returns the head of a column in a language, without its unit."""
    if name.startswith(PREFIX):
        return _kind_head(name, language)
    message = COLUMNS[name][0] if name in COLUMNS else ""
    return translator(language)(message) if message else words(name, language)


def _kind_head(name: str, language: str) -> str:
    _ = translator(language)
    return _("land use: {kind}", kind=words(name.removeprefix(PREFIX), language))


def _column(
    name: str,
    values: Sequence[object] | pd.Series,
    language: str,
    metric: tuple[str, str] = ("", ""),
) -> Column:
    """Returns a column with its head and its unit."""
    _, unit = translator(language), metric[1]
    if name.endswith(" at most"):
        head = _("{metric} at most", metric=words(name.removesuffix(" at most"), language))
        return Column(head, values)
    if name.count(".") >= 2:  # the address of an input
        return Column(name, values, INPUT)
    if name.startswith(PREFIX):
        return Column(_kind_head(name, language), values, "ha")
    if name not in COLUMNS:
        return Column(words(name, language), values)
    message, own_unit = COLUMNS[name]
    if unit and name in METRIC_COLUMNS:
        own_unit = unit
    elif unit and name in METRIC_PRICES:
        own_unit = words(price_unit(unit), language)
    return Column(_(message), values, own_unit)


def _labels(name: str, frame: pd.DataFrame, language: str) -> Column:
    message, key = ROWS[name]
    texts = [label(row, row[key], language) for row in frame.to_dict("records")]
    return Column(translator(language)(message), texts)


def _regrets_by_future(study: Study, language: str) -> list[Column]:
    _, frame = translator(language), study.tables["regrets"]
    plans, futures = list(dict.fromkeys(frame["plan"])), list(dict.fromkeys(frame["future"]))
    wide = frame.pivot(index="plan", columns="future", values="regret").loc[plans, futures]
    factor, unit = money_unit(wide)
    return [
        Column(_("planned for"), study_names(study, plans, language)),
        *(
            Column(title, wide[future] / factor, _(unit))
            for future, title in zip(futures, study_names(study, futures, language), strict=True)
        ),
    ]


def _groups_by_plan(study: Study, language: str) -> list[Column]:
    _, frame = translator(language), study.tables["plans"]
    wide = frame.pivot(index="group", columns="plan", values="added")
    wide = wide[wide.max(axis=1) > MIN_CAPACITY]
    return [
        Column(_("group"), list(wide.index), WORD),
        *(Column(_("plan {number:#}", number=int(plan)), wide[plan]) for plan in wide),
    ]


def _prices_by_site(study: Study, language: str) -> list[Column]:
    _, frame = translator(language), study.tables["prices"]
    wide = frame.pivot_table(
        index="site", columns=["carrier", "line"], values="price", aggfunc="mean"
    )
    wide = wide.loc[list(dict.fromkeys(frame["site"]))]
    # a study of an earlier release has no units there
    units = frame.groupby("carrier")["unit"].first() if "unit" in frame else pd.Series(dtype=str)
    return [
        Column(_("site"), _texts("site", wide.index.to_series(), study, language), WORD),
        *(
            Column(
                f"{words(carrier, language)}: {words(line, language)}",
                wide[carrier, line],
                f"EUR/{words(units[carrier], language)}" if carrier in units else "",
            )
            for carrier, line in wide
        ),
    ]


def _gains_by_preference(study: Study, language: str) -> list[Column]:
    _, frame = translator(language), study.tables["parties"]
    parties = list(dict.fromkeys(frame["party"]))
    wide = frame.pivot(index="party", columns="preference", values="gain").loc[parties]
    first = frame["preference"].iloc[0]
    balance = frame[frame["preference"] == first].set_index("party")["balance"]
    wide = wide.drop(columns=first)
    wide.insert(0, "balance", balance)
    wide = wide[wide.abs().max(axis=1) > MIN_PARTY_EUR]
    return [
        Column(_("party"), _texts("party", wide.index.to_series(), study, language), WORD),
        _column("balance", wide["balance"], language),
        *(
            Column(_("gain, {preference}", preference=user_name(name, language)), wide[name], MONEY)
            for name in wide.columns[1:]
        ),
    ]


WIDE: Mapping[str, Callable[[Study, str], list[Column]]] = {
    "regrets": _regrets_by_future,
    "measures": measure_columns,
    "plans": _groups_by_plan,
    "prices": _prices_by_site,
}
