"""The Aarhus case: it is whole, traced and solvable in every scenario, and its golden numbers hold."""

import json
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

import pytest
from helpers import cli

import energy_model as em
from energy_model import timeseries
from energy_model.case import sources
from energy_model.case.settings import load_toml
from energy_model.formulation import TABLES
from energy_model.reporting.narrative import describe_run
from energy_model.results.decisions import decisions_of

CASE = Path(__file__).parents[2] / "inputs" / "aarhus"
SCENARIOS = sorted(path.stem for path in (CASE / "scenarios").glob("*.toml"))
GOLDEN = json.loads((Path(__file__).parent / "golden.json").read_text(encoding="utf-8"))
COARSE = 14  # steps of runs whose numbers are not compared with agreed ones


@pytest.fixture(scope="module")
def system():
    """The case as it stands; not to be changed by a test."""
    return em.load_case(CASE)


@pytest.fixture(scope="module")
def neutral():
    return em.solve(em.load_case(CASE, scenario="neutral_2030", resolution=GOLDEN["steps"]))


@cache
def coarse(scenario):
    """The run of a scenario at a very coarse resolution; not to be changed by a test."""
    return em.solve(em.load_case(CASE, scenario=scenario, resolution=COARSE))


@pytest.mark.slow
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_scenario_reads_without_a_fault_and_serves_everyone(scenario):
    """No fault, a plan, and next to nothing unserved."""
    run = coarse(scenario)
    assert run.summary["unserved"] < 1e-5 * -run.tables["carriers"]["demand"].sum()
    assert run.metadata["certificate"]["holds"]
    assert not run.metadata["read_by_pyomo"]
    target = run.metadata["settings"]["emissions"]["target"]
    assert target == "none" or run.summary["net_emissions"] <= target + 1


def test_the_asked_scenarios_are_there():
    asked = {
        "today",
        "reference_2030",
        "neutral_2030",
        "no_new_onshore_wind",
        "high_electricity_price",
        "electrolyser_costly",
        "no_symbiosis",
        "company_perspective",
        "as_decided",
        "with_capture",
        "with_solar",
        "low_electricity_price",
        "without_geothermal_contract",
        "delayed_two_years",
        "cold_dry_year",
        "less_waste",
        "biomass_15",
        "solar_capture_low",
    }
    assert asked <= set(SCENARIOS)


def test_every_number_is_traced(system):
    """A publication or a marked assumption stands behind every number of every table."""
    shares = sources.summary(sources.trace_sources(CASE, system, TABLES))
    assert shares["untraced"] == []
    assert shares["numbers"] > 1000


def test_what_is_called_a_definition_is_one(system):
    """A unit of what is measured, no cost of what is not bought, or what a balance leaves."""
    traced = sources.trace_sources(CASE, system, TABLES)
    defined = traced[traced["kind"] == "definition"]
    assert len(defined) > 50
    others = defined[~defined["value"].isin(["1", "-1"])]
    unpaid = others["column"].isin(["investment_cost", "fixed_cost"]) & (others["value"] == "0")
    values = others[~unpaid].set_index("row")["value"].to_dict()
    saved = {f"renovation_step_{step}:run:heat": "space_heat" for step in ("one", "two", "three")}
    assert values == saved | {
        "compression_chiller:run:surplus_heat": "1.25",  # one of cooling and 0.25 of electricity
        "cooling_heat_pump:run:cooling": "0.7",  # one of heat less 0.3 of electricity
        "surplus_heat_pump:run:surplus_heat": "-1 + 1 / surplus_heat_cop",
        "waste_water_heat_pump:run:surplus_heat": "-1 + 1 / waste_water_cop",
    }


def test_every_row_of_the_sources_traces_something(system):
    """A source that no number meets is a slip of the pen."""
    traced = sources.trace_sources(CASE, system, TABLES)
    places = set(zip(traced["table"], traced["row"], traced["column"], strict=True))
    idle = [
        (rule["table"], rule["rows"], rule["columns"])
        for rule in system.sources.to_dict("records")
        if rule["table"] != "case" and not any(sources.matches(rule, *place) for place in places)
    ]
    assert idle == []


def test_everything_has_a_danish_and_an_english_name(system):
    for table in (
        "carriers",
        "sites",
        "firms",
        "markets",
        "demands",
        "fleets",
        "limits",
        "residual_emissions",
    ):
        for label in ("label_en", "label_da"):
            assert system[table][label].notna().all(), (table, label)
    assets = system.assets
    for label in ("label_en", "label_da"):
        bare = assets.index[assets[label].isna()]
        assert list(bare) == []


def test_at_least_eight_symbioses_join_named_firms(system):
    links = system["links"]
    pairs = links[links["giver"].notna() & links["taker"].notna()]
    assert len(pairs) >= 8
    assert pairs[["giver", "taker"]].stack().nunique() >= 8


def test_the_stored_year_is_what_its_settings_make(system):
    """The profiles beside the tables are those of case.toml, so that results do not drift."""
    settings = timeseries.Settings.from_mapping(load_toml(CASE / "case.toml")["profiles"])
    found = timeseries.compare_with_references(system.profiles[list(timeseries.UNITS)], settings)
    assert (
        (found["value"] >= found["target_low"]) & (found["value"] <= found["target_high"])
    ).all()


@pytest.mark.slow
@pytest.mark.parametrize("name", GOLDEN["numbers"])
def test_golden_numbers_hold(neutral, name):
    """Agreed on the date in golden.json; a change needs a line in CHANGELOG.md."""
    numbers = neutral.summary | {
        f"added_{group}": amount for group, amount in _added(neutral).items()
    }
    assert numbers[name] == pytest.approx(GOLDEN["numbers"][name], rel=GOLDEN["tolerance"], abs=1.0)


def _added(run):
    table = run.tables["capacities"]
    return table.groupby("group")["capacity_added"].sum()


@pytest.mark.slow
def test_no_symbiosis_costs_more_than_symbiosis():
    """Taking possibilities away never makes the city cheaper."""
    assert coarse("no_symbiosis").objective >= coarse("as_decided").objective


@pytest.mark.slow
def test_the_default_run_writes_and_proves_itself(tmp_path):
    """From the command line as a planner would, at a coarse resolution."""
    said = cli.call("run", CASE, "-r", COARSE, "-o", tmp_path / "run", "--json")
    assert said.code == 0, said.err
    assert said.json["scenario"] == "as_decided"
    assert cli.call("verify", tmp_path / "run").code == 0
    assert "Net emissions are" in cli.call("show", tmp_path / "run").out


@pytest.mark.slow
def test_everybodys_account_sums_to_the_cost_of_aarhus(neutral):
    """At marginal prices, rounding told: the accounts of all parties are the cost; every sheet of weight closes."""
    book = em.accounts(neutral)
    everybody = em.stakeholder_accounts(neutral, book)
    assert everybody["balance"].sum() == pytest.approx(-neutral.objective, rel=1e-9)
    assert abs(everybody.at["rounding", "balance"]) < 1e-6 * neutral.objective
    assert {"citizens", "city"} <= set(everybody["kind"])
    rounding = book.rents[book.rents["line"] == "rounding"].groupby("name")["amount"].sum()
    largest = book.lines.groupby("name")["amount"].apply(lambda a: a.abs().max())
    weighty = largest[largest > 1e6].index
    assert len(weighty) > 40
    assert (rounding.reindex(weighty, fill_value=0.0).abs() <= 1e-5 * largest[weighty]).all()


@pytest.mark.slow
def test_every_district_pays_for_heat_and_its_network(neutral):
    owed = em.customer_bills(neutral, "heat")
    assert len(owed) == 10
    assert (owed["price"] > owed["marginal_price"]).all()
    assert owed["price"].between(20, 80).all()
    whole = em.network_charge(neutral, "heat")
    assert whole["deficit"] == pytest.approx(whole["cost"] - whole["earned"])


@pytest.mark.slow
def test_the_neutral_plan_contradicts_decisions_and_the_default_does_not(neutral):
    """The plan for a neutral city needs what was stopped or put on hold, and says what remains without it."""
    against = decisions_of(neutral)["against"]
    assert against["carbon_capture_lisbjerg"]
    assert against.filter(like="field_sun").all()
    assert 200_000 < neutral.metadata["least_emissions_as_decided"] < 300_000
    assert "at any price" in describe_run(neutral)[0]
    assert not decisions_of(coarse("as_decided"))["against"].any()
    with pytest.raises(em.NoSolutionError, match="Net emissions cannot fall to 0 t/a"):
        em.solve(em.load_case(CASE, "as_decided", ["case.emissions.target = 0"], COARSE))


@pytest.mark.slow
def test_the_least_emissions_are_those_of_the_case_without_the_stopped():
    """With ten tonnes more as its target, the case without the stopped assets has a plan that just meets it."""
    neutral = coarse("neutral_2030")
    decisions = decisions_of(neutral)
    least = neutral.metadata["least_emissions_as_decided"]
    changes = [
        f"conversions.{asset}.max_capacity_added = 0"
        for asset in decisions.index[decisions["against"]]
    ]

    target = f"case.emissions.target = {least + 10}"
    run = em.solve(em.load_case(CASE, "neutral_2030", [*changes, target], COARSE))
    assert run.summary["net_emissions"] == pytest.approx(least + 10, abs=1)


# Table of the Climate City Contract, 2030: frozen policy less other plans [t/a]
ACCOUNT = {
    "transport": 549_000,
    "buildings": 146_000,
    "waste": 77_000,
    "ippu": 19_000,
    "afolu": 55_000,
}
# Emissions of the program that the account has in another sector
INCINERATION = "waste_lisbjerg"


@pytest.mark.slow
def test_the_reference_closes_on_the_account_of_the_city():
    """Sector by sector within 2 %, at the default resolution, and docs/aarhus.md has the same numbers."""
    run = em.solve(em.load_case(CASE, scenario="reference_2030"))
    found = account_of(run)
    assert found == pytest.approx(ACCOUNT, rel=0.02)
    assert sum(found.values()) == pytest.approx(846_000, rel=0.01)
    text = (CASE.parents[1] / "docs" / "aarhus.md").read_text(encoding="utf-8")
    table = text.split("## Reconciliation with the city's account")[1].split("## ")[0]
    told = [
        int(cells[3].replace(",", "")) for cells in rows_of(table) if cells[3].strip()[:1].isdigit()
    ]
    assert told == pytest.approx([*found.values(), sum(found.values())], rel=2e-3)


def account_of(run):
    """Emissions by sector of the city's account [t/a]; heat and power belong to buildings."""
    emissions = run.tables["emissions"]
    sector = emissions["sector"].where(emissions["sector"].isin(ACCOUNT), "buildings")
    sector = sector.where(emissions["name"] != INCINERATION, "buildings")
    sums = emissions.groupby(sector)["emissions"].sum()
    return {name: float(sums[name]) for name in ACCOUNT}


def rows_of(table):
    return [line.split("|")[1:-1] for line in table.splitlines() if line.startswith("| ")][1:]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("scenario", "patterns"),
    [("with_solar", ["field_sun_*"]), ("with_capture", ["carbon_capture_*", "carbon_storage_*"])],
)
def test_what_a_scenario_allows_again_has_the_limit_of_the_case(scenario, patterns):
    """A scenario that extends `as_decided` repeats the limits that this one sets to zero."""
    system = em.load_case(CASE, scenario="neutral_2030")
    allowed = em.load_case(CASE, scenario=scenario)["conversions"]["max_capacity_added"]
    stated = system["conversions"]["max_capacity_added"]
    names = [name for name in stated.index if any(fnmatch(name, pattern) for pattern in patterns)]
    assert len(names) >= 2
    assert allowed[names].to_dict() == stated[names].to_dict()
