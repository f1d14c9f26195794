"""Why built, why not, why this price: answers worked out by hand, each threshold tried by solving again."""

import numpy as np
import pytest
from helpers import case_builder, cli, fleet_case, random_cases, two_hour_case

import energy_model as em
from energy_model.common.language import translator


def run_of(folder, *changes, **more):
    return em.solve(em.load_case(two_hour_case.write(folder / "case", **more), overrides=changes))


def one(run, name, **options):
    return em.explain(run, name, **options)[0]


def test_not_built_and_by_how_much(tmp_path):
    """A MW of sun earns 2 x 50 a year and costs 120: it misses 20, 10 a MWh, and enters below 100."""
    why = one(run_of(tmp_path), "sun_here")
    assert why.kind == "not built"
    turn = why.threshold
    assert (turn.gain, turn.used, turn.investment) == pytest.approx((-20, 2, 100))
    assert turn.tried
    assert turn.confirmed
    said = " ".join(why.sentences)
    assert (
        "The income of the first MW is 20 EUR/a below its cost. That is 10 EUR/MWh of its activity, measured in power."
        in said
    )
    assert "It is built if its investment is below 100 EUR/MW; the case has 120 EUR/MW." in said
    # 2 MWh at 60 pay the 120
    assert "It pays at the latest when power is worth 60 EUR/MWh while it runs; in the run that is 50 EUR/MWh." in said  # fmt: skip
    danish = " ".join(map(translator("da"), why.sentences))
    assert "Indtægten af den første MW er 20 EUR/år lavere end omkostningen." in danish
    assert "Det bygges, hvis investeringen er under 100 EUR/MW; her er den 120 EUR/MW." in danish
    sheet = why.sheet.set_index("line")["amount"]
    assert sheet.to_dict() == pytest.approx(
        {"delivers": 100, "investment_annuity": -120, "balance": -20}
    )


def test_built_to_its_limit_and_how_far_it_may_rise(tmp_path):
    """At 80 a MW half a MW is added and a MW more is worth 20; it stays until 100, 25 % more."""
    why = one(run_of(tmp_path, "conversions.sun_here.investment_cost = 80"), "sun_here")
    assert why.kind == "built"
    assert why.threshold.investment == pytest.approx(100)
    assert why.threshold.confirmed
    said = " ".join(why.sentences)
    assert "The maximum is added; one more MW would be worth 20 EUR/a." in said
    assert "rose by 25 %, from 80 EUR/MW to 100 EUR/MW." in said
    assert "100 % of its income is from power, of which 100 % in winter." in said


def test_what_is_built_says_whether_its_income_covers_its_cost(tmp_path):
    """Half a MW of sun earns 50 a year; at 80 a MW it costs 40, at 120 it costs 60 and is built only if it must be."""
    pays = one(run_of(tmp_path / "pays", "conversions.sun_here.investment_cost = 80"), "sun_here", break_even=False)  # fmt: skip
    assert "It is built since its income, 50 EUR/a, covers its cost, 40 EUR/a." in pays.sentences
    must = one(run_of(tmp_path / "must", "conversions.sun_here.min_capacity_added = 0.5"), "sun_here", break_even=False)  # fmt: skip
    told = (
        "Its income, 50 EUR/a, does not cover its cost, 60 EUR/a: a limit of the case requires it."
    )
    assert told in must.sentences


def test_what_stands_has_a_rent(tmp_path):
    """Half a MW of old sun costs nothing and earns 50 a year, 100 a MW."""
    plants = [case_builder.plant("old", "power", capacity_existing=0.5)]
    run = run_of(tmp_path, conversions=plants, flows=[case_builder.flow("old", "power", 1)])
    why = one(run, "old")
    assert why.kind == "stands"
    assert "The existing capacity has a surplus of 100 EUR/a per MW." in why.sentences
    assert why.threshold is None


def test_never_even_for_nothing(tmp_path):
    """Wind with a running cost above the market's price is not built for nothing."""
    plants = [case_builder.plant("wind_here", "power", max_capacity_added=9, investment_cost=160, lifetime=1, variable_cost=60)]  # fmt: skip
    run = run_of(tmp_path, conversions=plants, flows=[case_builder.flow("wind_here", "power", 1)])
    why = one(run, "wind_here")
    assert not why.threshold.tried
    assert "It would not be built even without an investment." in why.sentences
    assert "The first MW would not run at the prices of the run." in why.sentences


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_every_threshold_of_thrown_cases_is_confirmed(tmp_path, seed):
    """Built or not: one per cent below its threshold an asset is added, one per cent above it is not."""
    run = em.solve(em.load_case(random_cases.random_case(tmp_path / "case", seed)))
    told = em.explain(run, "*")
    assert len(told) == len(run.tables["capacities"])
    tried = [why.threshold for why in told if why.threshold is not None and why.threshold.tried]
    assert len(tried) >= 3
    assert all(turn.confirmed for turn in tried)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2))
def test_a_threshold_is_where_a_new_case_turns(tmp_path, seed):
    """Solved as new cases with another investment, from the tables on, the answer turns where it was told."""
    folder = random_cases.random_case(tmp_path / "case", seed)
    run = em.solve(em.load_case(folder))
    why = one(run, "solar")
    for factor, built in ((0.98, True), (1.02, False)):
        change = f"conversions.solar.investment_cost = {factor * why.threshold.investment}"
        other = em.solve(em.load_case(folder, overrides=[change]))
        assert (other.tables["capacities"].at["solar", "capacity_added"] > 1e-6) == built


def test_the_price_is_the_markets(tmp_path):
    why = one(run_of(tmp_path), "power")
    assert why.sheet.loc[0, "sets_the_price"] == "grid"
    assert why.sheet.loc[0, "hours"] == pytest.approx(2)
    assert why.sheet.loc[0, "mean_price"] == pytest.approx(50)
    more = why.tables["one_more"].set_index("name")["cost"]
    assert more.to_dict() == pytest.approx({"grid": 50})


def test_a_link_brings_the_price_of_its_other_end():
    run = em.solve(case_builder.system(
        2,
        sites=[{"site": "here"}, {"site": "there", "lat": 56.1}],
        markets=[case_builder.market(price=50)],
        demands=[case_builder.demand("light", "power", 2) | {"site": "there"}],
        links=[{"link": "cable", "carrier": "power", "from_site": "here", "to_site": "there", "capacity_existing": 5}],
    ))  # fmt: skip
    why = one(run, "power@there")
    assert why.sheet["sets_the_price"].tolist() == ["grid"]


@pytest.mark.slow
def test_the_price_of_the_target(tmp_path):
    """Emitting 0.2 t less takes 0.4 MWh of sun at 60 in place of 50: 20 a tonne, 120 for sun less 100 at the market."""
    why = one(run_of(tmp_path, "case.emissions.target = 0.8"), "emissions")
    cost = why.sheet.set_index("name")["cost"]
    assert cost.to_dict() == pytest.approx({"sun_here": 120, "grid": -100})
    assert "The shadow price of the target is 20 EUR/t." in why.sentences


@pytest.mark.slow
def test_no_target_and_a_slack_one_are_told(tmp_path):
    assert any("no emission target" in s for s in one(run_of(tmp_path / "a"), "co2").sentences)
    slack = one(run_of(tmp_path / "b", "case.emissions.target = 5"), "emissions")
    assert any("costs nothing" in s for s in slack.sentences)


def test_the_worth_of_a_hectare(tmp_path):
    """Emission-free, 0.3 ha of sun at 120 a MW and wind at 160: a hectare more spares 40."""
    land = [{"site": "here", "land_class": "field", "area": 0.3}]
    why = one(run_of(tmp_path, "case.emissions.target = 0", land=land), "here:field")
    cost = why.sheet.set_index("name")["cost"]
    assert cost.to_dict() == pytest.approx({"wind_here": -160, "sun_here": 120})
    assert any("One more hectare is worth 40" in s for s in why.sentences)


def test_a_hectare_nobody_needs_is_worth_nothing(tmp_path):
    assert any("worth nothing" in s for s in one(run_of(tmp_path), "here:field").sentences)


@pytest.mark.slow
def test_from_the_folder_alone(tmp_path):
    """A run opened from disk explains as the one in memory does, after its case is gone."""
    run = run_of(tmp_path)
    path = em.save(run, tmp_path / "run")
    for p in (tmp_path / "case").iterdir():
        p.unlink()
    assert one(path, "sun_here").sentences == one(run, "sun_here").sentences


def test_without_thresholds_nothing_is_solved(tmp_path, monkeypatch):
    run = run_of(tmp_path)
    monkeypatch.setattr("energy_model.optimization.highs.solve", None)
    assert one(run, "sun_here", break_even=False).threshold is None


def test_unknown_names_are_told_with_what_is_near(tmp_path):
    with pytest.raises(em.InputError, match="sun_here") as told:
        em.explain(run_of(tmp_path), ["sun_her", "moon"])
    assert len(told.value.issues) == 2


@pytest.mark.slow
def test_a_run_of_an_earlier_version_is_told(tmp_path):
    """A file without the names of its columns cannot be asked why."""
    path = em.save(run_of(tmp_path), tmp_path / "run")
    with np.load(path / "certificate.npz") as kept:
        parts = {name: kept[name] for name in kept.files if name != "names"}
    np.savez_compressed(path / "certificate.npz", **parts)
    assert em.verify(path).holds
    with pytest.raises(em.InputError, match="run the case again"):
        em.explain(path, "sun_here")


def test_without_thresholds_what_is_not_built_has_no_sheet(tmp_path):
    """Its first unit would have to be solved for; what a method leaves of nothing is not its sheet."""
    why = one(run_of(tmp_path), "sun_here", break_even=False)
    assert why.kind == "not built"
    assert why.sheet.empty
    assert "is computed with its break-even only" in why.sentences[-1]


ASSUMED = "conversions,wind_here,investment_cost,assumption,,,A guess."
PUBLISHED = "conversions,wind_here,investment_cost,source,A catalogue,2024,"
IN_CATALOGUE = "technologies,turbine,investment_cost,assumption,,,A guess."


@pytest.mark.parametrize(
    ("row", "technology", "is_assumed"),
    [(ASSUMED, None, True), (PUBLISHED, None, False), (IN_CATALOGUE, "turbine", True)],
)
def test_an_assumed_cost_of_the_last_tonne_is_named_as_such(tmp_path, row, technology, is_assumed):
    """At 0.25 t, 2 MWh of wind for 80 a MWh replace 2 MWh of the market for 50 to avoid a tonne: 160 less 100.

    The cost of wind is its investment, of its own or of its technology; the sources are kept with the run.
    """
    wind = {"investment_cost": 160} if technology is None else {"technology": technology}
    technologies = [{"technology": "sun", "capacity_unit": "MW"}, {"technology": "turbine", "capacity_unit": "MW", "investment_cost": 160}]  # fmt: skip
    plants = [
        case_builder.plant("sun_here", "power", technology="sun", max_capacity_added=0.5, investment_cost=120, lifetime=1),
        case_builder.plant("wind_here", "power", max_capacity_added=9, lifetime=1, **wind),
    ]  # fmt: skip
    folder = two_hour_case.write(
        tmp_path / "case", target=0.25, conversions=plants, technologies=technologies
    )
    head = "table,rows,columns,kind,publication,year,note"
    (folder / "sources.csv").write_text(f"{head}\n{row}\n", encoding="utf-8")
    path = em.save(em.solve(em.load_case(folder)), tmp_path / "run")
    mark = " (an assumption of the case)" if is_assumed else ""
    said = cli.call("explain", path, "emissions", "--language", "en")
    assert f"One tonne less costs 60 EUR: wind here +160 EUR{mark} and grid -100 EUR." in said.out
    said = cli.call("explain", path, "emissions", "--language", "da")
    mark = " (en antagelse i casen)" if is_assumed else ""
    assert f"wind here +160 EUR{mark}" in said.out


def test_without_sources_nothing_is_said_of_them(tmp_path):
    folder = two_hour_case.write(tmp_path / "case", target=0.25)
    path = em.save(em.solve(em.load_case(folder)), tmp_path / "run")
    assert not (path / "sources.csv").exists()
    assert "assumption" not in " ".join(em.explain(path, "emissions")[0].sentences)


def test_the_income_of_a_vehicle_is_explained(tmp_path):
    told = " ".join(one(fleet_case.solved(), "battery", break_even=False).sentences)
    assert "A vehicle's income is what its distance is worth in the run" in told
    other = one(run_of(tmp_path), "sun_here", break_even=False)
    assert "vehicle" not in " ".join(other.sentences)
