"""Tariffs and taxes of takers, checked against answers worked out by hand."""

import pytest
from helpers import case_builder, cli
from helpers.full_feature_case import WITH_TARIFFS

import energy_model as em


def tariff(payer="*", carrier="power", **columns):
    """A row of the table of tariffs."""
    return {"carrier": carrier, "payer": payer, **columns}


def node(*tariffs, hours=1, **parts):
    """Light of 2 MWh and warmth of 3; a roof gives 1 MWh, a pump takes half a MWh for one of heat, power is bought at 50."""
    return case_builder.solved(
        hours,
        tariffs=list(tariffs),
        **{
            "markets": [case_builder.market(price=50)],
            "demands": [
                case_builder.demand("light", "power", 2),
                case_builder.demand("warmth", yearly=3),
            ],
            "technologies": [{"technology": "solar_cells", "capacity_unit": "MW"}],
            "conversions": [
                case_builder.plant("roof", "power", capacity_existing=1, technology="solar_cells"),
                case_builder.plant("pump", capacity_existing=9),
            ],
            "flows": [
                case_builder.flow("solar_cells", "power", 1),
                case_builder.flow("pump", "heat", 1),
                case_builder.flow("pump", "power", -0.5),
            ],
        }
        | parts,
    )


def paid(run):
    """The tariffs and taxes of every name [EUR/a]."""
    costs = run.tables["costs"]
    return costs[costs["entry"].isin(["tariffs", "taxes"])].groupby("name")["cost"].sum().to_dict()


def test_whoever_takes_power_pays_also_for_that_of_the_roof():
    """2.5 MWh are bought at 50; the light pays 12 for each of 2, the pump 4 + 2 for 1.5, and the roof saves 12 on 0.3."""
    run = node(
        tariff(tariff=10, tax=2),
        tariff("pump", tariff=4),
        tariff("solar_cells", own_use_share=0.3),
    )
    assert paid(run) == pytest.approx({"light": 24, "pump": 9, "roof": -3.6})
    assert run.objective == pytest.approx(125 + 24 + 9 - 3.6)
    assert float(run.dataset["marginal_price"].sel(bus="power@here")[0]) == pytest.approx(50)


def test_a_row_of_an_asset_outranks_that_of_its_technology():
    rows = (tariff("solar_cells", tariff=10, own_use_share=0.5), tariff("roof", tariff=20, own_use_share=0.5))  # fmt: skip
    assert paid(node(*rows)) == pytest.approx({"roof": -10})
    assert paid(node(*rows[:1])) == pytest.approx({"roof": -5})


def test_links_and_the_boundary_do_not_pay():
    """Power is bought here and lit there: only the light pays."""
    run = case_builder.solved(
        1,
        sites=[{"site": "here"}, {"site": "there"}],
        markets=[case_builder.market(price=50, max_sale=1)],
        demands=[case_builder.demand("light", "power", 2) | {"site": "there"}],
        links=[{"link": "cable", "carrier": "power", "from_site": "here", "to_site": "there", "capacity_existing": 9}],
        tariffs=[tariff(tariff=10)],
    )  # fmt: skip
    assert paid(run) == pytest.approx({"light": 20})
    assert run.objective == pytest.approx(120)


@pytest.mark.parametrize(("own_tariff", "cost"), [(10, 28), (5, 27.5)])
def test_a_tariff_decides_between_plants(own_tariff, cost):
    """A MWh of heat costs 28 of gas, or half a MWh of power at 50 and its tariff."""
    run = case_builder.solved(
        1,
        markets=[case_builder.market(price=50), case_builder.market("gas_market", "gas", price=28)],
        demands=[case_builder.demand()],
        conversions=[
            case_builder.plant(name, capacity_existing=9) for name in ("pump", "gas_boiler")
        ],
        flows=[
            row
            for name, carrier, use in (("pump", "power", -0.5), ("gas_boiler", "gas", -1))
            for row in (case_builder.flow(name, "heat", 1), case_builder.flow(name, carrier, use))
        ],
        tariffs=[tariff(tariff=own_tariff)],
    )
    assert run.objective == pytest.approx(cost)


@pytest.mark.parametrize(("components", "factor", "cost"), case_builder.COMPONENTS_COUNTED)
def test_a_perspective_chooses_what_counts(components, factor, cost):
    """One MWh at 50 with a tariff of 8 and a tax of 3 costs what it does with both at the market."""
    run = case_builder.solved(
        1,
        **case_builder.perspective(components, factor),
        markets=[case_builder.market(price=50)],
        demands=[case_builder.demand("light", "power")],
        tariffs=[tariff(tariff=8, tax=3)],
    )
    assert run.objective == pytest.approx(cost)


@pytest.mark.parametrize(("rates", "payment"), [(10, 2.5), ("10 * rate", 12.5 - 30)])
def test_a_battery_pays_for_its_losses(rates, payment):
    """1.25 MWh are charged for nothing in the first hour, and 1 is given back in the second.

    By the hour, it pays 10 for what it takes and is paid back 30 for what it gives.
    """
    run = case_builder.solved(
        2,
        profiles={"price": [0, 1000], "late": [0, 1], "rate": [1, 3]},
        markets=[case_builder.market(price="price")],
        demands=[case_builder.demand("light", "power", 1, profile="late")],
        storages=[{"storage": "battery", "site": "here", "carrier": "power", "capacity_existing": 2, "max_hours": 1, "efficiency_out": 0.8}],
        tariffs=[tariff("battery", tariff=rates)],
    )  # fmt: skip
    assert paid(run) == pytest.approx({"battery": payment})
    assert run.objective == pytest.approx(payment)


def test_own_use_is_worth_running_at_a_price_below_zero():
    """A MWh sold costs 2; a quarter of it saves 12, so that the roof earns 1 by running."""
    parts = {"demands": [case_builder.demand("light", "power", 0)], "markets": [case_builder.market(price=-2, max_sale=5)]}  # fmt: skip
    rows = (tariff(tariff=10, tax=2), tariff("roof", own_use_share=0.25))
    assert node(*rows[:1], **parts).objective == pytest.approx(0)
    assert node(*rows, **parts).objective == pytest.approx(-1)


@pytest.mark.parametrize("smart", [{}, {"smart_charging_share": 0.5, "battery_capacity": 2}])
def test_vehicles_pay_for_what_they_charge(smart):
    """A car drives 10,000 km with 0.2 MWh a thousand: 2 MWh at a charging efficiency of 1."""
    car = {"vehicle": "car", "fleet": "cars", "carrier": "power", "energy_use": 0.2, "capacity_existing": 1, "charger_power": 3}  # fmt: skip
    run = case_builder.solved(
        2,
        carriers=[{"carrier": "power"}, {"carrier": "distance", "unit": "thousand_km", "balance": "year"}],
        markets=[case_builder.market(price=50)],
        fleets=[{"fleet": "cars", "site": "here", "service": "distance", "distance": 10}],
        vehicles=[car | smart],
        demands=[case_builder.demand("travel", "distance", 10)],
        tariffs=[tariff(tariff=10)],
    )  # fmt: skip
    assert paid(run) == pytest.approx({"car": 20})
    assert run.objective == pytest.approx(120)


@pytest.mark.parametrize(("penalty", "cost"), [(65, 60), (55, 55)])
def test_what_is_not_served_pays_no_tariff(penalty, cost):
    """A MWh is served at 50 and a tariff of 10 where its penalty is above 60."""
    run = case_builder.solved(
        1,
        markets=[case_builder.market(price=50)],
        demands=[case_builder.demand("light", "power", 1, penalty=penalty)],
        tariffs=[tariff(tariff=10)],
    )
    assert run.objective == pytest.approx(cost)


def test_demand_waits_for_the_hour_of_a_low_tariff():
    """One MWh an hour at 50; all of the first waits for the second, which has no tariff."""
    run = case_builder.solved(
        2,
        profiles={"early": [1, 0]},
        markets=[case_builder.market(price=50)],
        demands=[case_builder.demand("light", "power", 2, shiftable=1, window=1)],
        tariffs=[tariff(tariff="10 * early")],
    )
    assert run.objective == pytest.approx(100)


def test_a_tariff_may_be_below_zero():
    assert paid(node(tariff("pump", tariff=-4))) == pytest.approx({"pump": -6})


def test_an_override_of_all_takers_reaches_rows_without_a_tariff(tmp_path):
    parts = {"demands": [case_builder.demand("light", "power", 2)], "markets": [case_builder.market(price=50)]}  # fmt: skip
    case = case_builder.write(
        tmp_path / "case", 1, tariffs=[tariff(tariff=10), tariff("light", tax=1)], **parts
    )
    run = em.solve(em.load_case(case, overrides=["tariffs.power:[*].tariff = 20"]))
    assert paid(run) == pytest.approx({"light": 42})


def test_the_unit_of_a_tariff_is_converted(tmp_path):
    """74.6 DKK/MWh are 10 EUR/MWh, and a header for tonnes is refused."""
    parts = {"demands": [case_builder.demand("light", "power", 2)], "markets": [case_builder.market(price=50)]}  # fmt: skip
    case = case_builder.write(tmp_path / "case", 1, tariffs=[tariff(tariff=10)], **parts)
    (case / "tariffs.csv").write_text("carrier,payer,tariff [DKK/MWh]\npower,*,74.6\n")
    assert em.solve(em.load_case(case)).objective == pytest.approx(120, rel=1e-3)
    (case / "tariffs.csv").write_text("carrier,payer,tariff [EUR/t]\npower,*,10\n")
    with pytest.raises(em.InputError, match=r"tariffs\.csv, row 2 \(power:\*\), tariff \[EUR/t\].*"):  # fmt: skip
        em.load_case(case)


FAULTS = {
    "unknown": (
        [tariff("pmup", tariff=1)],
        r"row 2 \(power:pmup\), payer: 'pmup' is given; no technology, conversion, storage, vehicle or demand has this name; nearest are pump",
    ),
    "market": (
        [tariff("grid", tariff=1)],
        r"row 2 \(power:grid\), payer: 'grid' is given; it is in markets.csv, and markets do not pay; name what takes the carrier",
    ),
    "takes nothing of it": (
        [tariff("warmth", tariff=1)],
        r"row 2 \(power:warmth\), payer: 'warmth' is given; it does not take power; name what takes it, or remove the row",
    ),
    "only produces": (
        [tariff("roof", tariff=1)],
        r"row 2 \(power:roof\), payer: 'roof' is given; it produces power and takes none; write its own_use_share, or remove the row",
    ),
    "own use of a taker": (
        [tariff("pump", tariff=1, own_use_share=0.5)],
        r"row 2 \(power:pump\), own_use_share \[1\]: '0.5' is given; pump does not produce power, so it has no own use; clear the cell",
    ),
    "own use of all": (
        [tariff(tariff=1, own_use_share=0.5)],
        r"row 2 \(power:\*\), own_use_share \[1\]: '0.5' is given; own use is that of a plant; write it in a row of the plant or its technology",
    ),
    "share above one": (
        [tariff("roof", tariff=1, own_use_share=1.5)],
        r"row 2 \(power:roof\), own_use_share \[1\]: '1.5' is given; write a number between 0 and 1",
    ),
    "no tariff": (
        [tariff("roof", own_use_share=0.5)],
        r"row 2 \(power:roof\), tariff.*write a tariff or a tax, or a row \* of power, whose tariff and tax apply",
    ),
    "nobody takes it": (
        [tariff(carrier="gas", tariff=1)],
        r"row 2 \(gas:\*\), carrier: 'gas' is given; nothing takes gas; remove the row, or name a carrier that is taken",
    ),
    "emissions": (
        [tariff(carrier="co2", tariff=1)],
        r"row 2 \(co2:\*\), carrier: 'co2' is given; nothing takes co2",
    ),
    "unknown carrier": (
        [tariff(carrier="powr", tariff=1)],
        r"row 2 \(powr:\*\), carrier: 'powr' is given; it is not in carriers.csv; nearest are power",
    ),
    "no number": (
        [tariff(tariff="dear")],
        r"row 2 \(power:\*\), tariff \[EUR/unit\]: 'dear' is given; there is no profile 'dear'",
    ),
    "twice": (
        [tariff(tariff=1), tariff(tariff=2)],
        r"row 3.*power:\*",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_bad_row_is_refused_with_its_place_and_remedy(name):
    rows, sentence = FAULTS[name]
    profiles = {"early": [1]}
    with pytest.raises(em.InputError, match=rf"tariffs\.csv, {sentence}"):
        node(*rows, profiles=profiles)


def test_a_tariff_far_from_usual_gives_a_warning():
    system = case_builder.system(
        1,
        demands=[case_builder.demand()],
        markets=[case_builder.market(carrier="heat")],
        tariffs=[tariff(carrier="heat", tariff=6000)],
    )
    assert any("tariffs.csv" in told and "far from usual" in told for told in system.warnings)


def test_a_scenario_may_take_own_use_away(tmp_path):
    case = case_builder.write(
        tmp_path / "case",
        1,
        conversions=[case_builder.plant("roof", "power", capacity_existing=1)],
        flows=[case_builder.flow("roof", "power", 1)],
        demands=[case_builder.demand("light", "power", 1)],
        tariffs=[tariff(tariff=10), tariff("roof", own_use_share=0.5)],
    )
    assert em.solve(em.load_case(case)).objective == pytest.approx(5)
    without = em.load_case(case, overrides=["tariffs.power:roof.own_use_share = 0"])
    assert em.solve(without).objective == pytest.approx(10)


def test_costs_by_entry_sum_to_the_objective_whatever_the_order_of_rows():
    base = em.solve(case_builder.system(4, **WITH_TARIFFS))
    turned = {k: v[::-1] if isinstance(v, list) else v for k, v in WITH_TARIFFS.items()}
    assert base.tables["costs"]["cost"].sum() == pytest.approx(base.objective)
    other = em.solve(case_builder.system(4, **turned))
    assert other.objective == pytest.approx(base.objective)


def test_a_case_without_rows_has_no_term_of_tariffs():
    """The program is that of a case without the table."""
    model = em.build_model(case_builder.system(1, demands=[case_builder.demand()], markets=[case_builder.market(carrier="heat")]))  # fmt: skip
    assert model.component("demand_taken") is None


def test_the_command_line_tells_who_pays(tmp_path):
    """Run, verify and accounts: the light pays 50 and 12 for each of two MWh."""
    case = case_builder.write(
        tmp_path / "case",
        1,
        markets=[case_builder.market(price=50)],
        demands=[case_builder.demand("light", "power", 2)],
        tariffs=[tariff(tariff=10, tax=2)],
    )
    assert cli.call("run", case, "-o", tmp_path / "run").code == 0
    assert cli.call("verify", tmp_path / "run", "--case", case).code == 0
    said = cli.call("accounts", tmp_path / "run", "--carrier", "power", "--json")
    (bill,) = said.json["bills"]
    assert (bill["tariff"], bill["price"], bill["bill"]) == pytest.approx((12, 62, 124))
