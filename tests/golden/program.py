"""The program as the golden files see it: the one file to change when modules or functions are renamed."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyomo.environ as pyo
import typer
from golden.algebra import Line

import energy_model as em
from energy_model.cli import app
from energy_model.compiler.matrix import Matrix, compile_model
from energy_model.formulation import build_model


@dataclass(frozen=True)
class Compiled:
    """A compiled case as lines: rows, columns and constants."""

    rows: list[Line]
    columns: list[Line]
    constants: list[Line]


def compiled(system: em.System) -> Compiled:
    """The matrix of a case with the name of every row and column."""
    model = build_model(system)
    matrix = compile_model(model)
    columns = _names(model, matrix.columns, matrix.A.shape[1])
    rows = _names(model, matrix.rows, matrix.A.shape[0])
    return Compiled(
        list(_rows(matrix, rows, columns)), list(_columns(matrix, columns)), _constants(matrix)
    )


def commands() -> dict[str, list[str]]:
    """Every command of the program by the words it is called with."""
    found: dict[str, list[str]] = {"energy-model": []}

    def walk(command: object, words: list[str]) -> None:
        for name, below in sorted(getattr(command, "commands", {}).items()):
            found[" ".join([*words, name])] = [*words, name]
            walk(below, [*words, name])

    walk(typer.main.get_command(app.app), [])
    return found


def studies(case: Path, out: Path) -> dict[str, Path]:
    """Every kind of study, answered in this process with small settings; the folder of each."""
    execution = em.ExecutionOptions(workers=0, keep_runs=False)
    futures = {"dear_gas": "dear_gas"}
    settings = tomllib.loads((case / "case.toml").read_text(encoding="utf-8"))["profiles"]
    free = ["case.emissions.target = none"]  # every firm alone has a plan
    asked = {
        "sweep": lambda at: em.sweep(case, {"carriers.co2.price": [50, 150], "scenario": ["dear_gas"]}, at, execution=execution),
        "sweep_morris": lambda at: em.sweep(case, MORRIS, at, design="morris", samples=2, execution=execution),
        "pareto": lambda at: em.pareto_front(case, "farmland", 3, at, execution=execution),
        "near_optimal": lambda at: em.near_optimal(case, [0.02], plans=2, output=at, execution=execution),
        "regret": lambda at: em.regret(case, futures, output=at, execution=execution),
        "weather_years": lambda at: em.weather_years(case, em.synthetic_years(settings, [1]), at, execution=execution),
        "ranging": lambda at: em.ranging(case, ["conversions.solar_park.investment_cost"], max_change=0.2, output=at, execution=execution),
        "symbiosis": lambda at: em.symbiosis(em.CaseSpec(case, overrides=free), at, execution=execution),
        "siting": lambda at: em.siting(case, "field_solar=3", output=at, execution=execution),
        "preferences": lambda at: em.preferences(case, {"weighed": {"citizens_points": 2000}}, {"limited": {"farmland": 10}}, points=3, output=at, execution=execution),
    }  # fmt: skip
    return {name: ask(out / name).folder for name, ask in asked.items()}


MORRIS = {"carriers.gas.price": "30..60"}


def _names(model: pyo.Model, places: dict, size: int) -> list[str]:
    """The name of every row or column, in order."""
    names = [""] * size
    for family, (first, shape) in places.items():
        component, count = model.component(family), int(np.prod(shape, dtype=int))
        indices: Iterable = component.index_set() if component.is_indexed() else [None]
        if component.is_indexed() and len(component.index_set()) != count:
            indices = [index for index in component if component[index].active]
        for at, index in enumerate(indices):
            names[first + at] = family + _index(index)
    assert all(names)
    assert len(set(names)) == size
    return names


def _index(index: object) -> str:
    if index is None:
        return ""
    members = index if isinstance(index, tuple) else (index,)
    return "[" + ",".join(str(member).replace(" ", "_") for member in members) + "]"


def _rows(matrix: Matrix, names: list[str], columns: list[str]) -> Iterable[Line]:
    A = matrix.A
    for i, name in enumerate(names):
        place = slice(A.indptr[i], A.indptr[i + 1])
        terms = [columns[j] for j in A.indices[place]]
        values = dict(zip(terms, A.data[place].tolist(), strict=True))
        yield Line(name, float(matrix.row_lower[i]), float(matrix.row_upper[i]), values)


def _columns(matrix: Matrix, names: list[str]) -> Iterable[Line]:
    entries = {name: cost for name, (cost, _) in matrix.entries.items()}
    for j, name in enumerate(names):
        values = {f"entry:{entry}": float(cost[j]) for entry, cost in entries.items() if cost[j]}
        values |= {"cost": float(matrix.cost[j])} if matrix.cost[j] else {}
        values |= {"whole": 1.0} if matrix.integer[j] else {}
        yield Line(name, float(matrix.lower[j]), float(matrix.upper[j]), values)


def _constants(matrix: Matrix) -> list[Line]:
    found = {"cost": matrix.offset}
    found |= {f"entry:{name}": constant for name, (_, constant) in matrix.entries.items()}
    return [Line(name, float(value), float(value), {}) for name, value in found.items()]
