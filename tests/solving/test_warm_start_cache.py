"""Warm start cache: stored bases are found again by case, scenario and steps; a bad file is ignored with a line in the log."""

import json
import logging

import numpy as np
import pytest
from helpers import cli
from helpers.random_cases import random_case

import energy_model as em
from energy_model.optimization import highs_methods
from energy_model.optimization.highs_methods import WARM_METHODS
from energy_model.optimization.warm_start import WarmStart
from energy_model.solving import solve as solving
from energy_model.solving import warm_start_cache

CHANGE = "conversions.pump.investment_cost *= 0.6"


@pytest.fixture
def case(tmp_path, monkeypatch):
    """A case that is stored however small it is."""
    monkeypatch.setattr(solving, "MAX_SIMPLEX_NONZEROS", 0)
    return random_case(tmp_path / "case", 4)


@pytest.fixture
def cache(tmp_path):
    return em.WarmStartCache(tmp_path / "cache")


def solved(case, cache, *changes, steps="full"):
    return em.solve(em.load_case(case, overrides=changes, resolution=steps), warm_starts=cache)


def stored(cache):
    return list(cache.folder.glob("*.npz"))


def test_a_change_starts_from_the_stored_basis_and_has_the_same_plan(case, cache):
    cold = solved(case, cache)
    assert cold.metadata["solver"]["method"] not in WARM_METHODS
    (path,) = stored(cache)
    before = path.read_bytes()
    warm, alone = solved(case, cache, CHANGE), em.solve(em.load_case(case, overrides=[CHANGE], resolution="full"))  # fmt: skip
    assert warm.metadata["solver"]["method"] in WARM_METHODS
    assert alone.metadata["solver"]["method"] not in WARM_METHODS
    sizes = "capacities"
    assert np.allclose(warm.tables[sizes]["capacity"], alone.tables[sizes]["capacity"], atol=1e-7)
    assert path.read_bytes() == before  # a warm start leaves the stored basis as it is
    again = solved(case, cache)
    assert again.dataset.equals(cold.dataset)


def test_small_cases_are_solved_without(tmp_path, cache):
    solved(random_case(tmp_path / "case", 4), cache)
    assert stored(cache) == []


def test_each_resolution_has_its_own_file_and_the_oldest_are_removed(case, cache, monkeypatch):
    monkeypatch.setattr(warm_start_cache, "MAX_FILES", 2)
    for steps in (3, 4, 5):
        solved(case, cache, steps=steps)
    assert len(stored(cache)) == 2


@pytest.mark.parametrize("fault", ["empty", "text", "cut", "version", "another"])
def test_a_file_that_cannot_be_used_is_ignored_with_a_line_in_the_log(fault, case, cache, caplog):
    first = solved(case, cache)
    (path,) = stored(cache)
    content = path.read_bytes()
    with np.load(path) as stored_arrays:
        arrays = dict(stored_arrays)
    if fault == "empty":
        path.write_bytes(b"")
    elif fault == "text":
        path.write_text("no archive")
    elif fault == "cut":
        path.write_bytes(content[: len(content) // 2])
    elif fault == "version":
        np.savez(path, **arrays | {"format": np.array(99)})
    else:
        np.savez(path, format=arrays["format"])
    with caplog.at_level(logging.WARNING):
        again = solved(case, cache)
    assert again.dataset.equals(first.dataset)
    if fault != "another":
        assert "is ignored" in caplog.text


def test_a_folder_that_cannot_be_written_is_told_in_the_log(case, tmp_path, caplog):
    (tmp_path / "file").write_text("")
    with caplog.at_level(logging.WARNING):
        run = solved(case, em.WarmStartCache(tmp_path / "file"))
    assert run.metadata["certificate"]["holds"]
    assert "is not stored" in caplog.text


def test_a_system_without_folder_and_an_empty_start_are_not_stored(case, cache):
    system = em.load_case(case, resolution="full")
    cache.save(system, WarmStart())
    cache.save(system.at(system.steps), WarmStart())
    assert not cache.load(system.at(system.steps)).is_set
    assert stored(cache) == []


@pytest.mark.slow
def test_runs_from_the_command_line_start_from_each_other(case, tmp_path, monkeypatch):
    """The first run stores the basis in the user's cache, the second one starts from it, --cold does not."""
    monkeypatch.setattr(highs_methods, "MAX_SIMPLEX_NONZEROS", 0)  # small cases are large ones
    methods = []
    for number, words in enumerate(([], ["--set", "carriers.co2.price=50"], ["--set", "carriers.co2.price=50", "--cold"])):  # fmt: skip
        out = tmp_path / str(number)
        said = cli.call("run", case, "--out", out, *words)
        assert said.code == 0, said.err
        methods.append(json.loads((out / "metadata.json").read_text())["solver"]["method"])
    assert methods[0] == methods[2] == "hipo, crossover"
    assert methods[1] in WARM_METHODS
