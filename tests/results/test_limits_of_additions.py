"""Additions at their maximum, and what one more unit is worth, against answers worked out by hand."""

import pandas as pd
import pytest
from helpers import case_builder, cli, two_hour_case

import energy_model as em
from energy_model.reporting.narrative import describe_run
from energy_model.reporting.run_report import run_report
from energy_model.results import schema
from energy_model.results.summary import is_added


def solved(sun=0.5, price=70):
    """Two hours with 1 MW of demand; power at ``price``, sun at 120 and wind at 160 EUR/MW."""
    plants = [
        case_builder.plant("sun_here", "power", max_capacity_added=sun, investment_cost=120, lifetime=1),
        case_builder.plant("wind_here", "power", max_capacity_added=9, investment_cost=160, lifetime=1),
    ]  # fmt: skip
    system = case_builder.system(
        2,
        markets=[case_builder.market(price=price)],
        demands=[case_builder.demand("light", "power", 2)],
        conversions=plants,
        flows=[
            case_builder.flow("sun_here", "power", 1),
            case_builder.flow("wind_here", "power", 1),
        ],
    )
    return em.solve(system)


def test_one_more_unit_is_worth_what_it_spares():
    """One more MW of sun spares 2 MWh at 70 EUR for 120 EUR: 20 EUR a year."""
    built = solved().tables["capacities"]
    assert built["at_limit"].to_dict() == {"sun_here": True, "wind_here": False}
    assert built.at["sun_here", "worth_of_one_more"] == pytest.approx(20)
    assert pd.isna(built.at["wind_here", "worth_of_one_more"])
    assert built["at_limit"].dtype == bool


def test_the_worth_times_the_addition_is_the_rent_of_the_accounts():
    run = solved(sun=0.3, price=90)
    rents = em.accounts(run).rents.set_index(["name", "line"])["amount"]
    row = run.tables["capacities"].loc["sun_here"]
    rent = rents["sun_here", "rent of the most that may be added"]
    assert row["worth_of_one_more"] * row["capacity_added"] == pytest.approx(rent)


def test_an_addition_below_its_maximum_is_not_at_it():
    built = solved(sun=3).tables["capacities"]
    assert built.at["sun_here", "capacity_added"] == pytest.approx(1)
    assert not built["at_limit"].any()
    assert built["worth_of_one_more"].isna().all()


def test_existing_capacity_without_additions_is_not_at_a_limit():
    """Nothing may be added and nothing is."""
    run = solved(sun=0, price=50)
    assert not run.tables["capacities"]["at_limit"].any()
    assert "most allowed" not in " ".join(describe_run(run, "en"))


def test_the_narrative_has_the_count_and_the_largest_worth():
    """At 90 EUR/MWh the rest is wind, at 160 EUR a MW: one more MW of sun spares 40 EUR."""
    run = solved(price=90)
    english, danish = (" ".join(describe_run(run, language)) for language in ("en", "da"))
    assert (
        "1 of 2 additions is at the most allowed; one more MW of sun here would save 40 EUR/a. "
        "The most allowed is an input, so the size of such an addition is an input too."
    ) in english
    assert (
        "1 af 2 nye anlæg har den største tilladte størrelse; én MW mere af sun here ville spare 40 EUR/år."
    ) in danish


def test_the_table_of_what_is_built_marks_the_limit():
    (section,) = run_report(solved(price=90), "en", keys=("built",)).sections
    table = next(block for block in section.blocks if hasattr(block, "rows"))
    assert table.heads[-2:] == ("At the most allowed", "One more is worth [EUR/a]")
    ends = {row[0]: row[-2:] for row in table.rows}
    assert ends == {"sun here": ("yes", "40"), "wind here": ("", "")}


def test_csv_and_json_have_the_columns(tmp_path):
    case = two_hour_case.write(tmp_path / "case")
    told = cli.call("run", case, "--set", "markets.grid.price = 70", "-o", tmp_path / "r")
    assert told.code == 0, told.err
    text = (tmp_path / "r" / "capacities.csv").read_text()
    assert "at_limit,worth_of_one_more [EUR/capacity/a]" in text
    records = cli.call("show", tmp_path / "r", "--json").json["capacities"]
    ends = {row["asset"]: (row["at_limit"], row["worth_of_one_more"]) for row in records}
    assert ends["sun_here"] == (True, pytest.approx(20))
    assert ends["wind_here"] == (False, None)
    assert em.verify(tmp_path / "r").holds


def test_a_cell_that_is_neither_true_nor_false_is_refused(tmp_path):
    file = tmp_path / "capacities.csv"
    file.write_text("asset,at_limit\nsun,perhaps\n")
    with pytest.raises(ValueError, match="at_limit holds something other than True and False"):
        schema.read_csv(file, "capacities")


def test_rounding_beside_the_largest_addition_is_no_addition():
    """0.05 MWh beside 1,200 MWh of another store is rounding; 0.05 MW of a plant is not."""
    built = pd.DataFrame(
        {
            "table": ["storages", "storages", "storages", "conversions"],
            "capacity_added": [1200.0, 0.05, 0.2, 0.05],
        },
        index=["pit", "dust", "tank", "plant"],
    )
    assert is_added(built).to_dict() == {"pit": True, "dust": False, "tank": True, "plant": True}
