"""The JSON of every study is as stored for the grown village; see decision 12."""

import pytest
from golden import files
from golden.comparison import Renames
from helpers.danish_pages import left_in_english, texts_of

import energy_model as em
from energy_model.reporting.study_report import study_report

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("golden_studies")


@pytest.fixture(scope="module")
def studies(folder):
    return files.studies(folder)


@pytest.mark.parametrize("name", files.stored("studies"))
def test_a_study_is_as_stored(studies, name):
    found = files.file_differences(name, studies, Renames())
    assert not found, files.message(name, found)


def test_every_study_is_stored(studies):
    assert sorted(studies) == files.stored("studies")


@pytest.mark.usefixtures("studies")
def test_no_report_of_a_study_has_english_in_danish(folder):
    """Labels are those of the case, which are English where it has no Danish one."""
    opened = [em.open_study(path.parent) for path in folder.rglob("study.toml")]
    assert len(opened) == sum(name.startswith("json") for name in files.stored("studies"))
    case = next(path.parent for path in folder.rglob("case.toml"))
    frames = em.load_case(case).frames.values()
    names = {str(name).replace("_", " ") for frame in frames for name in frame.index}
    names |= {
        text for frame in frames if "label_en" in frame for text in frame["label_en"].dropna()
    }
    left = {
        study.question: left_in_english(
            *(texts_of(study_report(study, language, "title")) for language in ("en", "da")),
            {"title", "dear_gas", "limited", "weighed", *names},
        )
        for study in opened
    }
    assert {question: texts for question, texts in left.items() if texts} == {}
