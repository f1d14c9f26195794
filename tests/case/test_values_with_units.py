"""Overrides whose values carry a unit, and warnings of changes that lack one."""

import pytest
from helpers import case_builder, cli

import energy_model as em
from energy_model.studies.sampling import ParameterRange

KRONE = 1 / 7.46038  # EUR


@pytest.fixture
def folder(tmp_path):
    """A pump for 1.3358 MEUR/MW of a technology in kEUR/MW, a tank, and a grid at 50 EUR/MWh."""
    folder = case_builder.write(
        tmp_path / "case",
        2,
        carriers=[
            {"carrier": "heat", "unit": "MWh"},
            {"carrier": "power", "unit": "MWh"},
            {"carrier": "co2", "unit": "t"},
        ],
        technologies=[{"technology": "pump", "capacity_unit": "MW"}],
        markets=[case_builder.market(price=50)],
        demands=[case_builder.demand("homes", "heat", 2, penalty=900)],
        conversions=[
            case_builder.plant("pump_here", "heat", technology="pump", max_capacity_added=2)
        ],
        storages=[
            {"storage": "tank", "site": "here", "carrier": "heat", "max_hours": 2, "lifetime": 9}
        ],
        flows=[
            case_builder.flow("pump_here", "heat", 1),
            case_builder.flow("pump_here", "power", -0.5),
        ],
    )
    (folder / "technologies.csv").write_text(
        "technology,capacity_unit,investment_cost [kEUR/MW],lifetime [a]\npump,MW,1335.8,20\n",
        encoding="utf-8",
    )
    return folder


@pytest.mark.parametrize(
    ("change", "table", "row", "column", "value"),
    [
        ("technologies.pump.investment_cost = 1335.8 kEUR/MW", "technologies", "pump", "investment_cost", 1_335_800),
        ("technologies.pump.investment_cost = 1.4MEUR/MW", "technologies", "pump", "investment_cost", 1_400_000),
        ("technologies.pump.investment_cost += 100 kEUR/MW", "technologies", "pump", "investment_cost", 1_435_800),
        ("technologies.pump.investment_cost *= 50 %", "technologies", "pump", "investment_cost", 667_900),
        ("storages.tank.investment_cost = 3 EUR/kWh", "storages", "tank", "investment_cost", 3000),
        ("conversions.pump_here.max_capacity_added = 500 kW", "conversions", "pump_here", "max_capacity_added", 0.5),
        ("demands.homes.yearly = 3.6 GJ/a", "demands", "homes", "yearly", 1),
    ],
)  # fmt: skip
def test_a_value_with_a_unit_is_converted_to_that_of_its_column(
    folder, change, table, row, column, value
):
    system = em.load_case(folder, overrides=change)
    assert system[table].at[row, column] == pytest.approx(value)
    assert not any("hundredfold" in warning for warning in system.warnings)


def test_an_hourly_number_takes_a_unit_and_a_profile_expression_none(folder):
    """1 DKK/kWh is 1000 DKK/MWh; '1 / cop' stays a profile, here one that does not exist."""
    system = em.load_case(folder, overrides="markets.grid.price = 1 DKK/kWh")
    assert system["markets"].at["grid", "price"].offset == pytest.approx(1000 * KRONE)
    with pytest.raises(em.InputError, match="cop"):
        em.load_case(folder, overrides="markets.grid.price = 1 / cop")


def test_the_exchange_rate_of_the_case_counts(folder):
    changes = ["case.dkk_per_eur = 8.0", "markets.grid.price = 800 DKK/MWh"]
    assert em.load_case(folder, overrides=changes)["markets"].at["grid", "price"].offset == 100


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            "technologies.pump.investment_cost = 5 km",
            "the unit 'km' does not fit; write EUR/MW or kEUR/MW or MEUR/MW or DKK/MW.",
        ),
        (
            "conversions.*.investment_cost = 5 EUR/t",
            "the unit is per t, but the unit of this row is MW; write EUR/MW or kEUR/MW",
        ),
        (
            "storages.tank.investment_cost = 5 kEUR/MW",
            "the unit is per MW, but the unit of this row is MWh; write EUR/MWh or kEUR/MWh",
        ),
        ("technologies.pump.lifetime = 5 kr", "write a (kroner are DKK)."),
        ("technologies.pump.lifetime *= 2 a", "a factor has no unit; write *= without 'a'."),
        ("technologies.pump.lifetime = 1e400", "'1e400' is given"),
    ],
)
def test_a_unit_that_does_not_fit_is_refused_with_one_issue_that_names_those_accepted(
    folder, change, message
):
    with pytest.raises(em.InputError) as caught:
        em.load_case(folder, overrides=change)
    assert len(caught.value.issues) == 1
    assert message in str(caught.value)


def test_a_change_of_more_than_a_hundredfold_is_warned_of(folder):
    """1335.8 was meant in kEUR/MW, as in the file, and is read in EUR/MW: a thousandth."""
    change = "technologies.pump.investment_cost = 1335.8"
    assert (
        f"--set: '{change}' changes the number from 1335800 to 1335.8 EUR/MW, by more than a "
        "hundredfold; the column in technologies.csv is 'investment_cost [kEUR/MW]'. Write the "
        "unit with the number: '1335.8 EUR/MW' or '1335.8 kEUR/MW'."
    ) in em.load_case(folder, overrides=change).warnings


def test_a_change_of_an_inherited_cell_names_the_header_of_the_technology(folder):
    warnings = em.load_case(folder, overrides="conversions.*.investment_cost = 900").warnings
    assert any("from 1335800 to 900 EUR/MW" in w and "technologies.csv" in w for w in warnings)


@pytest.mark.parametrize(
    "change",
    [
        "technologies.pump.investment_cost *= 0.001",
        "technologies.pump.investment_cost = 0",
        "technologies.pump.investment_cost = 13358",
        "technologies.pump.investment_cost = 1335.8 EUR/MW",
        "storages.tank.investment_cost = 5000",
        "conversions.pump_here.max_capacity_added = 1e9",
        "conversions.pump_here.max_capacity_added = inf",
    ],
)
def test_factors_zeros_small_changes_units_and_no_limit_are_not_warned_of(folder, change):
    warnings = em.load_case(folder, overrides=change).warnings
    assert not any("hundredfold" in warning for warning in warnings)


def test_a_scenario_takes_units_and_is_warned_of(folder):
    (folder / "scenarios").mkdir()
    for name, value in (("good", "900 kEUR/MW"), ("bad", "900")):
        (folder / f"scenarios/{name}.toml").write_text(
            f'changes = ["technologies.pump.investment_cost = {value}"]', encoding="utf-8"
        )
    good = em.load_case(folder, "good")
    assert good["technologies"].at["pump", "investment_cost"] == pytest.approx(900_000)
    assert any("scenarios/bad.toml: " in w for w in em.load_case(folder, "bad").warnings)


@pytest.mark.parametrize(
    ("text", "values", "ends", "unit"),
    [
        ("a.b.c = 900, 1200 kEUR/MW", (900.0, 1200.0), None, "kEUR/MW"),
        ("a.b.c = 900 kEUR/MW, 1200 kEUR/MW", (900.0, 1200.0), None, "kEUR/MW"),
        ("a.b.c = 900..1200 kEUR/MW", (), (900.0, 1200.0), "kEUR/MW"),
        ("a.b.c = 900..1200:2 kEUR/MW", (900.0, 1200.0), (900.0, 1200.0), "kEUR/MW"),
        ("a.b.c = 900..1200 kEUR/MW:2", (900.0, 1200.0), (900.0, 1200.0), "kEUR/MW"),
        ("a.b.c = 900 kEUR/MW, 1.2 MEUR/MW", ("900 kEUR/MW", "1.2 MEUR/MW"), None, ""),
        ("a.b.c = 1, 2", (1.0, 2.0), None, ""),
    ],
)
def test_varied_values_share_the_unit_written_last(text, values, ends, unit):
    varied = ParameterRange.parse(text)
    assert (varied.values, varied.range, varied.unit) == (values, ends, unit)
    if values and unit:
        assert varied.override(values[0]) == f"a.b.c = 900 {unit}"
        assert varied.title == f"a.b.c [{unit}]"


def test_a_sweep_with_a_unit_through_the_command_line(folder, tmp_path):
    """Two MWh of heat over two hours need 1 MW; at 20 years and no interest it costs 1/20 of the investment."""
    vary = "technologies.pump.investment_cost=0.2,0.4 kEUR/MW"
    result = cli.call(
        "study", "sweep", folder, "--vary", vary, "--out", tmp_path / "study", "--json"
    )
    assert result.code == 0, result.err
    table = em.open_study(tmp_path / "study").table
    assert table["technologies.pump.investment_cost [kEUR/MW]"].tolist() == [0.2, 0.4]
    costs = table["objective"].tolist()
    assert costs[1] - costs[0] == pytest.approx(200 / 20, rel=1e-6)
    assert result.json
