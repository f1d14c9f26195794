"""The unit of a profile is converted to that of the column where it is used, or refused."""

import pytest
from helpers import case_builder

import energy_model as em


def case(tmp_path, header, values=(100, 100), market=None, toml=None, **parts):
    """One MWh is wanted in two hours, and bought at a profile of prices."""
    defaults = {
        "markets": [case_builder.market(**(market or {"price": "spot"}))],
        "demands": [case_builder.demand(carrier="power", yearly=1)],
    }
    folder = case_builder.write(tmp_path / "case", 2, **(defaults | parts))
    (folder / "profiles").mkdir(exist_ok=True)
    rows = [f"2030-01-01T0{hour}:00Z,{value}" for hour, value in enumerate(values)]
    text = "\n".join([f"hour,{header}", *rows])
    (folder / "profiles" / "year.csv").write_text(text, encoding="utf-8")
    if toml:
        path = folder / "case.toml"
        path.write_text(f"{toml}\n{path.read_text()}")
    return folder


def cost(folder, **options):
    return em.solve(em.load_case(folder, **options)).objective


@pytest.mark.parametrize(
    ("header", "price"),
    [
        ("spot [EUR/MWh]", 100),
        ("spot [DKK/MWh]", 100 / 7.46038),
        ("spot [EUR/kWh]", 100_000),
        ("spot [EUR/GJ]", 360),
        ("spot [DKK/kWh]", 100_000 / 7.46038),
        ("spot [1]", 100),
        ("spot [%]", 1),
    ],
)
def test_a_price_is_paid_in_its_own_unit(header, price, tmp_path):
    """One MWh at 100 of the header's unit; a plain number is in the unit of the column."""
    assert cost(case(tmp_path, header)) == pytest.approx(price, rel=1e-9)


@pytest.mark.parametrize(
    "header",
    ["spot [kW]", "spot [banana]", "spot [t/MWh]", "spot [EUR]", "spot [degC]", "spot [2 EUR/MWh]"],
)
def test_a_unit_that_measures_something_else_is_refused(header, tmp_path):
    with pytest.raises(em.InputError, match=r"markets\.csv, row 2 \(grid\), price .*: 'spot' is"):
        em.load_case(case(tmp_path, header))


@pytest.mark.parametrize("header", ["spot", "spot []", "spot [ ]"])
def test_no_unit_is_refused(header, tmp_path):
    with pytest.raises(em.InputError, match=r"profiles/year\.csv, row 1: .* the unit is missing"):
        em.load_case(case(tmp_path, header))


def test_the_rate_of_the_case_converts_kroner(tmp_path):
    """At 8 DKK/EUR a profile of 100 DKK/MWh is 12.5 EUR/MWh, and so is a header in kroner."""
    folder = case(tmp_path, "spot [DKK/MWh]", toml="dkk_per_eur = 8.0")
    assert cost(folder) == pytest.approx(12.5, rel=1e-9)
    text = "market,site,carrier,price [DKK/MWh]\ngrid,here,power,100\n"
    (folder / "markets.csv").write_text(text)
    assert cost(folder) == pytest.approx(12.5, rel=1e-9)


def header_in_kroner(folder, cell):
    text = f"market,site,carrier,price [DKK/MWh]\ngrid,here,power,{cell}\n"
    (folder / "markets.csv").write_text(text)
    return folder


@pytest.mark.slow
@pytest.mark.parametrize(
    ("profile", "cell", "price"),
    [
        ("spot [EUR/MWh]", "spot", 100),  # the profile states its unit; the header's is of numbers
        ("spot [1]", "spot", 100 / 7.46038),  # a plain number is in the header's unit
        ("spot [EUR/MWh]", "746.038 + 0.5 * spot", 100 + 50),
        ("spot [1]", "746.038 + 0.5 * spot", 100 + 50 / 7.46038),
        ("spot [DKK/MWh]", "-spot", -100 / 7.46038),
        ("spot [MWh/EUR]", "1 / spot", 0.01),
        ("spot [MWh/kEUR]", "1 / spot", 10),
    ],
)
def test_header_and_profile_each_have_their_unit(profile, cell, price, tmp_path):
    folder = header_in_kroner(case(tmp_path, profile), cell)
    assert cost(folder) == pytest.approx(price, rel=1e-9)


def test_a_change_of_a_scenario_keeps_the_unit_of_the_profile(tmp_path):
    """Half of 100 DKK/MWh, set from outside; then five EUR more."""
    folder = case(tmp_path, "spot [DKK/MWh]", market={"price": 1.0})
    halved = cost(folder, overrides="markets.grid.price = 0.5 * spot")
    assert halved == pytest.approx(50 / 7.46038, rel=1e-9)
    more = cost(folder, overrides=["markets.grid.price = 0.5 * spot", "markets.grid.price += 5"])
    assert more == pytest.approx(50 / 7.46038 + 5, rel=1e-9)


def test_a_price_that_markets_take_from_the_carrier_is_converted_once(tmp_path):
    carriers = [{"carrier": "power", "price": "spot"}, {"carrier": "co2", "unit": "t"}]
    folder = case(tmp_path, "spot [DKK/MWh]", market={}, carriers=carriers)
    assert cost(folder) == pytest.approx(100 / 7.46038, rel=1e-9)


def test_a_tonne_is_not_a_megawatt_hour(tmp_path):
    """A price per tonne does for a carrier in tonnes, and not for electricity."""
    carriers = [{"carrier": "power"}, {"carrier": "straw", "unit": "t"}, {"carrier": "co2", "unit": "t"}]  # fmt: skip
    tonnes = {"carriers": carriers, "demands": [case_builder.demand(carrier="straw", yearly=1)]}
    market = {"carrier": "straw", "price": "spot"}
    assert cost(case(tmp_path, "spot [EUR/kg]", market=market, **tonnes)) == pytest.approx(1e5)
    with pytest.raises(
        em.InputError, match=r"'spot' is in EUR/MWh, which is no unit for EUR/\(t\)"
    ):
        em.load_case(case(tmp_path, "spot [EUR/MWh]", market=market, **tonnes))


@pytest.mark.slow
def test_a_share_in_per_cent_is_a_share(tmp_path):
    """A plant of 10 MW that can run at 5 % gives 0.5 MWh an hour: 1 MWh in two hours, no purchase."""
    plants = {
        "conversions": [
            case_builder.plant(carrier="power", capacity_existing=10, availability="wind")
        ],
        "flows": [case_builder.flow("plant", "power", 1)],
    }
    folder = case(tmp_path, "wind [%]", (5, 5), market={"price": 80.0}, **plants)
    assert cost(folder) == pytest.approx(0, abs=1e-9)
    folder = case(tmp_path, "wind [%]", (2.5, 2.5), market={"price": 80.0}, **plants)
    assert cost(folder) == pytest.approx(40, rel=1e-9)
    with pytest.raises(em.InputError, match="write a number between 0 and 1"):
        em.load_case(case(tmp_path, "wind [1]", (5, 5), market={"price": 80.0}, **plants))


@pytest.mark.slow
@pytest.mark.parametrize("unit", ["1", "MW", "kWh", "EUR/MWh"])
def test_of_a_shape_only_the_proportions_count(unit, tmp_path):
    """3 : 1 over two hours at 10 and 20 EUR: 4 MWh cost 3 × 10 + 1 × 20."""
    folder = case(
        tmp_path, f"shape [{unit}]", (30, 10), market={"price": 10.0},
        demands=[case_builder.demand(carrier="power", yearly=4, profile="shape")],
    )  # fmt: skip
    assert cost(folder) == pytest.approx(40, rel=1e-9)


@pytest.mark.parametrize(
    ("unit", "cell", "sentence"),
    [
        ("degC", "shape", "whose zero means nothing"),
        ("MW", "5 + shape", "no plain number can be added"),
    ],
)
def test_a_shape_that_means_nothing_is_refused(unit, cell, sentence, tmp_path):
    demands = [case_builder.demand(carrier="power", yearly=4, profile=cell)]
    with pytest.raises(em.InputError, match=rf"demands\.csv, row 2 \(want\), profile .*{sentence}"):
        em.load_case(
            case(tmp_path, f"shape [{unit}]", (3, 1), market={"price": 1.0}, demands=demands)
        )


@pytest.mark.slow
def test_a_coefficient_is_counted_in_the_units_of_its_carriers(tmp_path):
    """200 kg of straw make one MWh: five MWh from a tonne, whose price is 50."""
    carriers = [{"carrier": "heat"}, {"carrier": "straw", "unit": "t"}, {"carrier": "co2", "unit": "t"}]  # fmt: skip
    parts = {
        "carriers": carriers,
        "demands": [case_builder.demand(yearly=5)],
        "conversions": [case_builder.plant(capacity_existing=10)],
        "flows": [
            case_builder.flow("plant", "heat", 1),
            case_builder.flow("plant", "straw", "-use"),
        ],
    }
    market = {"carrier": "straw", "price": 50.0}
    folder = case(tmp_path, "use [kg/MWh]", (200, 200), market=market, **parts)
    assert cost(folder) == pytest.approx(50, rel=1e-9)
    with pytest.raises(em.InputError, match="which is no unit for"):
        em.load_case(case(tmp_path, "use [MWh/t]", (5, 5), market=market, **parts))
    parts["flows"][1] = case_builder.flow("plant", "straw", "-1 / heat_value")
    folder = case(tmp_path, "heat_value [MWh/t]", (5, 5), market=market, **parts)
    assert cost(folder) == pytest.approx(50, rel=1e-9)


@pytest.mark.parametrize(
    "header",
    ["emission_factor [0 t/MWh]", "emission_factor [-1 t/MWh]", "emission_factor [1e400 t/MWh]", "emission_factor [2*t/MWh]"],
)  # fmt: skip
def test_a_number_in_the_unit_of_a_table_is_refused(header, tmp_path):
    folder = case(tmp_path, "spot [EUR/MWh]")
    (folder / "markets.csv").write_text(f"market,site,carrier,{header}\ngrid,here,power,1\n")
    with pytest.raises(em.InputError, match=r"markets\.csv, row 1: .* the unit does not fit"):
        em.load_case(folder)
