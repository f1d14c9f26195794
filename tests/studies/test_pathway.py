"""Paths of several stages, worked out by hand: heat from a boiler that burns gas at 1 EUR, unserved at 25 EUR a MWh."""

import pyomo.environ as pyo
import pytest
from helpers import case_builder, cli

import energy_model as em
from energy_model.case.colours import CaseColours
from energy_model.case.stage_settings import Stage
from energy_model.formulation import build_model
from energy_model.optimization import highs
from energy_model.optimization.compiled_model import CompiledModel
from energy_model.reporting.figures.export import report_figures
from energy_model.reporting.study_report import study_report
from energy_model.studies.pathway.linked_stages import compose
from energy_model.studies.pathway.stages import StageCase, discount_sum
from energy_model.studies.runner.study_case import StudyCase

BOILER = {"max_capacity_added": 20, "investment_cost": 100, "lifetime": 10, "fixed_cost": 2}


def write(folder, boiler=None, pathway="", **more):
    """One hour; 4 MW of heat. A MW of the boiler costs 10 EUR/a and 2 EUR/a of operation, a MWh 1 EUR: 4 * 13 = 52 EUR/a."""
    tables = {
        "carriers": [{"carrier": "heat"}, {"carrier": "gas", "price": 1.0}, {"carrier": "co2", "unit": "t"}],
        "markets": [case_builder.market("gas_market", "gas", emission_factor=0.2)],
        "demands": [case_builder.demand(yearly=4.0, penalty=25.0)],
        "conversions": [case_builder.plant("boiler", **BOILER | (boiler or {}))],
        "flows": [case_builder.flow("boiler", "heat", 1), case_builder.flow("boiler", "gas", -1)],
    }  # fmt: skip
    return case_builder.write(folder, 1, more=f"\n{pathway}\n", **tables | more)


@pytest.fixture
def solve(tmp_path, here):
    """The study of stages of a case."""

    def solved(case, stages, foresight="perfect", waiting=0, output="study"):
        return em.pathway(case, stages, foresight, waiting, tmp_path / output, execution=here)

    return solved


def cost(study):
    return study.tables["stages"]["discounted_cost"].sum()


def added(study, asset="boiler"):
    """What each stage adds."""
    plan = study.tables["plan"]
    built = plan[plan["asset"] == asset].set_index("stage")["added"]
    return built.reindex(study.tables["stages"]["stage"]).fillna(0.0).tolist()


# --- laws ---------------------------------------------------------------------------------------------


def test_one_stage_of_one_year_is_the_plain_run(tmp_path):
    system = em.load_case(write(tmp_path / "case"))
    model = CompiledModel.of(system, build_model(system))
    stage = StageCase(Stage(year=2030), 1, discount_sum(0.05, 2030, 1, 2030), StudyCase({}), system)
    answer, plain = highs.solve(compose([stage], {"2030": model}).lp), highs.solve(model.lp)
    assert answer.objective == pytest.approx(plain.objective) == 52
    assert answer.x == pytest.approx(plain.x)
    assert answer.prices == pytest.approx(plain.prices)


@pytest.mark.slow
def test_equal_stages_cost_the_plain_run_in_each_discounted_year(tmp_path, solve):
    case = write(
        tmp_path / "case",
        {"lifetime": 20, "investment_cost": 200},
        "[pathway]\ndiscount_rate = 0.1",
    )
    study = solve(case, ["2030", "2032", "2035: years = 1"])
    factors = sum(1.1**-year for year in range(6))
    assert cost(study) == pytest.approx(52 * factors)
    assert study.tables["stages"]["cost"].tolist() == pytest.approx([52, 52, 52])
    assert added(study) == pytest.approx([4, 0, 0])


@pytest.mark.slow
def test_the_discount_rate_is_that_of_the_perspective_and_the_base_year_may_be_another(
    tmp_path, solve
):
    rate = "[perspectives.dear]\ndiscount_rate = 0.5\ncost_components = []\n[pathway]\nbase_year = 2028"
    case = write(tmp_path / "case", {"investment_cost": 0}, rate, perspective="dear")
    study = solve(case, ["2030: years = 1", "2032: years = 1"])
    assert cost(study) == pytest.approx(
        4 * 2 * (1.5**-2 + 1.5**-4)
    )  # no component counts but costs of plants


@pytest.mark.slow
def test_doubled_years_double_the_cost(tmp_path, solve):
    """Without discounting, and with stages so far from each other that nothing built earlier is left."""
    case = write(tmp_path / "case", {"lifetime": 1, "investment_cost": 10})
    costs = [
        cost(solve(case, [f"{year}: years = {years}" for year in (2030, 2050)], output=str(years)))
        for years in (3, 6)
    ]
    assert costs == pytest.approx([2 * 3 * 52, 2 * 6 * 52])


@pytest.mark.slow
def test_a_target_never_makes_the_path_cheaper(tmp_path, solve):
    """With 0.4 t in 2035 half of the boiler is idle there: 12 EUR/MW/a, and 25 EUR a MWh unserved."""
    case = write(tmp_path / "case")
    free = solve(case, ["2030", "2035: years = 4"], output="free")
    bound = solve(case, ["2030", "2035: case.emissions.target = 0.4; years = 4"], output="bound")
    assert cost(free) == pytest.approx(9 * 52)
    assert cost(bound) == pytest.approx(5 * 52 + 4 * (2 * 13 + 2 * (12 + 25)))
    assert bound.tables["stages"]["net_emissions"].tolist() == pytest.approx([0.8, 0.4])
    assert bound.tables["stages"]["target"].tolist()[1] == pytest.approx(0.4)


# --- vintages -----------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_vintage_that_has_died_is_built_again(tmp_path, solve):
    """A lifetime of 4 years ends before 2035. The annuity is 25: (25 + 2 + 1) * 4 MW is dearer than 25 * 4, so at 20 EUR."""
    case = write(tmp_path / "case", {"lifetime": 4, "investment_cost": 80})
    study = solve(case, ["2030", "2035"])
    assert added(study) == pytest.approx([4, 4])
    assert cost(study) == pytest.approx(2 * 5 * 4 * (20 + 2 + 1))
    assert study.tables["plan"]["last_year"].tolist() == ["2033", "2038"]


@pytest.mark.slow
def test_a_vintage_dies_in_the_year_after_its_lifetime(tmp_path, solve):
    """Built in 2030 with a lifetime of 10 years it operates up to 2039, and a stage of 2040 builds again."""
    study = solve(write(tmp_path / "case"), ["2030", "2039", "2040"])
    assert added(study) == pytest.approx([4, 0, 4])
    vintages = study.tables["vintages"]
    assert list(zip(vintages["stage"], vintages["built"], vintages["capacity"], strict=True)) == [
        ("2030", "2030", pytest.approx(4)),
        ("2039", "2030", pytest.approx(4)),
        ("2040", "2040", pytest.approx(4)),
    ]


@pytest.mark.slow
def test_the_last_stage_pays_annuities_of_its_years_only(tmp_path, solve):
    """What is built in the last stage costs one annuity, not ten: worth it for 4 * (25 - 13) EUR in that one year."""
    study = solve(write(tmp_path / "case"), ["2030: demands.want.yearly = 0", "2031: years = 1"])
    assert added(study) == pytest.approx([0, 4])
    assert cost(study) == pytest.approx(52)


def test_a_later_stage_adds_only_what_it_lacks(tmp_path, solve):
    study = solve(write(tmp_path / "case"), ["2030", "2035: demands.want.yearly = 6"])
    assert added(study) == pytest.approx([4, 2])
    assert study.tables["stages"]["cost"].tolist() == pytest.approx([52, 78])
    assert study.tables["stages"]["investment"].tolist() == pytest.approx([400, 200])


@pytest.mark.slow
def test_vintages_keep_the_limit_of_the_stage_together(tmp_path, solve):
    """5 MW at most in all: 2035 lacks a MW at 25 EUR."""
    study = solve(
        write(tmp_path / "case", {"max_capacity_added": 5}),
        ["2030", "2035: demands.want.yearly = 6"],
    )
    assert added(study) == pytest.approx([4, 1])
    assert cost(study) == pytest.approx(5 * 52 + 5 * (5 * 13 + 25))


@pytest.mark.slow
def test_the_least_addition_counts_earlier_vintages(tmp_path, solve):
    study = solve(
        write(tmp_path / "case"), ["2030", "2035: conversions.boiler.min_capacity_added = 7"]
    )
    assert added(study) == pytest.approx([4, 3])


def test_a_vintage_keeps_its_land_and_its_rent(tmp_path, solve):
    """5 ha at 1 EUR/ha/a, 1 ha/MW: 2035 has room for one MW more, and pays rent for five."""
    case = write(
        tmp_path / "case",
        {"technology": "boilers"},
        technologies=[{"technology": "boilers", "capacity_unit": "MW"}],
        land=[{"site": "here", "land_class": "yard", "area": 5, "rent": 1}],
        footprints=[{"technology": "boilers", "land_class": "yard", "footprint": 1}],
    )
    study = solve(case, ["2030", "2035: demands.want.yearly = 6"])
    assert added(study) == pytest.approx([4, 1])
    assert study.tables["stages"]["cost"].tolist() == pytest.approx([4 * 14, 5 * 14 + 25])


@pytest.mark.slow
def test_a_limit_on_added_capacity_counts_earlier_vintages(tmp_path, solve):
    case = write(
        tmp_path / "case",
        limits=[{"limit": "chimneys", "sense": "max", "amount": 5}],
        limit_terms=[{"limit": "chimneys", "quantity": "capacity_added", "rows": "boil*"}],
    )
    assert added(solve(case, ["2030", "2035: demands.want.yearly = 6"])) == pytest.approx([4, 1])


@pytest.mark.slow
def test_a_stage_builds_no_more_than_its_construction_limit(tmp_path, solve):
    """3 MW at most in 2030, for the names that match together."""
    stages = [{"year": 2030, "max_capacity_added": {"boil*": 3.0}}, {"year": 2035}]
    study = solve(write(tmp_path / "case"), stages)
    assert added(study) == pytest.approx([3, 1])
    assert cost(study) == pytest.approx(5 * (3 * 13 + 25) + 5 * 52)


@pytest.mark.slow
def test_the_run_of_a_stage_has_all_capacity_alive(tmp_path):
    """It pays the annuity of its own stage for all of it, and its certificate holds."""
    execution = em.ExecutionOptions(workers=0)
    case = write(tmp_path / "case", {"technology": "boilers"}, technologies=[{"technology": "boilers", "capacity_unit": "MW"}], cost_factors=[{"technology": "boilers", "year": "2030"}, {"technology": "boilers", "year": "2035", "investment_factor": 2}])  # fmt: skip
    study = em.pathway(case, ["2030", "2035: demands.want.yearly = 6"], waiting=0, output=tmp_path / "s", execution=execution)  # fmt: skip
    run = study.run(2)
    assert run.tables["capacities"].at["boiler", "capacity_added"] == pytest.approx(6)
    assert run.objective == pytest.approx(6 * (20 + 2 + 1))
    assert study.tables["stages"]["cost"].tolist()[1] == pytest.approx(4 * 13 + 2 * 23)
    assert run.metadata["certificate"]["holds"]
    assert em.verify(study.folder / "runs" / study.table["run"].iloc[1]).holds


# --- existing capacity --------------------------------------------------------------------------------

OLD = {"capacity_existing": 4, "existing_until": 2033}


def test_existing_capacity_ages(tmp_path, solve):
    """4 MW stand until 2033; 2035 builds them anew."""
    study = solve(write(tmp_path / "case", OLD), ["2030", "2033", "2034"])
    assert added(study) == pytest.approx([0, 0, 4])
    assert study.tables["stages"]["cost"].tolist() == pytest.approx([12, 12, 52])


@pytest.mark.parametrize(("share", "new", "yearly"), [(0.4, 0, 4 * (4 + 3)), (1.0, 0, 52)])
@pytest.mark.slow
def test_the_life_of_existing_capacity_may_be_extended(share, new, yearly, tmp_path, solve):
    """For a lifetime, at the share of the investment cost: 40 % of 10 EUR/a for a MW; all of it is as dear as new."""
    study = solve(
        write(tmp_path / "case", OLD | {"life_extension_share": share}),
        ["2030", "2035", "2044: years = 1"],
    )
    costs = study.tables["stages"]["cost"].tolist()
    assert costs == pytest.approx([12, yearly, 52])  # 2044 is more than a lifetime after 2033
    if share < 1:
        assert added(study) == pytest.approx([0, new, 4])


@pytest.mark.slow
def test_extended_capacity_is_retired_where_it_is_not_needed(tmp_path, solve):
    old = OLD | {"life_extension_share": 0.4, "max_capacity_added": 0}
    study = solve(write(tmp_path / "case", old), ["2030", "2035: demands.want.yearly = 1"])
    assert study.tables["stages"]["cost"].tolist() == pytest.approx([12, 4 + 3])
    plan = study.tables["plan"].set_index("stage")
    assert plan.loc["2035", ["retired", "capacity"]].tolist() == pytest.approx([3, 1])


@pytest.mark.parametrize(("penalty", "retired"), [(25, 0), (3.5, 4)])
@pytest.mark.slow
def test_retired_capacity_does_not_come_back(penalty, retired, tmp_path, solve):
    """Nothing is needed in 2030, 4 MW in 2035: kept at 2 EUR/MW/a for 5 years, unless heat is hardly worth 3.5 EUR."""
    case = write(
        tmp_path / "case",
        {"capacity_existing": 4, "retirable": 1, "max_capacity_added": 0},
        demands=[case_builder.demand(yearly=4.0, penalty=penalty)],
    )
    study = solve(case, ["2030: demands.want.yearly = 0", "2035"])
    kept, given_up = 5 * 4 * 2 + 5 * 4 * 3, 5 * 4 * penalty
    assert cost(study) == pytest.approx(min(kept, given_up))
    assert study.tables["plan"]["retired"].sum() == pytest.approx(retired)


# --- costs by year ------------------------------------------------------------------------------------

LEARNING = {
    "technologies": [{"technology": "boilers", "capacity_unit": "MW", "investment_cost": 100}],
    "cost_factors": [
        {"technology": "boilers", "year": "2040", "investment_factor": 0.2, "fixed_factor": 2},
        {"technology": "boilers", "year": "2030"},
    ],
}


def test_costs_are_linear_between_the_years_of_the_factors(tmp_path, solve):
    case = write(
        tmp_path / "case",
        {"technology": "boilers", "lifetime": 1, "investment_cost": 10},
        **LEARNING,
    )
    study = solve(case, [f"{year}: years = 1" for year in (2025, 2030, 2035, 2040, 2045)])
    capital, fixed = [10, 10, 6, 2, 2], [2, 2, 3, 4, 4]
    expected = [4 * (c + f + 1) for c, f in zip(capital, fixed, strict=True)]
    assert study.tables["stages"]["cost"].tolist() == pytest.approx(expected)


@pytest.mark.slow
def test_learning_makes_waiting_worthwhile(tmp_path, solve):
    """Heat is worth 14 EUR: a MW built in 2030 gains 1 EUR/a in both stages, one built in 2035 gains 6 EUR/a there."""
    learning = LEARNING | {"cost_factors": [{"technology": "boilers", "year": "2030"}, {"technology": "boilers", "year": "2035", "investment_factor": 0.5}]}  # fmt: skip
    boiler = {"technology": "boilers", "investment_cost": None}
    demands = [case_builder.demand(yearly=4.0, penalty=14.0)]
    plain = write(
        tmp_path / "plain", boiler, demands=demands, technologies=LEARNING["technologies"]
    )
    learned = write(tmp_path / "learned", boiler, demands=demands, **learning)
    assert added(solve(plain, ["2030", "2035"], output="a")) == pytest.approx([4, 0])
    study = solve(learned, ["2030", "2035"], output="b")
    assert added(study) == pytest.approx([0, 4])
    assert cost(study) == pytest.approx(5 * 4 * 14 + 5 * 4 * 8)


# --- foresight and waiting ----------------------------------------------------------------------------


def two_ways(folder):
    """A cheap boiler, and a dear plant without emissions; from 2040 on nothing may be emitted."""
    return write(
        folder,
        {"lifetime": 30, "investment_cost": 300},
        conversions=[
            case_builder.plant("boiler", **BOILER | {"lifetime": 30, "investment_cost": 300}),
            case_builder.plant("pump", **BOILER | {"lifetime": 30, "investment_cost": 420}),
        ],
        markets=[case_builder.market("gas_market", "gas", emission_factor=0.2), case_builder.market("grid", "power", price=0.5)],
        flows=[
            case_builder.flow("boiler", "heat", 1), case_builder.flow("boiler", "gas", -1),
            case_builder.flow("pump", "heat", 1), case_builder.flow("pump", "power", -1),
        ],
        carriers=[{"carrier": "heat"}, {"carrier": "gas", "price": 1.0}, {"carrier": "power"}, {"carrier": "co2", "unit": "t"}],
    )  # fmt: skip


STAGES = ["2030", "2035", "2040: case.emissions.target = 0; years = 10"]


def test_the_further_the_sight_the_cheaper_the_path(tmp_path, solve):
    """A pump costs 14 + 2 + 0.5 EUR/a, a boiler 10 + 2 + 1. In 2040 a boiler is in vain, and still paid: 12 EUR/a."""
    study = solve(two_ways(tmp_path / "case"), STAGES, "perfect,window:2,myopic")
    found = study.tables["foresights"].set_index("foresight")["discounted_cost"]
    assert found["perfect"] == pytest.approx(20 * 4 * 16.5)
    late = 10 * 4 * 13 + 10 * 4 * (12 + 16.5)
    assert found["myopic"] == pytest.approx(late)
    assert found["perfect"] <= found["window:2"] <= found["myopic"] + 1e-6
    assert added(study, "pump") == pytest.approx([4, 0, 0])
    assert study.tables["foresights"]["cost_difference"].tolist()[0] == 0


@pytest.mark.slow
def test_a_window_over_all_stages_is_perfect_foresight(tmp_path, solve):
    study = solve(two_ways(tmp_path / "case"), STAGES, "perfect,window:3")
    assert study.tables["foresights"]["cost_difference"].tolist() == pytest.approx([0, 0], abs=1e-6)


def test_the_cost_of_waiting(tmp_path, solve):
    """Without the boiler in 2030: 100 EUR/a unserved for 52. In 2035 6 MW are built at once, of which 2040 needs 4: 2 * 12."""
    stages = ["2030", "2035: demands.want.yearly = 6", "2040: years = 5"]
    study = solve(write(tmp_path / "case"), stages, waiting=3)
    row = study.tables["waiting"].iloc[0]
    assert (row["asset"], row["stage"], row["status"]) == ("boiler", "2030", "optimal")
    assert row["cost_of_waiting"] == pytest.approx(5 * (100 - 52) + 5 * 2 * 12)


@pytest.mark.slow
def test_a_stage_without_candidates_says_so(tmp_path, solve):
    closed = "2030: conversions.boiler.max_capacity_added = 0"
    study = solve(write(tmp_path / "case", {"capacity_existing": 1}), [closed, "2035"])
    notes = list(map(str, study.notes))
    assert "In 2030 nothing can be built: its scenario has no candidates." in notes
    assert not any("In 2035 nothing" in note for note in notes)


@pytest.mark.slow
def test_what_a_stage_must_add_cannot_wait(tmp_path, solve):
    case = write(tmp_path / "case", {"min_capacity_added": 1})
    study = solve(case, ["2030", "2035"], waiting=1)
    assert study.tables["waiting"]["status"].tolist() == ["infeasible"]
    assert any("cannot wait" in str(note) for note in study.notes)


@pytest.mark.slow
def test_waiting_is_asked_of_perfect_foresight_only(tmp_path, solve):
    assert solve(write(tmp_path / "case"), ["2030", "2035"], "myopic", 5).tables["waiting"].empty


# --- emissions ----------------------------------------------------------------------------------------


@pytest.mark.slow
def test_emissions_are_parted_into_national_and_local_measures(tmp_path, solve):
    """An old boiler emits 0.8 t. The scenario halves the factor of gas; the pump then takes the rest."""
    case = two_ways(tmp_path / "case")
    stages = [
        "2030: conversions.boiler.capacity_existing = 4; conversions.pump.max_capacity_added = 0",
        "2035: conversions.boiler.capacity_existing = 4; markets.gas_market.emission_factor = 0.1; carriers.co2.price = 200",
    ]
    wedges = solve(case, stages).tables["wedges"].set_index("stage")
    assert wedges["emissions_before"].tolist() == pytest.approx([0.8, 0.8])
    assert wedges["national_measures"].tolist() == pytest.approx([0, 0.4])
    assert wedges["local_measures"].tolist() == pytest.approx([0, 0.4])
    assert wedges["emissions_left"].tolist() == pytest.approx([0.8, 0])


@pytest.mark.slow
def test_stages_that_cannot_be_operated_without_additions_are_named(tmp_path, solve):
    case = write(tmp_path / "case", demands=[case_builder.demand(yearly=4.0)])
    study = solve(case, ["2030", "2035"])
    assert study.tables["wedges"].empty
    assert any("cannot be operated in 2030 and 2035" in str(note) for note in study.notes)


# --- what is refused ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stages", "said"),
    [
        (None, "case.toml, stages: a pathway has two stages or more"),
        (["2030"], "--stage, stages: '2030' is given; a pathway has two stages or more"),
        (["2030", "2030"], "the stage 2030 does not follow 2030"),
        (["2035", "2030"], "the stage 2030 does not follow 2035"),
        (["2030: years = 6", "2035"], "stage 2030, years: '6' is given; the stage stands for years of the next"),
        (["2030: years = 0", "2035"], "--stage, years: '0' is given"),
        (["soon", "2035"], "--stage: 'soon' is given; write YEAR: SCENARIO"),
        (["2030: a; b", "2035"], "write YEAR: SCENARIO"),
        (["2030", "2035: nowhere"], "stage 2035, scenarios/nowhere.toml: there is no such scenario"),
        (["2030", "2035: markets.gas.price = 1"], "stage 2035, an override, markets.gas.price: markets has no row 'gas'"),
        ([{"year": 2030}, {"year": 2035, "max_capacity_added": {"pump_*": 1.0}}], "stage 2035, max_capacity_added: 'pump_*' is given; no asset has such a name"),
        ([{"year": 2030}, {"year": 2035, "yeers": 3}], "stages, yeers: '3' is given"),
    ],
)  # fmt: skip
def test_faulty_stages_are_refused_before_anything_is_solved(stages, said, tmp_path, solve):
    with pytest.raises(em.InputError) as error:
        solve(write(tmp_path / "case"), stages)
    assert said in str(error.value)
    assert not (tmp_path / "study").exists()


@pytest.mark.parametrize("word", ["far", "window:0", "window", "perfect,near", ""])
def test_an_unknown_foresight_is_refused(word, tmp_path, solve):
    with pytest.raises(em.InputError, match="write perfect, myopic or window:N"):
        solve(write(tmp_path / "case"), ["2030", "2035"], word)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([{"technology": "kettles", "year": "2030"}], "it is not in technologies.csv"),
        ([{"technology": "boilers", "year": "soon"}], "write a year of four digits"),
        ([{"technology": "boilers", "year": "2030"}] * 2, "the name is already in"),
        ([{"technology": "boilers", "year": "2030", "fixed_factor": -1}], "write zero or more"),
    ],
)
def test_faulty_cost_factors_are_refused(rows, said, tmp_path):
    technologies = [{"technology": "boilers", "capacity_unit": "MW"}]
    with pytest.raises(em.InputError) as error:
        em.load_case(write(tmp_path / "case", technologies=technologies, cost_factors=rows))
    assert said in str(error.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[stages]]\nyear = 1800", "case.toml, stages.0.year: '1800' is given"),
        ("[[stages]]\nyear = 2030\nyeers = 5", "nearest are years, year"),
        ("[pathway]\ndiscount_rate = 2.0", "case.toml, pathway.discount_rate: '2.0' is given"),
    ],
)
def test_faulty_settings_are_refused(text, said, tmp_path):
    with pytest.raises(em.InputError) as error:
        em.load_case(write(tmp_path / "case", pathway=text))
    assert said in str(error.value)


@pytest.mark.slow
def test_a_stage_without_a_plan_is_named(tmp_path, solve):
    case = write(tmp_path / "case", demands=[case_builder.demand(yearly=4.0)])
    with pytest.raises(em.NoSolutionError, match="The branch “2035” has no plan"):
        solve(case, ["2030", "2035: demands.want.yearly = 40"])


def test_stages_and_factors_change_no_run(tmp_path):
    """Their cases have the same fingerprint as without them."""
    technologies = [{"technology": "boilers", "capacity_unit": "MW"}]
    plain = em.load_case(write(tmp_path / "a", technologies=technologies))
    stages = "[pathway]\nbase_year = 2026\n[[stages]]\nyear = 2030"
    old = {"existing_until": 2033, "life_extension_share": 0.5}
    other = em.load_case(write(tmp_path / "b", old, stages, technologies=technologies, cost_factors=[{"technology": "boilers", "year": "2030"}]))  # fmt: skip
    assert plain.digest == other.digest


# --- the whole ----------------------------------------------------------------------------------------


@pytest.mark.slow
def test_an_interrupted_study_is_resumed(tmp_path, solve, monkeypatch):
    """The path is stored before the questions on waiting, and not solved again."""
    case, solved = write(tmp_path / "case"), []
    plain = highs.solve

    def solve_once(lp, *arguments, **options):
        if solved:
            raise KeyboardInterrupt
        solved.append(lp)
        return plain(lp, *arguments, **options)

    monkeypatch.setattr(highs, "solve", solve_once)
    with pytest.raises(em.StudyInterrupted, match="resumes the study"):
        solve(case, ["2030", "2035"], waiting=2)
    monkeypatch.setattr(highs, "solve", plain)
    stored = (tmp_path / "study" / "path_perfect_2030.json").read_bytes()
    study = solve(case, ["2030", "2035"], waiting=2)
    assert (tmp_path / "study" / "path_perfect_2030.json").read_bytes() == stored
    assert len(study.tables["waiting"]) == 1
    again = solve(case, ["2030", "2035"], waiting=2)
    assert again.tables["plan"].equals(study.tables["plan"])


@pytest.mark.slow
def test_rules_of_the_users_own_hold_in_every_stage(tmp_path, here):
    """At most 5 MW are added, and earlier vintages count in the rule as what the stage adds."""
    case = em.CaseSpec(write(tmp_path / "case"), extend=at_most_five)
    study = em.pathway(case, ["2030", "2035: demands.want.yearly = 6"], waiting=0, output=tmp_path / "s", execution=here)  # fmt: skip
    assert added(study) == pytest.approx([4, 1])


def at_most_five(m):
    m.at_most_five = pyo.Constraint(expr=m.capacity_added["boiler"] <= 5)


@pytest.mark.slow
def test_the_command_plans_the_village(tmp_path):
    case = cli.copy(tmp_path)
    stages = [
        "--stage",
        "2030",
        "--stage",
        "2035: dear_gas",
        "--stage",
        "2040: dear_gas; years = 5",
    ]
    said = cli.call("study", "pathway", case, *stages, "--waiting", 1, "-r", 12, "--out", tmp_path / "s", "--json")  # fmt: skip
    assert said.code == 0, said.err
    assert [row["stage"] for row in said.json["stages"]] == ["2030", "2035", "2040"]
    assert len(said.json["cases"]) == 3
    shown = cli.call("study", "show", tmp_path / "s", "--language", "da")
    assert "Hvad hver etape tilføjer" in shown.out
    assert cli.call("report", tmp_path / "s").code == 0
    study = em.open_study(tmp_path / "s")
    assert study.colours == CaseColours.of_tables(em.load_case(case).frames)
    for language in ("en", "da"):
        figures = report_figures(study_report(study, language))
        assert {"plan", "stages", "vintages", "wedges"} <= set(figures)
        assert all(len(figure.data) for figure in figures.values())
    assert cli.call("verify", tmp_path / "s" / "runs" / study.table["run"].iloc[0]).code == 0


def test_the_command_reads_the_stages_of_the_case(tmp_path):
    case = write(tmp_path / "case", pathway="[[stages]]\nyear = 2030\n[[stages]]\nyear = 2035\nyears = 10\nchanges = ['demands.want.yearly = 6']\nmax_capacity_added = {boiler = 1.5}")  # fmt: skip
    said = cli.call("study", "pathway", case, "--out", tmp_path / "s", "--waiting", 0, "--json")
    assert said.code == 0, said.err
    rows = [(row["stage"], row["added"]) for row in said.json["plan"]]
    assert rows == [
        ("2030", pytest.approx(4.5)),
        ("2035", pytest.approx(1.5)),
    ]  # idle for 5 years, used for 10


def test_the_command_says_what_is_wrong(tmp_path):
    said = cli.call("study", "pathway", write(tmp_path / "case"), "--foresight", "far", "--out", tmp_path / "s")  # fmt: skip
    assert (said.code, said.out) == (2, "")
    assert "two stages or more" in said.err
    assert "Traceback" not in said.err
