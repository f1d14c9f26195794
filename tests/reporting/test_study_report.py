"""Study reports: the same content on a terminal, a page and in the workbench, in both languages."""

import html
import re

import numpy as np
import pandas as pd
import pytest
from dash.development.base_component import Component
from helpers import cli, stored_studies, two_hour_case
from helpers.browser import see

import energy_model as em
from energy_model.common.language import Message
from energy_model.reporting.content import DataTable
from energy_model.reporting.figures.export import report_figures
from energy_model.reporting.figures.study_figures import price_steps
from energy_model.reporting.json_records import study_records
from energy_model.reporting.render_html import render_page
from energy_model.reporting.render_terminal import print_report
from energy_model.reporting.study_report import study_report, write_study_page
from energy_model.reporting.study_vocabulary import COLUMNS, HIDDEN, SHORT, TITLES
from energy_model.reporting.table_columns import MONEY, Column, column_table
from energy_model.studies.pathway import tables as pathway_tables
from energy_model.studies.pathway import waiting as pathway_waiting
from energy_model.studies.runner.study import Study
from energy_model.web.components import render_blocks

LANGUAGES = ("en", "da")
PRICE = "markets.grid.price"


def tables_of(report):
    return [b for section in report.sections for b in section.blocks if isinstance(b, DataTable)]


def cells_of(report):
    return [cell for table in tables_of(report) for row in table.rows for cell in row if cell]


def numbers_of(report):
    """The numeric cells, which no renderer may fold."""
    return [
        cell
        for table in tables_of(report)
        for row in table.rows
        for cell in row[len(row) - table.numeric :]
        if cell
    ]


def texts_of(element):
    """Every text within the elements of a page of the workbench."""
    if isinstance(element, Component):
        yield from texts_of(getattr(element, "children", None))
    elif isinstance(element, list | tuple):
        for part in element:
            yield from texts_of(part)
    elif element is not None:
        yield str(element)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", stored_studies.NAMES)
def test_terminal_page_and_workbench_have_the_same_cells(name, language, capsys):
    report = study_report(stored_studies.read(name), language)
    assert numbers_of(report)
    print_report(report)
    terminal = set(capsys.readouterr().out.split())
    for number in numbers_of(report):
        assert set(number.split()) <= terminal
    page = render_page({language: report})
    on_page = [html.unescape(cell) for cell in re.findall(r"<td[^>]*>([^<]+)</td>", page)]
    assert on_page == cells_of(report)
    workbench = list(texts_of([render_blocks(section.blocks) for section in report.sections]))
    assert [text for text in workbench if text in set(on_page)] != []
    assert set(on_page) <= set(workbench)


@pytest.mark.parametrize("name", stored_studies.NAMES)
def test_both_languages_have_the_same_sections_and_numbers(name):
    english, danish = (study_report(stored_studies.read(name), language) for language in LANGUAGES)
    assert [s.key for s in english.sections] == [s.key for s in danish.sections]
    separators = str.maketrans(",.", ".,")
    assert [cell.translate(separators) for cell in numbers_of(english)] == numbers_of(danish)
    for ours, theirs in zip(tables_of(english), tables_of(danish), strict=True):
        assert ours.title != theirs.title


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", stored_studies.NAMES)
def test_every_chart_can_be_drawn(name, language):
    study = stored_studies.read(name)
    drawn = report_figures(study_report(study, language))
    assert drawn or name == "sweep"  # a sweep of two inputs has no chart
    for figure in drawn.values():
        assert len(figure.data)
        assert figure.layout.separators == {"en": ".,", "da": ",."}[language]


def test_a_chart_has_the_amounts_of_its_table():
    study = stored_studies.read("pareto")
    front = report_figures(study_report(study, "da"))["front"]
    cost, bound, price = front.data
    assert cost.y * 1e6 == pytest.approx(study.tables["front"]["cost"].to_numpy())
    assert set(price.y) == set(study.tables["front"]["price"])
    kinks = study.tables["breakpoints"]
    assert len(kinks)
    for amount, least in zip(kinks["amount"], kinks["min_cost"], strict=True):
        assert [*bound.y][[*bound.x].index(amount)] * 1e6 == pytest.approx(least)
        assert [*price.x].count(amount) == 2  # the price steps there
    assert front.layout.xaxis2.title.text == "areal [ha]"
    links = report_figures(study_report(stored_studies.read("symbiosis"), "en"))["links"]
    assert links.layout.xaxis.title.text == "value to the city [kEUR/a]"
    values = stored_studies.read("symbiosis").tables["links"]["standalone_value"]
    assert sorted(links.data[0].x * 1e3) == pytest.approx(sorted(values))


def test_the_price_steps_at_breakpoints_and_in_the_middle_of_what_has_none():
    front = pd.DataFrame({"amount": [0.0, 10.0, 20.0], "price": [5.0, 3.0, 3.0]})
    kinks = pd.DataFrame({"amount": [2.0]})
    assert price_steps(front, kinks) == ([0, 2, 2, 15, 15, 20], [5, 5, 3, 3, 3, 3])


def test_a_plan_without_a_solution_has_a_word_in_the_heat_map():
    frame = pd.DataFrame(
        [("base case", "base case", 0.0), ("base case", "mine", np.inf), ("mine", "base case", 2e6), ("mine", "mine", 0.0)],
        columns=["plan", "future", "regret"],
    )  # fmt: skip
    study = Study(stored_studies.FOLDER, "regret", pd.DataFrame(), {"regrets": frame})
    figure = report_figures(study_report(study, "da", with_cases=False))["regrets"]
    assert [note.text for note in figure.layout.annotations] == ["0", "ingen plan", "2", "0"]
    assert list(figure.data[0].x) == ["basiscase", "mine"]


@pytest.mark.slow
def test_names_of_the_user_are_not_translated(tmp_path):
    case = two_hour_case.write(tmp_path / "case")
    futures = {"field": [f"{PRICE} = 70"]}
    here = em.ExecutionOptions(workers=0, keep_runs=False)
    study = em.regret(case, futures, output=tmp_path / "s", execution=here)
    for opened in (study, em.open_study(tmp_path / "s")):
        report = study_report(opened, "da")
        assert "“field”" in report.sections[0].blocks[0].sentences[0]
        (table,) = [t for t in tables_of(report) if t.title.startswith("Hver plans")]
        assert [row[0] for row in table.rows] == ["basiscase", "field"]


@pytest.mark.slow
def test_messages_in_cells_are_translated_after_a_study_is_opened(tmp_path):
    case = two_hour_case.write(tmp_path / "case")
    here = em.ExecutionOptions(workers=0, keep_runs=False)
    em.ranging(case, [PRICE], output=tmp_path / "s", execution=here)
    study = em.open_study(tmp_path / "s")
    assert study.tables["ranges"]["above"].to_list() == ["more sun_here"]
    assert isinstance(study.notes[0], Message)
    report = study_report(study, "da")
    assert "mere sun_here" in cells_of(report)
    assert report.sections[0].blocks[0].sentences[0].startswith("Planen regnes for ændret")
    figure = report_figures(report)["ranges"]
    assert " mere sun_here " in [note.text for note in figure.layout.annotations]
    assert study_records(study)["notes"] == list(study.notes)


def test_money_has_one_unit_and_the_digits_that_tell_rows_apart():
    """Of millions one decimal is the same for both; three tell them apart."""

    def column(values):
        (table,) = column_table("", [Column("cost", values, MONEY)], "en", 9)
        return table.heads[0], [row[0] for row in table.rows]

    assert column([3_101_200.0, 3_102_900.0]) == ("cost [MEUR/a]", ["3.101", "3.103"])
    assert column([3.1e6, 4.2e6]) == ("cost [MEUR/a]", ["3.1", "4.2"])
    assert column([31_000.0, -200.0, np.nan]) == ("cost [kEUR/a]", ["31", "0", ""])
    assert column([310.0, np.inf]) == ("cost [EUR/a]", ["310", "∞"])


def test_a_long_table_says_how_many_rows_are_left_out():
    (table,) = column_table("", [Column("name", ["a", "b", "c"])], "da", 2)
    assert (len(table.rows), table.note) == (2, "1 rækker mere findes i filerne.")


def test_declared_columns_and_titles_are_those_of_studies():
    """A column or a table that no study has any more would be dead."""
    studies = [stored_studies.read(name) for name in stored_studies.NAMES]
    tables = {name for study in studies for name in study.tables}
    robust = {"measures", "branches", "robust_plan", "held_in"}  # no golden study is a robust plan
    elsewhere = {
        "surface",
        "tornado",
        "attribution",
    }  # of options that the golden studies do not use
    operation = {"operation", "months", "month_levels", "yearly_limits", "levels"}
    of_pathway = {
        "plan": pathway_tables.PLAN_COLUMNS,
        "stages": pathway_tables.STAGE_COLUMNS,
        "vintages": pathway_tables.VINTAGE_COLUMNS,
        "waiting": pathway_waiting.COLUMNS,
        "wedges": pathway_tables.WEDGE_COLUMNS,
        "foresights": pathway_tables.FORESIGHT_COLUMNS,
    }
    tables |= set(of_pathway)
    assert set(TITLES) <= tables | elsewhere | operation | robust
    assert set(HIDDEN) | set(SHORT) <= tables | {"cases"} | operation | robust
    columns = {column for study in studies for frame in study.tables.values() for column in frame}
    columns |= {column for study in studies for column in study.table}
    columns |= {column for names in of_pathway.values() for column in names}
    more = {"cells", "share", "input", "alone"}  # of an attribution
    more |= {
        "branch",
        "probability",
        "robust_cost",
        "base_plan_cost",
        "base_plan_above_target",
        "base_plan_status",
        "may_wait",
        "robust_added",
        "base_plan_added",
        "difference",
        "difference_cost",
        "own_min",
        "own_mean",
        "own_max",
    }  # of a robust plan
    more |= {"unit"}  # of reinforcements
    more |= {"at_highest", "at_lowest", "base_case", "highest", "lowest", "reach"}  # of a tornado
    more |= {"second_amount", "second_price"}  # of a surface
    more |= {"first_order", "first_order_confidence", "total", "total_confidence"}  # of sobol
    values = ("amount", "cost", "emissions", "level", "unserved")
    more |= {f"{year}_{value}" for year in ("foresight", "rolling") for value in values}
    more |= {"cost_difference", "cost_of_not_knowing", "left_over", "rolling_unserved_hours"}
    more |= {
        "limit",
        "missed",
        "month",
        "row",
        "storage",
    }  # of an operation, as the two lines above
    assert set(COLUMNS) - columns - more == set()


def test_a_study_has_the_charts_of_its_tables():
    report = study_report(stored_studies.read("symbiosis"), "en")
    assert set(report_figures(report)) == {"links", "shares", "parties"}


@pytest.fixture(scope="module")
def prices(tmp_path_factory):
    place = tmp_path_factory.mktemp("studies")
    case = two_hour_case.write(place / "case")
    here = em.ExecutionOptions(workers=0, keep_runs=False)
    return em.sweep(case, {PRICE: [20, 40, "1e99"]}, place / "s", execution=here)


def test_a_study_becomes_one_page_in_two_languages(prices):
    said = cli.call("report", prices.folder)
    assert said.code == 0, said.err
    text = (prices.folder / "report.html").read_text(encoding="utf-8")
    assert "3 cases" in text
    assert "3 tilfælde" in text
    said = cli.call("report", prices.folder, "--case", "case")
    assert said.code == 2
    assert "leave --case out" in said.err


@pytest.mark.browser
def test_a_browser_draws_the_charts_of_a_study(prices, tmp_path):
    page = write_study_page(prices, tmp_path / "study.html")
    seen = see(page, tmp_path / "browser", "?language=da", 1200, 3000)
    assert seen.console == []
    assert 'id="figure_cases_da"' in seen.page
    assert len(re.findall(r'class="figure[^"]*js-plotly-plot"', seen.page)) == 1


@pytest.mark.browser
def test_the_charts_of_a_study_become_files(prices, tmp_path):
    said = cli.call("report", prices.folder, "--figures", tmp_path / "slides", "--format", "svg,png", "--language", "da")  # fmt: skip
    assert said.code == 0, said.err
    assert {path.name for path in (tmp_path / "slides").iterdir()} == {"cases.svg", "cases.png"}
    assert "mindste omkostning" in (tmp_path / "slides" / "cases.svg").read_text(encoding="utf-8")
