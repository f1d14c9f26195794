"""The report: everything in one file, in two languages, escaped, drawn without complaint; figures that keep the balances."""

import re
import struct

import numpy as np
import pandas as pd
import pytest
from helpers import cli
from helpers.browser import see

import energy_model as em
from energy_model.reporting import run_report
from energy_model.reporting.figures import export, run_figures
from energy_model.reporting.figures import supply_data as supply
from energy_model.reporting.render_html import render_page


def page_of(run, sources=None):
    """The page of a run as HTML."""
    reports = {lang: run_report.run_report(run, lang, sources) for lang in ("en", "da")}
    return render_page(reports)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    place = tmp_path_factory.mktemp("runs") / "village"
    em.save(em.solve(em.load_case(cli.original(), resolution=48)), place)
    return em.open_run(place)


@pytest.mark.slow
def test_a_run_becomes_one_page(run):
    said = cli.call("report", run.path, "--case", cli.original(), "--json")
    assert said.code == 0, said.err
    page = run.path / "report.html"
    assert said.json == {"written": str(page)}
    text = page.read_text(encoding="utf-8")
    assert page.stat().st_size < 5e6
    # Nothing is fetched: no address in what the browser loads.
    assert not re.findall(r"""(?:src|href)=["'](?!#|data:)""", text)
    for words in ("Hvad der bygges", "What is built", "Assumptions and sources"):
        assert words.lower() in text.lower()
    assert em.verify(run.path).holds
    assert not em.modified_files(run.path)


@pytest.mark.slow
def test_a_run_writes_its_page_when_asked(tmp_path):
    said = cli.call("run", cli.original(), "-r", 24, "-o", tmp_path / "run", "--report")
    assert said.code == 0
    assert "heat pump" in (tmp_path / "run" / "report.html").read_text(encoding="utf-8").lower()


@pytest.mark.slow
def test_the_page_of_a_run_in_memory_is_that_of_its_file(tmp_path):
    made = em.solve(em.load_case(cli.original(), resolution=24))
    em.save(made, tmp_path / "run")
    assert page_of(made) == page_of(em.open_run(tmp_path / "run"))


def test_what_flows_into_a_carrier_flows_out(run):
    sankey = run_figures.draw_energy_flows(run, "en").data[0]
    labels, link = list(sankey.node.label), sankey.link
    carriers = set(run.tables["carriers"]["label_en"].fillna("")) & set(labels)
    assert len(carriers) >= 2
    value = np.array(link.value)
    for label in carriers:
        place = labels.index(label)
        into = value[np.array(link.target) == place].sum()
        out = value[np.array(link.source) == place].sum()
        assert into == pytest.approx(out, abs=0.012 * value.max()), label


def test_a_week_is_what_feeds_the_carrier(run):
    steps = run.dataset["step_of_hour"].to_numpy()
    drawn = run_figures.draw_week(run, "da", "heat", 336)
    areas = sum(np.array(t.y) for t in drawn.data if t.stackgroup)
    fed = supply.supply(run, "heat").sum(axis=1).to_numpy()[steps[336:504]]
    assert areas == pytest.approx(fed, abs=0.05)


def test_prices_fall_along_the_duration_curve(run):
    for line in run_figures.draw_price_duration(run, "en").data:
        assert (np.diff(line.y) <= 0).all()


def test_costs_by_any_part_are_the_cost(run):
    for by in ("sector", "firm", "entry"):
        bars = run_figures.draw_costs(run, "en", by).data[0]
        assert sum(bars.x) == pytest.approx(run.objective / 1e6, rel=0.03)


@pytest.mark.slow
def test_a_name_cannot_run_in_the_page(tmp_path):
    case = cli.copy(tmp_path)
    for name in ("conversions", "sites", "carriers"):
        table = pd.read_csv(case / f"{name}.csv", dtype=str, keep_default_na=False)
        table["label_en"] = "</script><script>alert(1)</script>"
        table.to_csv(case / f"{name}.csv", index=False)
    page = page_of(em.solve(em.load_case(case, resolution=24)))
    assert "&lt;script&gt;alert" in page
    assert "<script>alert" not in page


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["nowhere"], "nowhere"),
        (["RUN", "--case", "nowhere"], "nowhere"),
        (["RUN", "--out", "/proc/report.html"], "cannot be written"),
    ],
)
def test_a_report_that_cannot_be_written_is_told(run, arguments, told):
    said = cli.call("report", *[run.path if a == "RUN" else a for a in arguments])
    assert said.code == 2
    assert told in said.err
    assert "Traceback" not in said.err


@pytest.mark.browser
@pytest.mark.parametrize(("language", "width"), [("en", 1200), ("da", 390)])
def test_a_browser_draws_every_figure_and_complains_of_nothing(run, tmp_path, language, width):
    page = run_report.write_run_page(run, tmp_path / "report.html")
    seen = see(page, tmp_path / "browser", f"?language={language}", width, 14000)
    assert seen.console == []
    assert f'data-language="{language}"' in seen.page
    figures = len(re.findall(rf'id="figure_[a-z_]*_{language}"', seen.page))
    assert figures >= 10
    assert len(re.findall(r'class="figure[^"]*js-plotly-plot"', seen.page)) == figures


@pytest.mark.browser
def test_figures_become_files_of_every_kind(run, tmp_path):
    said = cli.call("report", run.path, "--figures", tmp_path / "slides", "--format", "svg,png", "--language", "da", "--json")  # fmt: skip
    assert said.code == 0, said.err
    files = sorted(path.name for path in (tmp_path / "slides").iterdir())
    assert (
        len(files)
        == len(said.json["written"])
        == 2 * len(export.report_figures(run_report.run_report(run, "da")))
    )
    assert {"flows.svg", "heat_by_month.png", "cost_by_entry.svg"} <= set(files)
    assert (tmp_path / "slides" / "heat_by_month.png").read_bytes()[:4] == b"\x89PNG"
    width, height = struct.unpack(">II", (tmp_path / "slides" / "map.png").read_bytes()[16:24])
    assert (width, height) == (
        2 * export.WIDTH_POINTS,
        2 * run_figures.draw_site_map(run, "da").layout.height,
    )
    assert "timer på året" in (tmp_path / "slides" / "duration.svg").read_text(encoding="utf-8")
    assert not em.modified_files(run.path)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (["--format", "gif"], "known are png, svg, pdf"),
        (["--language", "de"], "write en or da"),
        ([], "no Chromium or Chrome was found"),
    ],
)
def test_figures_that_cannot_be_are_refused(run, tmp_path, monkeypatch, asked, told):
    monkeypatch.delenv("BROWSER_PATH", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    said = cli.call("report", run.path, "--figures", tmp_path / "slides", *asked)
    assert said.code == 2
    assert told in " ".join(said.err.split())
    assert not (tmp_path / "slides").exists()


@pytest.mark.slow
def test_what_the_answer_leans_on_stands_with_its_source(run):
    page = page_of(run, em.load_case(cli.original()).sources)
    assert "Inputs that the cost is most sensitive to" in page
    assert "demands.village_heat.yearly" in page


@pytest.mark.slow
def test_two_pages_can_be_told_apart_by_what_was_asked():
    """Changes and wishes stand on top."""
    changes = ["carriers.co2.price = 61.25"]
    run = em.solve(em.load_case(cli.original(), overrides=changes, resolution=24))
    run.metadata["candidates"] = {"solar_park": [0.0, 0.0]}
    page = page_of(run)
    assert "price = 61.25" in page
    assert "fravalgt" in page
    assert "Changed:" not in page_of(em.solve(em.load_case(cli.original(), resolution=24)))
