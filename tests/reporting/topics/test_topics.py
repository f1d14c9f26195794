"""Topics: every file is one, in both languages, also for a case without their subject; and the command line."""

import re
from importlib import import_module
from pathlib import Path

import pytest
from helpers import case_builder, cli, fleet_case

import energy_model as em
from energy_model.reporting import topics
from energy_model.reporting.content import DataTable
from energy_model.reporting.topics import (
    known_topics,
    topic_names,
    topic_report,
    write_topic_pages,
)
from energy_model.studies.guide import study_guides

TINY = {
    "markets": [case_builder.market(price=10)],
    "demands": [case_builder.demand(carrier="power", yearly=2)],
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("fleet") / "run"
    em.save(fleet_case.solved(), place)
    return place


def test_every_file_of_the_folder_is_a_topic():
    files = {path.stem for path in Path(topics.__file__).parent.glob("*.py")} - {"__init__"}
    assert set(topic_names()) == files
    assert {"fleet", "infrastructure", "location"} <= files
    for name in files:
        topic = import_module(f"energy_model.reporting.topics.{name}").TOPIC
        assert known_topics()[name] is topic
        assert topic.question.endswith("?")
        assert set(topic.studies) <= set(study_guides())
    ranks = [topic.rank for topic in known_topics().values()]
    assert ranks == sorted(set(ranks))


def test_a_topic_without_a_subject_says_so():
    run = em.solve(case_builder.system(2, **TINY))
    for name in set(topic_names()) - {"accounts", "prices"}:  # every case with demand has a price
        for language in ("en", "da"):
            report = topic_report(run, name, language)
            assert report.sections, name
            assert not any(
                isinstance(b, DataTable) for part in report.sections for b in part.blocks
            )


def test_an_unknown_topic_is_refused_with_the_known_ones(folder):
    with pytest.raises(em.InputError, match="accounts, deliveries, fleet, infrastructure"):
        topic_report(em.open_run(folder), "weather", "en")
    said = cli.call("report", folder, "--topic", "weather")
    assert said.code == 2
    assert "write one of accounts, deliveries, fleet" in said.err


def test_pages_of_all_topics_open_offline_in_both_languages(folder, tmp_path):
    run = em.open_run(folder)
    pages = write_topic_pages(run, "all", tmp_path / "pages")
    assert [page.stem for page in pages] == topic_names()
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert not re.findall(r"""(?:src|href)=["'](?!#|data:)""", text)
        assert 'lang="en"' in text
        assert 'lang="da"' in text


def test_a_topic_is_printed_or_written_from_the_command_line(folder, tmp_path):
    said = cli.call(
        "report", folder, "--topic", "fleet", "--choose", "vehicles=10", "--language", "en"
    )
    assert said.code == 0, said.err
    assert "vans: 10 vehicles" in said.out
    danish = cli.call("report", folder, "--topic", "fleet", "--language", "da")
    assert "vans: 40 køretøjer" in danish.out
    page = tmp_path / "fleet.html"
    said = cli.call("report", folder, "--topic", "fleet", "--out", page, "--json")
    assert said.json == {"written": [str(page)]}
    assert "vans: 40 køretøjer" in page.read_text(encoding="utf-8")
    printed = cli.call("report", folder, "--topic", "logistics", "--json").json
    assert printed[0]["title"].startswith("Logistics")
    assert not (folder / "report.html").exists()
    said = cli.call("report", folder, "--topic", "all", "--out", tmp_path / "all")
    assert said.out.count("Written to") == len(topic_names())


@pytest.mark.parametrize(
    ("options", "remedy"),
    [
        (["--topic", "fleet", "--figures", "slides"], "leave --case and --figures out"),
        (
            ["--topic", "fleet", "--choose", "vehicles=0"],
            "write a whole number from 1 to 1,000,000",
        ),
        (["--topic", "fleet", "--choose", "vehicles=2.5"], "write a whole number from 1"),
        (
            ["--topic", "fleet", "--choose", "vehicles=many"],
            "'many' is given; write a whole number",
        ),
        (
            ["--topic", "fleet", "--choose", "cars=3"],
            "'cars' is given; write one of fleet, taxes, vehicles",
        ),
        (["--topic", "fleet", "--choose", "vehicles"], "write CHOICE=VALUE, such as vehicles=25"),
        (["--topic", "land", "--choose", "vehicles=25"], "the topic has no choices"),
        (["--choose", "vehicles=25"], "only a topic has choices; name one with --topic"),
        (["--topic", "prices", "--choose", "month=13"], "'13' is given; choose one of the list"),
        (["--topic", "reasons", "--choose", "asset=nothing"], "choose one of the list"),
    ],
)
def test_bad_options_are_refused(folder, options, remedy):
    said = cli.call("report", folder, *options)
    assert said.code == 2
    assert remedy in " ".join(said.err.replace("│", " ").split())


def test_a_topic_is_not_of_a_study(tmp_path):
    (tmp_path / "study.toml").write_text("", encoding="utf-8")
    said = cli.call("report", tmp_path, "--topic", "land")
    assert said.code == 2
    assert "a study stands here, not a run" in said.err
