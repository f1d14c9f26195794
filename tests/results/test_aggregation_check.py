"""What few time steps keep of the year: prices, capture prices and peaks, of a case worked out by hand."""

import json

import pytest
from helpers import case_builder, cli

import energy_model as em
from energy_model.reporting.aggregation_sections import aggregated_values, describe_peaks
from energy_model.reporting.content import Text
from energy_model.reporting.narrative import describe_run
from energy_model.reporting.run_report import run_report
from energy_model.results.aggregation_check import aggregation_check
from energy_model.verification import same_results

# Two steps of two hours, by the profile `half`: prices -20 and 40 become 10, prices 60 and 80 become 70.
PROFILES = {
    "price": [-20, 40, 60, 80],
    "sun": [1.0, 0.0, 1.0, 0.0],
    "light": [1, 3, 2, 2],  # the same in both steps, so that prices of steps are the means
    "half": [0, 0, 1, 1],
}
PLANTS = ("panels", "more_panels", "engine")
# what a storage holds in the highest hour is not known, so no plan is known to serve it
STORAGE = {"storage": "battery", "site": "here", "carrier": "power", "max_hours": 1}


def load(folder, hours=4, resolution=2, days=0, has_storage=True, **more):
    """The system of a case in a few steps, whose conversions have labels and groups of no kind."""
    tables = {
        "profiles": PROFILES,
        "markets": [case_builder.market(price="price", max_purchase=2.5, max_sale=100)],
        "demands": [case_builder.demand("light", "power", 8, profile="light")],
        "conversions": [
            case_builder.plant("panels", "power", availability="0.47 * sun", capacity_existing=1),
            case_builder.plant("more_panels", "power", availability="sun", capacity_existing=1),
            case_builder.plant("engine", "power", capacity_existing=1, variable_cost=500),
        ],
        "flows": [case_builder.flow(name, "power", 1) for name in PLANTS],
    } | ({"storages": [STORAGE]} if has_storage else {})
    case = case_builder.write(folder, hours, resolution=resolution, **(tables | more))
    text = (case / "case.toml").read_text(encoding="utf-8")
    settings = f'clustering_profiles = ["half"]\nsteps_per_day = {days}\nresolution'
    (case / "case.toml").write_text(text.replace("resolution", settings, 1), encoding="utf-8")
    return em.load_case(case)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A stored run of two steps."""
    path = tmp_path_factory.mktemp("aggregation")
    system = load(path / "case")
    assert system.steps.of_hour.tolist() == [0, 0, 1, 1]
    return em.save(em.solve(system), path / "run")


@pytest.fixture(scope="module")
def run(folder):
    return em.open_run(folder)


def test_the_values_of_the_year_and_of_the_steps(run):
    frame = aggregated_values(run).set_index("quantity")
    # mean 40; the squares of the differences are 3600, 0, 400, 1600, and 900 in each step
    assert frame.loc["price_standard_deviation", "year"] == pytest.approx(1400**0.5)
    assert frame.loc["price_standard_deviation", "steps"] == pytest.approx(30)
    assert frame.loc["price_standard_deviation", "unit"] == "EUR/MWh"
    assert frame.loc["negative_price_hours", ["year", "steps", "difference"]].tolist() == [1, 0, -1]
    # the sun shines at -20 and 60, mean 20; in the steps at 10 and 70, mean 40, as it is the same in both
    values = frame.loc["capture_price", ["year", "steps", "difference"]].tolist()
    assert values == pytest.approx([0.5, 1, 1])
    assert frame.loc["capture_price", "name"] == "panels"
    assert frame.loc["peak_demand", ["year", "steps"]].tolist() == [3, 2]
    assert frame.loc["peak_demand", "difference"] == pytest.approx(-1 / 3)


def test_the_first_screen_says_what_the_steps_keep_of_the_highest_hour(run):
    """The highest hour of the demand is 3 MW, that of the steps 2 MW."""
    [sentence] = describe_peaks(run, "en")
    assert sentence == "The highest hour of power is 3 MW in the year and 2 MW in these steps, so peak plants and storages may be too small."  # fmt: skip
    shown = run_report(run, "da").sections[0].blocks
    told = [s for b in shown if isinstance(b, Text) and not b.collapsed for s in b.sentences]
    assert "Den højeste time for power er 3 MW i året og 2 MW i disse tidsskridt, så spidslastanlæg og lagre kan være for små." in told  # fmt: skip


def test_a_highest_hour_that_markets_serve_is_not_cut(tmp_path):
    run = em.solve(load(tmp_path / "case", has_storage=False))
    assert run.metadata["planned_peaks"] == ["power"]
    assert describe_peaks(run, "en") == []
    assert "standard deviation" in describe_run(run)[-1]
    assert "peak demand" not in describe_run(run)[-1]


def test_a_highest_hour_for_which_capacity_is_asked_is_not_cut(tmp_path):
    """The engine of 1 MW and 1 MW of purchase leave 1 MW of the highest hour to the constraint."""
    engine = case_builder.plant("engine", "power", capacity_existing=1, max_capacity_added=5)
    parts = {
        "conversions": [engine],
        "flows": [case_builder.flow("engine", "power", 1)],
        "markets": [case_builder.market(price="price", max_purchase=1)],
    }
    run = em.solve(load(tmp_path / "a", has_storage=False, **parts))
    assert run.metadata["planned_peaks"] == ["power"]
    assert float(run.tables["capacities"]["capacity_added"]["engine"]) == pytest.approx(1)
    assert em.solve(load(tmp_path / "b", **parts)).metadata["planned_peaks"] == []


@pytest.mark.parametrize(
    ("purchase", "reserve", "is_planned"),
    [(2.9, 0, False), (3, 0, True), (2.9, 2.9, False), (2.9, 3, True)],
)
def test_where_storages_help_a_market_or_a_reserve_covers_the_highest_hour(
    tmp_path, purchase, reserve, is_planned
):
    """The battery of the place may be empty in the hour of 3 MW."""
    margins = {
        "reserve_margins": [{"reserve": "firm", "carrier": "power", "design_load": reserve}],
        "reserve_units": [{"reserve": "firm", "rows": "engine*", "firm_output": 1}],
        "conversions": [
            case_builder.plant(name, "power", capacity_existing=4, variable_cost=500)
            for name in ("engine", "engine_two")
        ],
        "flows": [case_builder.flow(name, "power", 1) for name in ("engine", "engine_two")],
        "markets": [case_builder.market(price="price", max_purchase=purchase, max_sale=100)],
    }
    run = em.solve(load(tmp_path / "case", **margins))
    assert run.metadata["planned_peaks"] == (["power"] if is_planned else [])


def test_equal_profiles_and_prices_have_one_row(tmp_path):
    markets = [
        case_builder.market("grid", price="price", max_purchase=9),
        case_builder.market("second", price="price", max_sale=9, max_purchase=0),
        case_builder.market("closed", price="2 * price", max_purchase=0),
    ]
    frame = aggregation_check(load(tmp_path / "case", markets=markets))
    assert frame["quantity"].value_counts().to_dict() == {
        "price_standard_deviation": 1,
        "negative_price_hours": 1,
        "capture_price": 1,
        "peak_demand": 1,
    }


def test_inputs_and_other_carriers_have_no_capture_price(tmp_path):
    plants = [
        case_builder.plant("boiler", "heat", availability="sun", capacity_existing=9),
        case_builder.plant("engine", "power", capacity_existing=9),
    ]
    flows = [
        case_builder.flow("boiler", "heat", 1),
        case_builder.flow("boiler", "power", -1),
        case_builder.flow("engine", "power", 1),
    ]
    frame = aggregation_check(load(tmp_path / "case", conversions=plants, flows=flows))
    assert "capture_price" not in set(frame["quantity"])


def test_a_constant_demand_has_no_peak_and_a_yearly_zero_no_difference(tmp_path):
    profiles = PROFILES | {"price": [20, 40, 60, 80]}
    demands = [case_builder.demand("light", "power", 6)]
    system = load(tmp_path / "case", profiles=profiles, demands=demands)
    frame = aggregation_check(system).set_index("quantity")
    assert "peak_demand" not in frame.index
    assert frame["difference"].isna().to_dict()["negative_price_hours"]


def test_the_sentence_is_in_both_languages(run):
    english, danish = (describe_run(run, language)[-1] for language in ("en", "da"))
    assert english == (
        "The 2 time steps have negative prices of power in 0 hours instead of 1, "
        "a standard deviation of the price of power of 30 EUR/MWh instead of 37.4 EUR/MWh, "
        "a peak demand of power of 2 MW instead of 3 MW and "
        "a capture price of panels of 100 % of the mean price instead of 50 %: "
        "storages and peak plants may be too small by this."
    )
    assert danish.startswith(
        "De 2 tidsskridt har negative priser på power i 0 timer i stedet for 1, "
    )
    assert danish.endswith("lagre og spidslastanlæg kan være for små af den grund.")


def test_small_differences_give_a_table_and_no_sentence(tmp_path):
    """Prices 58 and 62 become 60, and 20 stays: the deviation is 20 instead of sqrt(402)."""
    profiles = PROFILES | {"price": [58, 62, 20, 20], "light": [1, 1, 2, 2], "sun": [1, 1, 1, 1]}
    run = em.solve(load(tmp_path / "case", profiles=profiles))
    assert "time steps have" not in " ".join(describe_run(run))
    ((table,),) = (part.blocks for part in run_report(run, "en", keys=("aggregation",)).sections)
    assert table.rows[0][:3] == ("Standard deviation of the price", "power", "price")
    assert table.rows[0][3:] == ("20 EUR/MWh", "20 EUR/MWh", "-0.2 %")


def test_typical_days_are_named(tmp_path):
    """Four days, of which one typical day keeps the mean: prices 0 and 80 become 40."""
    half = [0] * 12 + [1] * 12
    profiles = {
        "price": ([0] * 24 + [80] * 24) * 2,
        "half": half * 4,
        "light": half * 4,
        "sun": half * 4,
    }
    system = load(tmp_path / "case", 96, resolution=4, days=4, profiles=profiles)
    assert set(system.steps.days) == {0}
    told = describe_run(em.solve(system))[-1]
    assert told == (
        "The 1 typical days have a standard deviation of the price of power of 0 EUR/MWh "
        "instead of 40 EUR/MWh: storages and peak plants may be too small by this."
    )


def test_the_full_year_shows_nothing(tmp_path):
    run = em.solve(load(tmp_path / "case", resolution="full"))
    assert run.metadata["time_aggregation"] == []
    assert run_report(run, "en", keys=("aggregation",)).sections == ()
    assert "time steps have" not in " ".join(describe_run(run))


def test_show_prints_the_table_and_its_json(folder):
    rows = cli.call("show", folder, "--json").json["time_aggregation"]
    assert [row["quantity"] for row in rows if row["difference"] == -1] == ["negative_price_hours"]
    printed = " ".join(cli.call("show", folder, "--language", "da").out.split())
    assert "Hvad tidsskridtene bevarer af året" in printed
    assert "Timer med negative priser" in printed


def test_verify_finds_a_changed_value(folder):
    run = em.open_run(folder)
    assert em.verify(folder).holds
    metadata = json.loads((folder / "metadata.json").read_text())
    metadata["time_aggregation"][1]["steps"] = 1.0
    (sentence,) = same_results.of_record(metadata, run.metadata)
    assert "negative_price_hours.power.price.steps: stored 1" in sentence
    changed = run.metadata | {"planned_peaks": ["power"]}
    (sentence,) = same_results.of_record(changed, run.metadata)
    assert sentence == "metadata.json, planned_peaks: stored power, recomputed nothing"
    earlier = {name: value for name, value in run.metadata.items() if name != "planned_peaks"}
    assert same_results.of_record(earlier, run.metadata) == []
