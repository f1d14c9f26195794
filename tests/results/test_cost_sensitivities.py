"""What an answer leans on: each number's weight is what the least cost does when it is moved."""

import pytest
from helpers import cli

import energy_model as em
from energy_model.results.cost_sensitivities import MOVED_SHARE, cost_sensitivities

MOVED = 1e-3


@pytest.fixture(scope="module")
def case():
    return em.load_case(cli.original(), resolution=24)


@pytest.mark.slow
def test_each_weight_is_how_the_least_cost_moves(case):
    """Moved by a thousandth, the year costs a tenth of what a hundredth is told to cost; to first order, from below."""
    run = em.solve(case)
    found = cost_sensitivities(run, case.sources, most=8)
    assert set(found["table"]) >= {"demands"}
    assert (found["more"].abs().diff().dropna() <= 1e-6).all()  # the weightiest first
    for row in found.itertuples(index=False):
        moved = em.load_case(cli.original(), overrides=[f"{row.table}.{row.row}.{row.column} *= {1 + MOVED}"], resolution=24)  # fmt: skip
        change = em.solve(moved).objective - run.objective
        assert change == pytest.approx(row.more * MOVED / MOVED_SHARE, rel=0.03, abs=3), row


def test_each_number_is_told_with_its_source(case):
    found = cost_sensitivities(em.solve(case), case.sources)
    assert set(found["kind"]) <= {"source", "assumption", "none"}
    sourced = found[found["kind"] == "source"]
    assert (sourced["publication"] != "").all()
    assert cost_sensitivities(em.solve(case), case.sources.iloc[:0])["kind"].eq("none").all()


def test_assets_of_a_technology_that_share_its_number_are_one_row(tmp_path):
    """Two plants of one technology, 3 MW at 40 EUR a MW: 1 % more of its investment costs 1.2 EUR, whoever owns it."""
    from helpers import case_builder

    plants = [case_builder.plant(name, technology="boiler", max_capacity_added=size) for name, size in (("a", 1), ("b", 2))]  # fmt: skip
    case = case_builder.write(
        tmp_path / "case", 1, technologies=[{"technology": "boiler", "capacity_unit": "MW", "investment_cost": 40, "lifetime": 1}],
        conversions=plants, flows=[case_builder.flow("boiler", "heat", 1)], demands=[case_builder.demand(yearly=3)],
    )  # fmt: skip
    system = em.load_case(case)
    found = cost_sensitivities(em.solve(system), system.sources).set_index(
        ["table", "row", "column"]
    )
    assert found.at[("technologies", "boiler", "investment_cost"), "more"] == pytest.approx(1.2, rel=1e-6)  # fmt: skip
    assert ("conversions", "a", "investment_cost") not in found.index


def test_a_tariff_is_one_number_for_all_that_pay_it():
    """1 % more of the tariff of 10 costs 0.1 for each of 3 MWh; the pump pays its own 4 for half a MWh, and the tax of all."""
    from helpers import case_builder

    system = case_builder.system(
        1,
        markets=[case_builder.market(price=50, tariff=1)],
        demands=[case_builder.demand("light", "power", 1), case_builder.demand("shop", "power", 2), case_builder.demand()],
        conversions=[case_builder.plant("pump", capacity_existing=1)],
        flows=[case_builder.flow("pump", "heat", 1), case_builder.flow("pump", "power", -0.5)],
        tariffs=[{"carrier": "power", "payer": "*", "tariff": 10, "tax": 2}, {"carrier": "power", "payer": "pump", "tariff": 4}],
    )  # fmt: skip
    found = cost_sensitivities(em.solve(system), system.sources)
    more = found.set_index(["table", "row", "column"])["more"]
    assert more["tariffs", "power:*", "tariff"] == pytest.approx(0.3)
    assert more["tariffs", "power:pump", "tariff"] == pytest.approx(0.02)
    assert more["tariffs", "power:*", "tax"] == pytest.approx(0.07)
    assert more["markets", "grid", "tariff"] == pytest.approx(0.035)
    assert more["demands", "light", "yearly"] == pytest.approx(0.01 * (50 + 1 + 12))
