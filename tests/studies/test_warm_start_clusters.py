"""Cases that begin where a near one ended: which they are, and that no answer depends on it."""

import numpy as np
import pytest

import energy_model as em
from energy_model.studies.runner import warm_start_clusters
from energy_model.studies.runner.store import StudyStore
from energy_model.studies.runner.study_case import StudyCase
from energy_model.studies.runner.warm_start_clusters import assign_warm_starts

PRICE = "markets.grid.price"


def line(count):
    return [StudyCase({"x": float(i)}, (f"a.b.c = {i}",)) for i in range(count)]


def test_few_cases_have_none():
    assert not any(
        case.is_warm_start or case.warm_start_from for case in assign_warm_starts(line(11))
    )


def test_each_begins_at_the_nearest_of_about_the_root_of_all():
    """On a line of 100 ten anchors; nobody is farther from its own than from another."""
    found = assign_warm_starts(line(100))
    ends = {case.key: case.inputs["x"] for case in found if case.is_warm_start}
    assert len(ends) == 10
    for case in found:
        if not case.is_warm_start:
            here = case.inputs["x"]
            own = abs(ends[case.warm_start_from] - here)
            assert own == min(abs(x - here) for x in ends.values())
            assert own <= 10


def test_the_order_of_answers_is_that_of_the_list():
    assert [case.inputs["x"] for case in assign_warm_starts(line(20))] == list(
        map(float, range(20))
    )
    assert [case.key for case in assign_warm_starts(line(20))] == [case.key for case in line(20)]


def test_words_lie_apart():
    """Two scenarios are as far from each other as the ends of a range: each has an anchor."""
    cases = [StudyCase({"scenario": name, "x": x / 10}, (f"a.b.c = {x}",), name) for name in ("one", "two") for x in range(8)]  # fmt: skip
    found = assign_warm_starts(cases)
    assert {case.inputs["scenario"] for case in found if case.is_warm_start} == {"one", "two"}
    by_key = {case.key: case.inputs["scenario"] for case in found}
    assert all(
        by_key[c.warm_start_from] == c.inputs["scenario"] for c in found if c.warm_start_from
    )


def test_cases_that_are_all_alike_have_one():
    cases = [StudyCase({"x": 1.0}, (f"a.b.c = {i}",)) for i in range(12)]
    assert sum(case.is_warm_start for case in assign_warm_starts(cases)) == 1


@pytest.fixture
def prices():
    return {PRICE: [float(v) for v in np.linspace(40, 90, 16)]}


@pytest.mark.slow
def test_answers_are_those_without_anchors(case, here, tmp_path, prices, monkeypatch):
    """A year costs twice the price until sun at 60 and wind at 80 are cheaper."""
    found = em.sweep(case, prices, tmp_path / "a", execution=here).table
    assert len(list((tmp_path / "a" / "starts").glob("*.npz"))) == 5
    monkeypatch.setattr(warm_start_clusters, "MIN_CLUSTERED_CASES", 1000)
    plain = em.sweep(case, prices, tmp_path / "b", execution=here).table
    assert found["objective"].tolist() == pytest.approx(plain["objective"].tolist(), rel=1e-12)
    told = [min(p, 60) + min(p, 80) for p in prices[PRICE]]
    assert found["objective"].tolist() == pytest.approx(told)


@pytest.mark.slow
def test_an_anchor_without_a_plan_leaves_the_others_theirs(case, here, tmp_path):
    """All must be served and only so much can be bought: half the cases have no plan, anchors among them."""
    amounts = [float(v) for v in np.linspace(0.1, 3, 14)]
    always = ["demands.light.penalty = ", "conversions.*.max_capacity_added = 0"]
    found = em.sweep(em.CaseSpec(case, overrides=always), {"markets.grid.max_purchase": amounts}, tmp_path / "a", execution=here).table  # fmt: skip
    told = ["optimal" if amount >= 1 else "infeasible" for amount in amounts]
    assert found["status"].tolist() == told


@pytest.mark.slow
def test_two_workers_and_one_begin_alike(case, tmp_path, prices, here):
    one = em.sweep(case, prices, tmp_path / "a", execution=here)
    two = em.sweep(
        case, prices, tmp_path / "b", execution=em.ExecutionOptions(workers=2, keep_runs=False)
    )
    assert (one.folder / "cases.csv").read_bytes() == (two.folder / "cases.csv").read_bytes()


def test_a_warm_start_of_an_earlier_version_is_none(tmp_path):
    """A study begun with an earlier version has stored bases without names; its base case is solved again."""
    starts = tmp_path / "starts"
    starts.mkdir()
    ones = np.ones(2)
    np.savez(starts / "begin.npz", cost=ones, x=ones, columns=ones.astype(np.int8), rows=ones.astype(np.int8))  # fmt: skip
    assert StudyStore(tmp_path).load_warm_start() is None
