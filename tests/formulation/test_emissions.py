"""Emissions, checked against answers worked out by hand."""

import pytest
from helpers import case_builder, scheme_case

import energy_model as em

AIR = [
    {"carrier": "heat"}, {"carrier": "power"}, {"carrier": "gas", "price": 40, "emission_factor": 0.2}, {"carrier": "wood", "price": 70},
    {"carrier": "flue_gas", "unit": "t", "allow_spill": "yes"}, {"carrier": "captured", "unit": "t"}, {"carrier": "co2", "unit": "t", "price": 0},
]  # fmt: skip


FACTOR = """
[perspectives.factor]
discount_rate = 0.0
cost_components = ["price", "tariff", "tax"]
cost_factor = 1.28
"""


def heated(
    target='"none"', price=0.0, residual=0.0, case=None, solve=case_builder.solved, **columns
):
    """One MWh of heat from gas at 40 (0.2 t) or wood at 70 (0 t)."""
    carriers = [row | ({"price": price} if row["carrier"] == "co2" else {}) for row in AIR]
    return solve(
        1,
        target=target,
        **(case or {}),
        carriers=carriers,
        markets=[
            case_builder.market("gas_market", "gas"),
            case_builder.market("wood_market", "wood"),
        ],
        demands=[case_builder.demand(**columns)],
        conversions=[
            case_builder.plant("gas_boiler", capacity_existing=5),
            case_builder.plant("wood_boiler", capacity_existing=5),
        ],
        flows=[
            case_builder.flow("gas_boiler", "heat", 1),
            case_builder.flow("gas_boiler", "gas", -1),
            case_builder.flow("wood_boiler", "heat", 1),
            case_builder.flow("wood_boiler", "wood", -1),
        ],
        residual_emissions=[{"residual": "farming", "sector": "farming", "amount": residual}],
    )


def test_a_target_moves_the_fuel_and_its_price_is_the_difference():
    """With 0.05 t allowed a quarter is gas; a tonne is worth (70 - 40) / 0.2 = 150 EUR."""
    run = heated(target=0.05)
    assert run.objective == pytest.approx(0.25 * 40 + 0.75 * 70)
    assert run.summary["emission_target_shadow_price"] == pytest.approx(150)


def test_residual_emissions_count_towards_the_target():
    """0.05 t are left over already: nothing may be emitted by fuel."""
    run = heated(target=0.05, residual=0.05)
    assert run.objective == pytest.approx(70)
    assert run.summary["net_emissions"] == pytest.approx(0.05)


@pytest.mark.parametrize(("price", "cost"), [(100, 60), (149, 69.8), (151, 70)])
def test_a_price_of_emitting_is_paid_on_what_is_emitted(price, cost):
    """Gas costs 40 + 0.2 × price until wood at 70 is cheaper."""
    assert heated(price=price).objective == pytest.approx(cost)


def test_the_cost_factor_scales_the_whole_marginal_price_of_emissions():
    """A tonne less costs (70 - 40) / 0.2 = 150 EUR: 100 of price and 50 of target, times 1.28."""
    plain = heated(target=0.05, price=100)
    scaled = heated(target=0.05, price=100, case={"more": FACTOR, "perspective": "factor"})
    names = ("emission_price", "emission_target_shadow_price")
    assert [plain.summary[name] for name in names] == pytest.approx([100, 50])
    assert [scaled.summary[name] for name in names] == pytest.approx([128, 64])
    assert scaled.objective == pytest.approx(1.28 * plain.objective)


def test_the_emission_price_is_explained_with_the_cost_factor():
    def solve(hours, **parts):
        return em.solve(case_builder.system(hours, **parts))

    case = {"more": FACTOR, "perspective": "factor"}
    run = heated(target=0.05, price=100, case=case, solve=solve)
    first, *_more = em.explain(run, "emissions", break_even=False)[0].sentences
    assert first == (
        "The emission price of the case is 100 EUR/t; the perspective counts 128 % of it, 128 EUR/t."
    )


def captured(target, use="store"):
    """Wood heat makes 0.4 t of flue gas a MWh; capture takes 0.9 of it at 100 EUR/t; it is stored or sold for use."""
    store = [
        case_builder.plant("storing", "captured", capacity_existing=9),
        case_builder.flow("storing", "captured", -1),
        case_builder.flow("storing", "co2", -1),
    ]
    sale = [
        case_builder.plant("using", "captured", capacity_existing=9),
        case_builder.flow("using", "captured", -1),
    ]
    plant_, *rest = store if use == "store" else sale
    return case_builder.solved(
        1,
        target=target,
        carriers=AIR,
        markets=[case_builder.market("wood_market", "wood")],
        demands=[case_builder.demand()],
        conversions=[case_builder.plant("wood_boiler", capacity_existing=5), case_builder.plant("capture", "captured", capacity_existing=5, variable_cost=100), plant_],
        flows=[
            case_builder.flow("wood_boiler", "heat", 1), case_builder.flow("wood_boiler", "wood", -1), case_builder.flow("wood_boiler", "flue_gas", 0.4),
            case_builder.flow("capture", "captured", 1), case_builder.flow("capture", "flue_gas", -1 / 0.9), *rest,
        ],
    )  # fmt: skip


def test_stored_biogenic_co2_counts_below_zero():
    """A target of -0.3 t stores 0.3 t at 100 EUR."""
    run = captured(-0.3)
    assert run.objective == pytest.approx(70 + 30)
    assert run.summary["net_emissions"] == pytest.approx(-0.3)


def test_no_more_is_captured_than_the_flue_gas_holds():
    """0.4 × 0.9 = 0.36 t is the least there is; -0.37 t has no plan, and the sentence says so."""
    with pytest.raises(case_builder.em.NoSolutionError, match=r"Net emissions cannot fall"):
        captured(-0.37)


def test_used_co2_takes_nothing_back():
    """CO2 that is captured and used reaches the air in the end: a target below zero cannot be met by it."""
    with pytest.raises(case_builder.em.NoSolutionError):
        captured(-0.1, use="sell")


def test_exports_are_credited_only_if_the_case_says_so():
    """Selling 1 MWh at a factor of 0.1 t saves 0.1 t elsewhere; told both ways."""
    for credit, net in (("false", 0.0), ("true", -0.1)):
        run = case_builder.solved(
            1,
            credit=credit,
            markets=[case_builder.market(price=50, max_sale=1, emission_factor=0.1)],
            conversions=[case_builder.plant("wind", "power", capacity_existing=1)],
            flows=[case_builder.flow("wind", "power", 1)],
        )
        assert run.summary["net_emissions"] == pytest.approx(net)
        assert run.summary["net_emissions_with_export_credit"] == pytest.approx(-0.1)
        assert run.summary["net_emissions_without_export_credit"] == pytest.approx(0.0)


def test_payments_are_told_by_who_really_pays():
    """At 50 EUR/t: coal 0.3 t and industry 1 t in the ETS, oil 0.2 t in the ETS2, kilns 0.2 t; nobody pays 3 - 0.4 t."""
    run = case_builder.solved(1, **scheme_case.parts())
    table = run.tables["emissions"].set_index("name")
    assert table["scheme"].to_dict() == {
        "coal_market": "ets", "oil_market": "ets2", "kiln_here": "tax", "forest": "none", "farming": "none", "industry": "ets",
    }  # fmt: skip
    assert table["payment"].to_dict() == pytest.approx(
        {"coal_market": 15, "oil_market": 10, "kiln_here": 10, "forest": -20, "farming": 150, "industry": 50}
    )  # fmt: skip
    paid = {scheme: run.summary[f"emission_payments_{scheme}"] for scheme in ("ets", "ets2", "tax", "nobody")}  # fmt: skip
    assert paid == pytest.approx({"ets": 65, "ets2": 10, "tax": 10, "nobody": 130})
    assert run.summary["cost_without_emission_payments"] == pytest.approx(10 + 20)
    assert run.objective == pytest.approx(10 + 20 + 215)
    costs = run.tables["costs"].groupby("entry")["cost"].sum()
    assert table["payment"].sum() == pytest.approx(costs["emissions"])


def test_payments_have_the_cost_factor_as_the_cost_has():
    run = case_builder.solved(1, **scheme_case.parts(more=FACTOR, perspective="factor"))
    assert run.summary["emission_payments_ets"] == pytest.approx(1.28 * 65)
    assert run.summary["cost_without_emission_payments"] == pytest.approx(1.28 * 30)


def test_a_scheme_that_does_not_exist_is_refused():
    markets = [case_builder.market("coal_market", "coal", emission_scheme="ets3")]
    with pytest.raises(em.InputError, match=r"emission_scheme.*write one of ets, ets2, tax, none"):
        case_builder.system(1, **scheme_case.parts(markets=markets))


def test_a_scheme_on_a_plant_that_does_not_emit_is_noted():
    """The emissions of coal are those of its market: the scheme of its boiler counts for nothing."""
    conversions = [
        row | ({"emission_scheme": "ets"} if row["conversion"] == "coal_boiler" else {})
        for row in scheme_case.parts()["conversions"]
    ]
    system = case_builder.system(1, **scheme_case.parts(conversions=conversions))
    [warning] = [text for text in system.warnings if "emission_scheme" in text]
    assert "coal_boiler" in warning
    assert "its market" in warning
