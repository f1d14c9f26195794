"""Slides: one message and one picture each, in both languages, offline, and a page of paper each."""

import re
import subprocess

import pytest
from helpers import browser, case_builder, cli, stored_studies

import energy_model as em
from energy_model.common.formatting import format_number
from energy_model.reporting.content import Chart, Text, Tiles
from energy_model.reporting.slides import run_slides, study_slides, write_slides

FEW = {
    "markets": [case_builder.market(price=10)],
    "demands": [case_builder.demand(carrier="power", yearly=2)],
}


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """The village as it stands, and without gas."""
    place, found = tmp_path_factory.mktemp("runs"), []
    for name, changes in (("plain", []), ("no_gas", ["carriers.gas.price *= 3"])):
        case = em.load_case(em.CaseSpec(cli.original(), None, changes, 24))
        em.save(em.solve(case), place / name)
        found.append(em.open_run(place / name))
    return found


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "da"])
def test_every_slide_has_a_message_and_one_thing_to_look_at(runs, language):
    slides = run_slides(runs[0], language).sections
    assert isinstance(slides[0].blocks[0], Tiles)
    for slide in slides:
        assert len(slide.title) > 15, slide.key
        charts = [block for block in slide.blocks if isinstance(block, Chart)]
        assert len(charts) <= 1
        assert bool(charts) != any(isinstance(block, Text | Tiles) for block in slide.blocks)
    keys = [slide.key for slide in slides]
    assert len(set(keys)) == len(keys)
    assert {"why", "investments", "map", "flows", "bills", "stakeholders", "emissions"} <= set(keys)


@pytest.mark.slow
def test_another_run_is_what_the_first_charts_start_from(runs):
    plain, no_gas = runs
    slides = run_slides(no_gas, "en", plain).sections
    assert [slide.key for slide in slides][:3] == ["answer", "costs_compared", "emissions_compared"]
    without = [run.summary["cost_without_emission_payments"] for run in (plain, no_gas)]
    assert f"in cost is +{format_number(without[1] - without[0], 'EUR/a')}" in slides[1].title
    less = no_gas.summary["net_emissions"] < plain.summary["net_emissions"]
    assert ("below" if less else "above") in slides[2].title


def test_a_run_without_investments_has_slides():
    slides = run_slides(em.solve(case_builder.system(2, **FEW)), "en").sections
    assert "nothing is built" in slides[0].title
    assert all(slide.blocks for slide in slides)


def test_a_study_has_a_slide_for_each_chart():
    for name in ("pareto", "regret"):
        study = stored_studies.read(name)
        slides = study_slides(study, "da").sections
        assert slides[0].title
        assert sum(isinstance(b, Chart) for s in slides for b in s.blocks) == len(slides) - 1


@pytest.mark.slow
def test_slides_are_written_and_printed_a_page_each(runs, tmp_path):
    plain, no_gas = runs
    out = tmp_path / "slides.html"
    said = cli.call(
        "report", no_gas.path, "--slides", "--compare-with", plain.path, "-o", out, "--json"
    )
    assert said.json == {"written": str(out)}
    text = out.read_text(encoding="utf-8")
    assert not re.findall(r"""(?:src|href)=["'](?!#|data:)""", text)
    if browser.PROGRAM is None:
        pytest.skip("no browser here")
    pdf = tmp_path / "slides.pdf"
    subprocess.run(
        [browser.PROGRAM, *browser.QUIET, "--no-pdf-header-footer", "--virtual-time-budget=9000", f"--print-to-pdf={pdf}", out.as_uri()],
        check=True, capture_output=True, timeout=90,
    )  # fmt: skip
    pages = len(re.findall(rb"/Type\s*/Page\b", pdf.read_bytes()))
    assert pages == len(run_slides(no_gas, "en", plain).sections)


def test_slides_have_a_default_place_and_refuse_what_they_lack(runs):
    assert write_slides(runs[0]) == runs[0].path / "slides.html"
    assert em.verify(runs[0].path).holds
    folder = runs[0].path
    for options, remedy in (
        (["--compare-with", runs[1].path], "only slides show another run"),
        (["--slides", "--topic", "land"], "slides have no topic"),
        (["--slides", "--compare-with", folder.parent / "none"], "none"),
    ):
        said = cli.call("report", folder, *options)
        assert said.code == 2, said.out
        assert remedy in " ".join(said.err.split())
