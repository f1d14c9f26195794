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


def two_profiles(folder, spot, sun):
    """The profiles of a case: ``spot`` and ``sun`` with their units, 100 and 20 in both hours."""
    rows = [f"2030-01-01T0{hour}:00Z,100,20" for hour in range(2)]
    text = "\n".join([f"hour,spot [{spot}],sun [{sun}]", *rows])
    (folder / "profiles" / "year.csv").write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("spot", "sun", "cell", "price"),
    [
        ("EUR/MWh", "%", "spot - 35 * sun + 5.7", 100 - 35 * 0.2 + 5.7),
        ("EUR/kWh", "EUR/MWh", "spot + sun * 0.5", 100_000 + 10),
        ("MWh/EUR", "1", "5 + 1 / spot - sun", 5 + 0.01 - 20),
        ("EUR/MWh", "EUR/MWh", "spot - spot + sun", 20),
    ],
)
def test_every_term_of_a_sum_is_converted_from_its_own_unit(spot, sun, cell, price, tmp_path):
    folder = two_profiles(case(tmp_path, "spot [1]", market={"price": cell}), spot, sun)
    assert cost(folder) == pytest.approx(price, rel=1e-9)


def test_the_header_converts_the_plain_terms_of_a_sum(tmp_path):
    """In kroner: 746.038 DKK are 100 EUR, the profile of 20 is 20 DKK, that of 100 EUR/MWh stays."""
    folder = two_profiles(case(tmp_path, "spot [1]"), "EUR/MWh", "1")
    price = 100 + 20 / 7.46038 + 100
    assert cost(header_in_kroner(folder, "spot + sun + 746.038")) == pytest.approx(price, rel=1e-9)


def test_operators_of_overrides_change_every_term_of_a_sum(tmp_path):
    """0.75 × (100 − 2 × 20 + 4) = 48, and three more are 51."""
    folder = two_profiles(case(tmp_path, "spot [1]"), "EUR/MWh", "1")
    changes = ["markets.grid.price = spot - 2 * sun + 4", "markets.grid.price *= 0.75"]
    assert cost(folder, overrides=changes) == pytest.approx(48, rel=1e-9)
    changes.append("markets.grid.price += 3")
    assert cost(folder, overrides=changes) == pytest.approx(51, rel=1e-9)
    assert em.load_case(folder, overrides=changes).used_profiles() == ["spot", "sun"]


@pytest.mark.parametrize(
    ("cell", "sentence"),
    [
        ("spot - 35 * sun", "'sun' is in W/m2, which is no unit for"),
        ("spot + wind", "there is no profile 'wind'"),
        ("spot * sun", "two profiles cannot be multiplied"),
        ("spot / 2", r"write 0\.5 \* profile"),
        ("2 * (spot + 3)", "without brackets"),
        ("spot ** 2", "a profile has no power"),
        ("spot - -3", "one sign between two terms"),
        ("spot +", "has no term after it"),
        ("10-20", "write a number, or a profile"),
    ],
)
def test_a_sum_that_means_nothing_is_refused(cell, sentence, tmp_path):
    folder = two_profiles(case(tmp_path, "spot [1]", market={"price": cell}), "EUR/MWh", "W/m2")
    with pytest.raises(em.InputError, match=rf"markets\.csv, row 2 \(grid\), price .*{sentence}"):
        em.load_case(folder)


def demands_of(cell):
    return [case_builder.demand(carrier="power", yearly=4, profile=cell)]


def test_a_sum_of_shapes_is_in_one_unit(tmp_path):
    """100 MW and 20,000 kW in both hours are a flat shape: 4 MWh at 10 EUR."""
    folder = case(tmp_path, "spot [1]", market={"price": 10.0}, demands=demands_of("spot + sun"))
    system = em.load_case(two_profiles(folder, "MW", "kW"))
    shape = system["demands"].at["want", "profile"]
    assert shape.values(system.profiles) == pytest.approx([100.02, 100.02])
    assert em.solve(system).objective == pytest.approx(40)
    with pytest.raises(em.InputError, match="'sun' is in EUR/MWh, which is no unit for MW"):
        em.load_case(two_profiles(folder, "MW", "EUR/MWh"))
    with pytest.raises(em.InputError, match="'sun' is a plain number, so they cannot be added"):
        em.load_case(two_profiles(folder, "MW", "1"))
