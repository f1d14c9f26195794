"""What the program says of the grown village, as files: tables, JSON of every command and study, and sentences."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import pandas as pd
import xarray as xr
from golden import grown_village, program
from helpers import case_builder, cli
from helpers.full_feature_case import EVERYTHING

DIGITS = 9  # significant digits that are stored
ZERO = 1e-8  # smaller numbers are stored as zero
# What differs from run to run, or gains parts as the program grows: paths, times, versions and digests.
VOLATILE = {"run", "study", "written", "folder", "seconds", "versions", "digest", "created", "log"}
# What has several best answers: prices in years whose plan is held, and of sums that other preferences weigh.
PRICES = ("emission_target_shadow_price", "heat_price", "electricity_price", "gas_price")
LEFT_OUT = {
    "study_regret": PRICES,
    "study_weather_years": PRICES,
    "study_preferences": (*PRICES, "price of "),
}
NOTHING = 1e-6  # rows of smaller numbers only are left out, as they come and go with rounding
PROSE = {"warnings", "sentences", "notes", "reason"}  # keys that hold sentences for the reader
WIDTH = 100  # characters of a line of help texts
Files = dict[str, str]


def of_help() -> Files:
    """The help text of every command."""
    found = {}
    with mock.patch.dict(os.environ, {"COLUMNS": str(WIDTH), "NO_COLOR": "1"}):
        for name, words in program.commands().items():
            said = cli.call(*words, "--help")
            assert said.code == 0, said.err
            # The name the program is called by is that of whoever runs the tests.
            text = re.sub(r"^Usage: .*?energy-model", "Usage: energy-model", said.out.strip())
            lines = [line.rstrip() for line in text.splitlines()]
            found[f"help/{name.replace(' ', '_')}.txt"] = "\n".join(lines) + "\n"
    return found


def of_run(folder: Path) -> Files:
    """`results.nc` and every table of a run."""
    found = {"json/results.json": as_text(dataset(folder / "results.nc"))}
    for path in sorted(folder.glob("*.csv")):
        frame = pd.read_csv(path, keep_default_na=False)
        frame = frame[[not is_nothing(row) for row in frame.to_dict("records")]]
        text = frame.map(rounded).to_csv(index=False, lineterminator="\n")
        found[f"tables/{path.name}"] = text
    return found


def dataset(path: Path) -> dict[str, Any]:
    """Every variable of a file and of its groups, a line each; the file's own attributes but the volatile ones."""
    found: dict[str, Any] = {}
    with xr.open_datatree(path, engine="netcdf4") as tree:
        attributes = {k: v for k, v in tree.attrs.items() if k not in VOLATILE}
        found["attributes"] = {k: cleaned(v) for k, v in attributes.items()}
        for node in tree.subtree:
            data = node.to_dataset(inherit=False)
            for name in sorted(map(str, data.variables)):
                found[f"{node.path.rstrip('/')}/{name}"] = described(data[name])
    return found


def described(data: xr.DataArray) -> dict[str, Any]:
    """Dimensions, shape, kind, attributes and values of a variable."""
    values = data.to_numpy().ravel()
    told: dict[str, Any] = {"dims": " ".join(map(str, data.dims)), "shape": list(data.shape)}
    told |= {str(key): str(value) for key, value in sorted(data.attrs.items())}
    if values.dtype.kind in "fiub":
        kind = {"f": "number", "i": "integer", "u": "integer", "b": "truth"}[values.dtype.kind]
        numbers = values.astype(float)
        known = numbers[np.isfinite(numbers)]
        weights = np.cos(np.arange(len(numbers)))[np.isfinite(numbers)]
        told |= {"kind": kind, "known": len(known), "sum": rounded(known.sum())}
        # The weighted sum changes if values change places.
        told["weighted_sum"] = rounded(known @ weights)
        told |= {"min": rounded(known.min()), "max": rounded(known.max())} if len(known) else {}
        told["first"] = [rounded(v) if np.isfinite(v) else str(v) for v in numbers[:8].tolist()]
    else:
        told |= {"kind": "text", "first": [str(value) for value in values[:60]]}
    return told


def of_commands(folder: Path) -> tuple[Path, Files]:
    """The JSON of every command, asked about the grown village; the folder of its run."""
    case, base, dear = grown_village.write(folder), folder / "base", folder / "dear"
    four_hours = case_builder.write(
        folder / "four_hours", 4, **EVERYTHING
    )  # quick to write as a workbook
    calls: dict[str, list[object]] = {
        "check": ["check", case],
        "run": ["run", case, "--out", base],
        "run_again": ["run", case, "--out", base],
        "run_dear_gas": ["run", case, "--scenario", "dear_gas", "--out", dear],
        "show": ["show", base],
        "verify": ["verify", base],
        "explain": ["explain", base, "tank", "heat", "emissions", "field:field", "gas_boiler_glass"],
        "explain_first": ["explain", base],
        "accounts": ["accounts", base],
        "accounts_electricity": ["accounts", base, "--carrier", "electricity"],
        "compare": ["compare", base, dear],
        "compare_without": ["compare", case, "--without", "tank", "--out", folder / "without"],
        "table": ["excel", "export", four_hours, "--to", folder / "book.xlsx"],
        "table_back": ["excel", "import", folder / "book.xlsx", "--to", folder / "back"],
        "export": ["export", four_hours, "--to", "pypsa", "--out", folder / "network.nc"],
        "profiles": ["timeseries", "generate", case, "--seed", 2, "--out", folder / "year.csv"],
        "init": ["init", folder / "new"],
        "fetch_list": ["timeseries", "fetch", "--list"],
        "no_such_case": ["run", "no_such_case"],
        "no_such_row": ["run", case, "--set", "carriers.gass.price = 1"],
    }  # fmt: skip
    found: Files = {}
    for name, arguments in calls.items():
        said = cli.call(*arguments, "--json")
        content = {"exit_code": said.code, "told": json.loads(said.out)}
        found |= split(name, content, folder)
    return base, found


def of_studies(folder: Path) -> Files:
    """The JSON of every study, as `study show` tells it."""
    found: Files = {}
    for name, place in program.studies(grown_village.write(folder), folder).items():
        said = cli.call("study", "show", place, "--json")
        assert said.code == 0, said.err
        found |= split(f"study_{name}", json.loads(said.out), folder)
    return found


def split(name: str, content: Any, folder: Path) -> Files:
    """JSON without its sentences, and the sentences, as two files."""
    said: list[str] = []
    kept = without(cleaned(content, folder), LEFT_OUT.get(name, ()))
    bare = without_sentences(kept, "", said)
    found = {f"json/{name}.json": as_text(bare)}
    return found | ({f"prose/{name}.txt": "\n".join(said) + "\n"} if said else {})


def cleaned(value: Any, folder: Path | None = None) -> Any:
    """A value without volatile keys, paths cut, numbers rounded."""
    if isinstance(value, dict):
        return {k: cleaned(v, folder) for k, v in value.items() if k not in VOLATILE}
    if isinstance(value, list | tuple):
        return [cleaned(inner, folder) for inner in value if not is_nothing(inner)]
    if isinstance(value, str):
        return value.replace(str(folder), "FOLDER") if folder is not None else value
    return rounded(value)


def without(value: Any, keys: tuple[str, ...]) -> Any:
    """A value without keys that begin with one of some texts."""
    if isinstance(value, dict) and keys:
        return {k: without(v, keys) for k, v in value.items() if not str(k).startswith(keys)}
    return [without(inner, keys) for inner in value] if isinstance(value, list) else value


def is_nothing(value: Any) -> bool:
    """Whether a value is a row whose numbers are all next to zero."""
    if not isinstance(value, dict):
        return False
    numbers = [v for v in value.values() if isinstance(v, float) and np.isfinite(v)]
    whole = any(isinstance(v, int) and v for v in value.values())
    nested = any(isinstance(v, dict | list) for v in value.values())
    return bool(numbers) and not whole and not nested and max(map(abs, numbers)) < NOTHING


def rounded(value: Any) -> Any:
    """A number with nine significant digits; anything else as it is."""
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, float | np.floating):
        return 0.0 if abs(value) < ZERO else float(f"{value:.{DIGITS}g}")
    return value.item() if isinstance(value, np.integer) else value


def without_sentences(value: Any, at: str, said: list[str]) -> Any:
    """A value whose sentences are moved to a list, each with the place it stood in."""
    if at.rpartition("/")[2] in PROSE and value not in (None, ""):
        texts = value if isinstance(value, list) else [value]
        said += [f"{at}: {' '.join(str(text).split())}" for text in texts]
        return "(sentences)"
    if isinstance(value, dict):
        return {key: without_sentences(v, f"{at}/{key}", said) for key, v in value.items()}
    if isinstance(value, list):
        return [without_sentences(v, f"{at}/{i}", said) for i, v in enumerate(value)]
    if isinstance(value, str) and (value.count(" ") >= 6 or value.endswith(".")):
        said.append(f"{at}: {' '.join(value.split())}")
        return "(sentence)"
    return value


def as_text(content: Any) -> str:
    """JSON in which innermost lists and objects stand on one line."""
    return "\n".join(_lines(content, "")) + "\n"


def _lines(value: Any, indent: str) -> list[str]:
    flat = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, dict | list) or not value or len(flat) + len(indent) <= WIDTH:
        return [flat]
    inner, told = indent + " ", []
    for key, item in value.items() if isinstance(value, dict) else enumerate(value):
        below = _lines(item, inner)
        name = f"{json.dumps(key, ensure_ascii=False)}: " if isinstance(value, dict) else ""
        told += [f"{inner}{name}{below[0]}", *below[1:]]
        told[-1] += ","
    told[-1] = told[-1][:-1]
    opened, closed = "{}" if isinstance(value, dict) else "[]"
    return [opened, *told, indent + closed]
