"""Writes the pages that are printed from the code. ``--check`` fails if they are stale."""

from __future__ import annotations

import inspect
import re
import sys
import types
import typing
from pathlib import Path

import energy_model as em
from energy_model import formulation
from energy_model.case import profile_expression, renamed_inputs, schema, units
from energy_model.case import settings as case_settings
from energy_model.common.language import translate
from energy_model.formulation import COMPONENTS, sets_and_parameters
from energy_model.io import migrate_run
from energy_model.results import metrics, summary
from energy_model.results import schema as result_schema
from energy_model.studies.runner import former_names as study_names

HERE = Path(__file__).parent
PRINTED = "<!-- Printed from the code by docs/make.py; change the code, not this page. -->\n"


def tables() -> str:
    """Every table, column by column."""
    lines = [PRINTED, "# Tables\n", _paragraphs(schema.__doc__), ""]
    lines += [
        "One CSV file for each table, or several (`storages.csv`, `storages_heat.csv`). A header has a unit, "
        "`max_capacity_added [MW]`, from which the program converts (`[kW]`, `[TJ/a]`, `[DKK/MWh]`, `[%]`). In the units "
        "below, *unit* is the unit of the row's carrier and *capacity* the unit of its capacity: in a file with MW in "
        "a header, the carriers of the rows are counted in MWh.\n",
        f"Known units: {', '.join(f'`{name}`' for name in units.known_units())}.\n",
        f"Hourly cells: {_paragraphs(profile_expression.__doc__)}\n",
        "## case.toml\n",
    ]
    for kind in (
        case_settings.Settings,
        case_settings.Time,
        case_settings.Emissions,
        case_settings.Perspective,
        case_settings.Acceptance,
        case_settings.Land,
        case_settings.Solver,
    ):
        name = {"Settings": "(top)", "Perspective": "[perspectives.NAME]"}.get(
            kind.__name__, f"[{kind.__name__.lower()}]"
        )
        lines += [
            f"**{name}** — {_paragraphs(kind.__doc__)}\n",
            "| setting | kind | default |",
            "|---|---|---|",
        ]
        lines += [
            f"| {n} | {_kind(f.annotation)} | {'' if f.is_required() else _default(f.default)} |"
            for n, f in kind.model_fields.items()
        ]
        lines.append("")
    for part in (sets_and_parameters, *COMPONENTS):
        for table in part.TABLES:
            lines += [
                f"## {table.name}\n",
                f"{table.meaning} Key: {' + '.join(table.key)}.\n",
                "| column | unit | kind | if empty | meaning |",
                "|---|---|---|---|---|",
            ]
            for c in table.columns:
                empty = "must be filled" if c.required else "" if c.default == "none" else c.default
                lines.append(
                    f"| {c.name} | {c.unit if c.range else ''} | {c.kind} | {empty} | {c.meaning} |"
                )
            lines.append("")
    return "\n".join(lines)


def equations() -> str:
    """Every part's sentence, decisions, rules and entries, with the source of each rule."""
    lines = [
        PRINTED,
        "# Equations\n",
        "Each part of the formulation is one file. Signs: output +, input −, cost +. The code is that of the program.\n",
    ]
    for part in COMPONENTS:
        name = part.__name__.rsplit(".", 1)[1]
        lines += [
            f"## {name}\n",
            _paragraphs(part.__doc__),
            "",
            f"`{part.__name__.replace('.', '/')}.py`\n",
            "```python",
            _rules(part),
            "```\n",
        ]
    return "\n".join(lines)


def api() -> str:
    """The public API, name by name."""
    lines = [
        PRINTED,
        "# Python\n",
        "The public API is the module `energy_model`, imported as `em`.\n",
        "```python",
        inspect.getdoc(em).split("\n\n", 1)[1].replace("    ", "", 1),
        "```\n",
    ]
    for name in em.__all__:
        thing = getattr(em, name)
        sign = str(inspect.signature(thing)) if inspect.isfunction(thing) else ""
        lines += [f"## {name}{'' if not sign else '()'}\n"]
        lines += [f"```python\nem.{name}{sign}\n```\n"] if sign else []
        lines += [_paragraphs(inspect.getdoc(thing) or ""), ""]
        if inspect.isclass(thing) and not issubclass(thing, BaseException):
            for member, value in inspect.getmembers(
                thing, lambda v: inspect.isfunction(v) or isinstance(v, property)
            ):
                if not member.startswith("_") and value.__doc__:
                    lines.append(f"- `{member}` — {value.__doc__.splitlines()[0]}")
            lines.append("")
    return "\n".join(lines)


def results() -> str:
    """Every column of a run's tables, and every decision with its unit."""
    lines = [
        PRINTED,
        "# Results\n",
        "A run is a folder. Its tables are CSV files with a unit in the header where all rows have the same one (`cost [EUR/a]`); "
        "otherwise the column `unit` contains it. `results.nc` contains the same tables as groups (`tables/costs`), with units "
        "and meanings as attributes, every variable and price by step, and all inputs to the last bit (`inputs/...`, "
        "`profiles`, `steps`). `certificate.npz` contains the program, its solution and its prices. "
        "`sources.csv` and `map.geojson` contain the sources and the map layers of the case, if it has any. `SHA256SUMS` lists every "
        "file, including `metadata.json`; `sha256sum --check SHA256SUMS` checks them.\n",
    ]
    for table, own in result_schema.COLUMNS.items():
        used = [(name, *said) for name, said in (own | result_schema.LABELS).items() if name in own]
        if used:
            lines += [f"## {table}.csv\n", "| column | unit | meaning |", "|---|---|---|"]
            lines += [f"| {n} | {_unit_of(u)} | {m} |" for n, u, m in used]
            lines.append("")
    lines += ["## Shared columns\n", "| column | meaning |", "|---|---|"]
    lines += [f"| {name} | {said} |" for name, (_, said) in result_schema.LABELS.items()]
    lines += [
        "\n## Summary\n",
        "In `metadata.json` under `summary`; `CARRIER_price` is the mean marginal price of a carrier, weighted by demand, "
        "and `land_use_CLASS` [ha] the used land of a class, farmland first.\n",
        "| name | unit | English | Danish |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| {name} | {unit} | {meaning} | {translate(meaning, 'da')} |"
        for name, (unit, meaning) in summary.MEANINGS.items()
    ]
    return "\n".join(lines)


def _unit_of(unit: str) -> str:
    return "that of the row" if unit == result_schema.OF_ROW else unit


DECISION = re.compile(r"Var\(|@m\.|accounts\.\w+\.post|^    return \($", re.MULTILINE)

CALL = re.compile(r" +_(add|post)_\w+\(.*\)$")


def _rules(part) -> str:
    """The bodies of a part's building functions, each from its first decision on."""
    builders = [
        thing
        for thing in vars(part).values()
        if inspect.isfunction(thing)
        and thing.__module__ == part.__name__
        and {"m", "accounts"} & set(inspect.signature(thing).parameters)
    ]
    return "\n\n".join(body for body in map(_body, builders) if body)


def _body(builder: types.FunctionType) -> str:
    """The source of a function from its first decision on; empty where it has none."""
    source = inspect.getsource(builder)
    first = DECISION.search(source)
    if first is None:
        return ""
    lines = source[source.rfind("\n", 0, first.start()) + 1 :].splitlines()
    lines = [line for line in lines if not CALL.match(line)]
    text = inspect.cleandoc("\n" + "\n".join(lines))
    if builder.__name__.startswith("_") and text.startswith("return ("):
        return inspect.cleandoc(source)
    return text


def _paragraphs(text: str | None) -> str:
    return inspect.cleandoc(text or "").replace("``", "`")


def _kind(annotation: typing.Any) -> str:
    """A setting's type in words."""
    inner = typing.get_args(annotation)
    match typing.get_origin(annotation):
        case typing.Annotated:
            return _kind(inner[0])
        case typing.Union | types.UnionType:
            return " or ".join(_kind(kind) for kind in inner)
        case typing.Literal:
            return " or ".join(f"`{word}`" for word in inner)
        case None:
            return {
                "str": "text",
                "int": "whole number",
                "float": "number",
                "bool": "true or false",
            }.get(annotation.__name__, f"group [{annotation.__name__.lower()}]")
        case _:
            return "list" if annotation.__name__ == "tuple" else "groups by name"


def _default(value: object) -> str:
    return (
        f"see [{type(value).__name__.lower()}]"
        if isinstance(value, case_settings.Setting)
        else f"`{value!r}`"
        if not isinstance(value, dict)
        else ""
    )


def former_names() -> str:
    """The names of release 0.1 and those of today."""
    lines = [
        PRINTED,
        "# Names of release 0.1\n",
        "Inputs with names of release 0.1 are read with a warning until release 0.3. `energy-model migrate FOLDER` "
        "rewrites a case or a run. Study folders of release 0.1 open under the names of today.\n",
        "## Columns of inputs\n",
        "| table | release 0.1 | today |",
        "|---|---|---|",
    ]
    for table, names in renamed_inputs.COLUMNS.items():
        lines += [f"| {table} | {old} | {' and '.join(new)} |" for old, new in names.items()]
    lines += ["\n## Words in cells\n", "| column | release 0.1 | today |", "|---|---|---|"]
    for (table, column), names in renamed_inputs.CELLS.items():
        lines += [f"| {table}.{column} | {old} | {new} |" for old, new in names.items()]
    settings = {
        f"{group}.{old}".strip("."): f"{group}.{new}".strip(".")
        for (group, old), new in renamed_inputs.SETTINGS.items()
    }
    sections = {
        "Settings of case.toml": settings,
        "Keys of sliders.toml": renamed_inputs.SLIDER_KEYS,
        "Metrics": metrics.FORMER_NAMES,
        "Variables": migrate_run.VARIABLES,
        "Constraints": migrate_run.CONSTRAINTS,
        "Cost entries": migrate_run.COST_ENTRIES,
        "Summary of a run": migrate_run.SUMMARY,
        "Kinds of studies": study_names.KINDS,
        "Tables of studies": study_names.TABLES,
        "Columns of studies": study_names.COLUMNS,
    }
    sections |= {
        f"Columns of {table}.csv of a run": names for table, names in migrate_run.COLUMNS.items()
    }
    for title, names in sections.items():
        lines += [f"\n## {title}\n", "| release 0.1 | today |", "|---|---|"]
        lines += [f"| {old} | {new} |" for old, new in sorted(names.items()) if old != new]
    return "\n".join(lines)


PAGES = {
    "former_names.md": former_names,
    "tables.md": tables,
    "equations.md": equations,
    "api.md": api,
    "results.md": results,
}


def main() -> int:
    """Writes the pages, or with ``--check`` tells which are stale."""
    assert formulation.COMPONENTS
    stale = []
    for name, page in PAGES.items():
        text, path = page().rstrip() + "\n", HERE / name
        if "--check" in sys.argv:
            if not path.is_file() or path.read_text(encoding="utf-8") != text:
                stale.append(name)
        else:
            path.write_text(text, encoding="utf-8")
    if stale:
        sys.stderr.write(f"Stale: {', '.join(stale)}; run python docs/make.py\n")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
