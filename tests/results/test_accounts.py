"""Accounts at marginal prices: each sheet closes, all sum to the cost of the system, and bills are what is owed."""

import numpy as np
import pytest
from helpers import case_builder, random_cases, scheme_case, two_hour_case
from helpers.full_feature_case import EVERYTHING, WITH_TARIFFS

import energy_model as em
from energy_model.results.account_lines import CLIMATE, RENTS, ROUNDING, TARGET_VALUE

CLOSE = 1e-6


def solved(hours, **parts):
    """The answer of a case written for the occasion, with its program in memory."""
    return em.solve(case_builder.system(hours, **parts))


def closes(run):
    """Every name's lines sum to its rents, within a millionth of its largest line; what rounding leaves is as small."""
    book = em.accounts(run)
    wanted = set(run.tables["names"].index[run.tables["names"]["table"] == "demands"])
    largest = book.lines.groupby("name")["amount"].apply(lambda a: a.abs().max())
    left = book.lines.groupby("name")["amount"].sum()
    rents = book.rents.groupby("name")["amount"].sum().reindex(left.index, fill_value=0.0)
    names = [n for n in left.index if n not in wanted and n not in ("limits", "residual emissions")]
    assert len(names) > 2
    for name in names:
        assert abs(left[name] - rents[name]) <= CLOSE * largest[name] + 1e-9, name
    rounding = book.rents[book.rents["line"] == ROUNDING].set_index("name")["amount"]
    for name in names:
        assert abs(rounding.get(name, 0.0)) <= CLOSE * largest[name] + 1e-6, name
    return book


def sums(run, book):
    """All accounts are the cost of the system."""
    whole = book.lines["amount"].abs().sum()
    assert book.lines["amount"].sum() == pytest.approx(-run.objective, abs=1e-9 * whole + 1e-6)
    everybody = em.stakeholder_accounts(run, book)
    assert everybody["balance"].sum() == pytest.approx(-run.objective, abs=1e-9 * whole + 1e-6)
    unpaid, shadow = (
        run.summary[name] for name in ("emission_payments_nobody", "emission_target_shadow_price")
    )
    without = everybody["balance_without_target_value"]
    assert without.sum() == pytest.approx(unpaid - run.objective, abs=1e-9 * whole + 1e-6)
    assert everybody["target_value"].sum() == pytest.approx(-unpaid, abs=1e-9 * whole + 1e-6)
    assert (without + everybody["target_value"]).tolist() == pytest.approx(
        everybody["balance"].tolist()
    )
    climate = book.lines[(book.lines["name"] == CLIMATE) & (book.lines["line"] == TARGET_VALUE)]
    value = shadow * run.summary["net_emissions"]
    assert climate["amount"].sum() == pytest.approx(value, abs=1e-6 * whole + 1e-6)
    assert everybody["emitted"].sum() == pytest.approx(run.summary["net_emissions"], abs=1e-6)


@pytest.mark.parametrize("parts", [EVERYTHING, WITH_TARIFFS], ids=["everything", "tariffs"])
def test_everything_closes(parts):
    run = em.solve(case_builder.system(4, **parts))
    sums(run, closes(run))


def test_a_firm_pays_the_tariff_of_what_it_takes():
    """The pump's firm pays 50 and 4 + 1 for half a MWh, the light's 50 and 10 + 1 for two."""
    run = solved(
        1,
        firms=[{"firm": "heater"}, {"firm": "people", "party": "citizens"}],
        markets=[case_builder.market(price=50)],
        demands=[case_builder.demand("light", "power", 2, firm="people"), case_builder.demand()],
        conversions=[case_builder.plant("pump", capacity_existing=1, firm="heater")],
        flows=[case_builder.flow("pump", "heat", 1), case_builder.flow("pump", "power", -0.5)],
        tariffs=[
            {"carrier": "power", "payer": "*", "tariff": 10, "tax": 1},
            {"carrier": "power", "payer": "pump", "tariff": 4},
        ],
    )
    book = em.accounts(run)
    parties = em.stakeholder_accounts(run, book)
    assert parties.loc["people", ["takes", "cost"]].tolist() == pytest.approx([-100, -22])
    assert parties.loc["heater", ["takes", "cost"]].tolist() == pytest.approx([-25, -2.5])
    assert parties["balance"].sum() == pytest.approx(-run.objective)
    lines = book.of("pump").set_index("line")["amount"]
    assert lines[["tariffs", "taxes"]].tolist() == pytest.approx([-2, -0.5])
    owed = em.customer_bills(run, "power").loc["light"]
    assert owed[["marginal_price", "tariff", "price", "bill"]].tolist() == pytest.approx([50, 11, 61, 122])  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_thrown_cases_close(tmp_path, seed):
    run = em.solve(em.load_case(random_cases.random_case(tmp_path / "case", seed)))
    sums(run, closes(run))


@pytest.mark.slow
def test_a_run_on_disk_tells_the_same(tmp_path):
    """From memory and from the folder: the same lines, for prices are kept to the last digit."""
    run = em.solve(case_builder.system(4, **EVERYTHING))
    opened = em.open_run(em.save(run, tmp_path / "run"))
    one, other = em.accounts(run), em.accounts(opened)
    for a, b in ((one.lines, other.lines), (one.rents, other.rents)):
        keys = [c for c in ("name", "line", "of") if c in a]
        first, second = (f.sort_values([*keys, "amount"])[[*keys, "amount"]].to_numpy() for f in (a, b))  # fmt: skip
        assert (first[:, :-1] == second[:, :-1]).all()
        assert np.allclose(first[:, -1].astype(float), second[:, -1].astype(float))
    sums(opened, closes(opened))
    assert np.allclose(
        em.stakeholder_accounts(run)["balance"], em.stakeholder_accounts(opened)["balance"]
    )


def test_what_is_built_to_its_limit_has_a_rent():
    """Sun at 80 a MW earns 100 and half a MW may be added: 10 a year are the limit's."""
    run = solved(
        2,
        markets=[case_builder.market(price=50)],
        demands=[case_builder.demand("light", "power", 2)],
        conversions=[
            case_builder.plant(
                "sun", "power", max_capacity_added=0.5, investment_cost=80, lifetime=1
            )
        ],
        flows=[case_builder.flow("sun", "power", 1)],
    )
    book = em.accounts(run)
    lines = book.of("sun").set_index("line")["amount"]
    assert lines.to_dict() == pytest.approx({"delivers": 50, "investment_annuity": -40})
    rents = book.rents[book.rents["name"] == "sun"].set_index("line")["amount"]
    assert rents["rent of the most that may be added"] == pytest.approx(10)
    assert set(rents.index) <= set(RENTS)


def test_seasons_sum_to_the_year(tmp_path):
    """Income by season is the income; a case of two hours is all winter."""
    run = em.solve(
        em.load_case(two_hour_case.write(tmp_path / "case"), overrides=["carriers.co2.price = 30"])
    )
    lines = em.accounts(run).lines
    traded = lines[lines["line"].isin(["delivers", "takes"])]
    assert traded["winter"].tolist() == pytest.approx(traded["amount"].tolist())
    assert traded[["spring", "summer", "autumn"]].abs().to_numpy().max() == 0


@pytest.mark.slow
def test_parties_of_a_case(tmp_path):
    """The sunny firm sells 1 MWh at what the market asks with its emissions, 50 + 0.5 x 30; citizens pay for 2."""
    case = two_hour_case.write(
        tmp_path / "case",
        firms=[{"firm": "sunny"}, {"firm": "people", "party": "citizens"}],
        demands=[case_builder.demand("light", "power", 2, penalty=900, firm="people")],
    )
    run = em.solve(em.load_case(case, overrides=["carriers.co2.price = 30"]))
    table = em.stakeholder_accounts(run)
    assert table.loc["people", ["kind", "takes"]].tolist() == ["citizens", pytest.approx(-130)]
    sunny = table.loc["sunny"]
    assert sunny["delivers"] == pytest.approx(65)
    assert sunny["cost"] == pytest.approx(-60)
    assert sunny["balance"] == pytest.approx(5)
    assert (sunny["land_use_field"], sunny["citizens_points"], sunny["firms_points"]) == pytest.approx((0.5, 1, 0.5))  # fmt: skip
    assert table.loc["nobody named", "emitted"] == pytest.approx(0.5)  # the market's
    assert table["balance"].sum() == pytest.approx(-run.objective)


def network_case():
    """Heat made at a for 10 a MWh, wanted at a and b; the pipe to b stands, costs 12 a year and is never full."""
    return solved(
        2,
        sites=[{"site": "a"}, {"site": "b"}],
        markets=[case_builder.market("source", "heat", price=10) | {"site": "a"}],
        demands=[case_builder.demand("near", yearly=2) | {"site": "a"}, case_builder.demand("far", yearly=4) | {"site": "b"}],
        links=[{"link": "pipe", "carrier": "heat", "from_site": "a", "to_site": "b", "capacity_existing": 6, "fixed_cost": 2}],
    )  # fmt: skip


def test_a_network_that_earns_nothing_is_charged_to_all():
    """No price difference pays the pipe: 12 over 6 MWh, 2 on every MWh; at cost it is the same."""
    owed = em.customer_bills(network_case(), "heat")
    assert owed["marginal_price"].tolist() == pytest.approx([10, 10])
    assert owed["network_charge"].tolist() == pytest.approx([2, 2])
    assert owed["price_at_cost"].tolist() == pytest.approx([12, 12])
    assert owed["bill"].to_dict() == pytest.approx({"far": 48, "near": 24})


def test_at_cost_rents_go_back_to_those_who_pay():
    """A plant of 1 MW that runs for nothing earns 20 at the price of the market: at cost nobody owes that."""
    run = solved(
        2,
        markets=[case_builder.market("source", "heat", price=10)],
        demands=[case_builder.demand(yearly=4)],
        conversions=[case_builder.plant("spring", capacity_existing=1)],
        flows=[case_builder.flow("spring", "heat", 1)],
    )
    owed = em.customer_bills(run, "heat")
    assert owed["bill"].sum() == pytest.approx(40)
    assert owed["bill_at_cost"].sum() == pytest.approx(20)


def test_bills_of_what_nobody_wants_are_none():
    assert em.customer_bills(network_case(), "power").empty


@pytest.mark.slow
def test_accounts_do_not_depend_on_the_order_of_rows():
    """Turned around, the same tables give the same accounts."""
    one = em.solve(case_builder.system(4, **EVERYTHING))
    turned = {k: v[::-1] if isinstance(v, list) and k not in ("sites",) else v for k, v in EVERYTHING.items()}  # fmt: skip
    other = em.solve(case_builder.system(4, **turned))
    a, b = em.stakeholder_accounts(one)["balance"], em.stakeholder_accounts(other)["balance"]
    assert np.allclose(a.sort_index(), b.sort_index(), atol=1e-5)


def test_what_nobody_pays_has_a_line_of_its_own():
    """A tonne costs 10 / 0.1 = 100 EUR where coal gives way to oil: 50 are paid under a scheme, 50 are the target's.

    Emitted are 0.15 t of half the coal, 0.3 t of oil, 0.2 t of kilns, -0.4 t of forest, 3 t of farming, 1 t of industry.
    """
    run = em.solve(case_builder.system(1, **scheme_case.parts(target=4.25)))
    book = closes(run)
    sums(run, book)
    lines = book.lines.groupby(["name", "line"])["amount"].sum()
    names = ["coal_market", "oil_market", "kiln_here", "forest", "residual emissions", CLIMATE]
    paid = {name: lines.get((name, "emissions"), 0.0) for name in names}
    assert paid == pytest.approx(
        dict(zip(names, [-7.5, -15, -10, 0, -50, 0], strict=True)), abs=1e-6
    )
    value = {name: lines[name, TARGET_VALUE] for name in names}
    assert value == pytest.approx(dict(zip(names, [-7.5, -15, -10, 40, -350, 212.5], strict=True)))
    everybody = em.stakeholder_accounts(run, book)
    assert everybody["target_value"].sum() == pytest.approx(-130)
    assert everybody["balance_without_target_value"].sum() == pytest.approx(130 - run.objective)


def test_accounts_close_where_net_emissions_are_zero():
    """At a target of zero the payments of others are earned back by nobody: those who pay still pay."""
    residuals = [{"residual": "farming", "sector": "farming", "amount": -0.25}]
    run = em.solve(
        case_builder.system(1, **scheme_case.parts(target=0, residual_emissions=residuals))
    )
    assert run.summary["net_emissions"] == pytest.approx(0, abs=1e-9)
    book = closes(run)
    sums(run, book)
    paid = em.stakeholder_accounts(run, book)["emissions"].sum()
    schemes = ("ets", "ets2", "tax")
    assert paid == pytest.approx(-sum(run.summary[f"emission_payments_{name}"] for name in schemes))
