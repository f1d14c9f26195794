"""Decisions on assets beside a plan: what contradicts them is told, in both languages."""

import pytest
from helpers import case_builder, cli, two_hour_case

import energy_model as em
from energy_model.reporting.content import Text
from energy_model.reporting.figures.map_figures import draw_site_map
from energy_model.reporting.narrative import describe_run
from energy_model.reporting.run_report import run_report
from energy_model.results.decisions import decisions_of


def decision(asset, state, **more):
    return {"asset": asset, "state": state, "date": "2025-12-04", "source": "A gazette", **more}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Half a MW of sun is added; wind is not."""
    folder = tmp_path_factory.mktemp("decisions")
    decisions = [
        decision("sun_here", "stopped", note_en="No sun.", note_da="Ingen sol."),
        decision("wind_here", "on_hold", earliest_year=2090),
    ]
    case = two_hour_case.write(folder / "case", decisions=decisions)
    solved = em.solve(em.load_case(case, overrides=["markets.grid.price = 70"]))
    return em.open_run(em.save(solved, folder / "run"))


def test_only_what_the_plan_adds_contradicts_a_decision(run):
    found = decisions_of(run)
    assert found["against"].to_dict() == {"sun_here": True, "wind_here": False}
    assert found["too_early"].to_dict() == {"sun_here": False, "wind_here": False}


def test_the_contradiction_is_told_in_both_languages(run):
    english, danish = " ".join(describe_run(run, "en")), " ".join(describe_run(run, "da"))
    assert (
        "The plan contradicts decisions: it adds sun here (0.5 MW; stopped 2025-12-04)." in english
    )
    assert (
        "Planen strider mod beslutninger: den bygger sun here (0,5 MW; standset 2025-12-04)."
        in danish
    )


def test_the_first_screen_says_how_many_decisions_speak_against_the_plan(run):
    sentence = "Plants that are built although a decision stopped them, put them on hold or sets a later year: 1."  # fmt: skip
    shown = [b for b in run_report(run, "en").sections[0].blocks if isinstance(b, Text)]
    assert sentence in [s for block in shown if not block.collapsed for s in block.sentences]


def test_the_report_has_the_decisions_and_their_sources(run):
    sections = {
        part.key: part.blocks
        for part in run_report(run, "da", keys=("decisions", "decision_sources")).sections
    }
    (states,), (sources,) = sections["decisions"], sections["decision_sources"]
    assert states.rows[0] == ("sun here", "standset", "2025-12-04", "ja", "", "", "0,5 MW")
    assert states.rows[1] == ("wind here", "sat i bero", "2025-12-04", "", "2090", "", "")
    assert sources.rows[0] == ("sun here", "Ingen sol.", "A gazette")


def test_an_asset_before_its_earliest_year_is_told(tmp_path):
    decisions = [decision("sun_here", "contracted", earliest_year=2090)]
    case = two_hour_case.write(tmp_path / "case", decisions=decisions)
    run = em.solve(em.load_case(case, overrides=["markets.grid.price = 70"]))
    assert "sun here (0.5 MW; not before 2090)" in " ".join(describe_run(run, "en"))


def test_what_remains_without_a_stopped_asset_is_told(tmp_path):
    """2 MWh from a grid with 0.5 t/MWh emit 1 t; the stopped sun of 0.5 MW halves that."""
    case = two_hour_case.write(
        tmp_path / "case",
        decisions=[decision("sun_here", "stopped")],
        demands=[case_builder.demand("light", "power", 2)],
        carriers=[{"carrier": "power"}, {"carrier": "co2", "unit": "t"}],
    )
    no_wind = "conversions.wind_here.max_capacity_added = 0"
    run = em.solve(em.load_case(case, overrides=[no_wind, "case.emissions.target = 0.7"]))
    assert run.metadata["least_emissions_as_decided"] == pytest.approx(1)
    assert "the target is not met at any price: at least 1 t/a" in describe_run(run, "en")[0]
    assert "nås målet ikke til nogen pris: mindst 1 t/år" in describe_run(run, "da")[0]
    with_wind = em.solve(em.load_case(case, overrides=["case.emissions.target = 0.7"]))
    assert "least_emissions_as_decided" not in with_wind.metadata


def test_a_case_without_decisions_has_no_section(tmp_path):
    run = em.solve(em.load_case(two_hour_case.write(tmp_path / "case")))
    assert run_report(run, "en", keys=("decisions", "decision_sources")).sections == ()
    assert "decisions" not in " ".join(describe_run(run, "en"))


@pytest.mark.parametrize(
    ("row", "issue"),
    [
        ({"date": "soon"}, "write a date as 2025, 2025-12 or 2025-12-04"),
        ({"date": "2025-13"}, "write a date as 2025, 2025-12 or 2025-12-04"),
        ({"state": "maybe"}, "write one of existing, contracted"),
        ({"asset": "moon_here"}, "moon_here"),
        ({"source": ""}, "source"),
    ],
)
def test_a_wrong_decision_is_refused(row, issue):
    with pytest.raises(em.InputError, match=issue):
        case_builder.system(
            2,
            markets=[case_builder.market(price=50)],
            demands=[case_builder.demand("light", "power", 2)],
            conversions=[case_builder.plant("sun_here", "power", max_capacity_added=1)],
            flows=[case_builder.flow("sun_here", "power", 1)],
            decisions=[decision("sun_here", "stopped") | row],
        )


@pytest.fixture
def planned(tmp_path):
    """Wind may be added; sun may not. Neither can run before 2090."""
    decisions = [
        decision("wind_here", "contracted", earliest_year=2090),
        decision("sun_here", "on_hold", earliest_year=2090),
    ]
    case = two_hour_case.write(tmp_path / "case", decisions=decisions)
    return case, ["--set", "conversions.sun_here.max_capacity_added = 0"]


def test_check_shows_decisions_and_warns_of_additions_before_their_year(planned):
    case, changes = planned
    told = cli.call("check", case, *changes, "--json").json
    (warning,) = [text for text in told["warnings"] if "earliest" in text]
    assert warning == (
        "wind here may be added in 2030, before its earliest year 2090; "
        "set max_capacity_added to 0 in conversions, or target_year to 2090."
    )
    assert [(row["asset"], row["state"]) for row in told["decisions"]] == [
        ("wind_here", "contracted"),
        ("sun_here", "on_hold"),
    ]
    printed = " ".join(cli.call("check", case, *changes, "--language", "da").out.split())
    assert "wind here kan bygges i 2030, før det tidligste år 2090" in printed
    assert "sat i bero" in printed


def test_a_plan_for_the_earliest_year_has_no_warning(planned):
    case, changes = planned
    told = cli.call("check", case, *changes, "--set", "case.target_year = 2090", "--json").json
    assert not [text for text in told["warnings"] if "earliest" in text]


def test_the_map_shows_the_states_of_decisions_at_their_site(tmp_path):
    sites = [{"site": "here"}, {"site": "there", "lon": 10.1}]
    decisions = [decision("sun_here", "stopped"), decision("wind_here", "on_hold")]
    case = two_hour_case.write(tmp_path / "case", decisions=decisions, sites=sites)
    figure = draw_site_map(em.solve(em.load_case(case)), "en")
    marks = {
        trace.name: list(trace.x)
        for trace in figure.data
        if (trace.name or "").startswith("Decision")
    }
    assert marks == {"Decision: on hold": [10.0], "Decision: stopped": [10.0]}
    here, there = figure.data[-1].hovertext
    assert "sun here: stopped 2025-12-04<br>wind here: on hold 2025-12-04" in here
    assert "2025" not in there
