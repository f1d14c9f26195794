"""Guides: every study can be asked for by a page, its choices are checked, and the answer is that of the study."""

import json
import shutil

import pytest
from helpers import cli, three_firm_case, web

import energy_model as em
from energy_model.cli.commands.studies import studies
from energy_model.common.choices import NUMBER, ONE, SEVERAL, WHOLE, Choice
from energy_model.common.errors import InputError
from energy_model.studies.guide import study_guides
from energy_model.studies.pathway.stage_choices import MAX_STAGES
from energy_model.web.case_catalog import load_catalog

GUIDES = study_guides()
COMMANDS_WITHOUT_GUIDE = {"show"}


@pytest.fixture(scope="module")
def case(tmp_path_factory):
    folder = web.quick_village(tmp_path_factory.mktemp("guides"))
    text = 'changes = ["carriers.gas.price *= 0.7"]\n'
    (folder / "scenarios" / "cheap_gas.toml").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def subject(case):
    (offered,) = load_catalog([case]).values()
    return offered.subject("", "en")


def usual(guide, subject):
    """Values that a user may choose: the first of each list, and small numbers."""
    values = {choice.name: choice.default_of(subject) for choice in guide.choices}
    for choice in guide.choices:
        if choice.kind == SEVERAL:
            values[choice.name] = [key for key, _ in choice.options_of(subject)][: int(choice.min)]
        elif choice.kind == ONE and values[choice.name] == "":
            values[choice.name] = next(key for key, _ in choice.options_of(subject))
        elif choice.kind == WHOLE:
            values[choice.name] = max(2, int(choice.min))
    if guide.name == "pathway":
        values |= {f"stage_{number}_year": None for number in range(1, MAX_STAGES + 1)}
        values |= {"stage_1_year": 2026, "stage_2_year": 2030, "waiting": 1}
        values |= {"stage_2_scenario": "dear_gas"}
    return values


def test_every_study_command_has_a_guide():
    import energy_model.cli.app  # noqa: F401, PLC0415 - registers all commands

    commands = {command.name.replace("-", "_") for command in studies.registered_commands}
    named = {"operation" if name == "operate" else name for name in commands}
    assert set(GUIDES) == named - COMMANDS_WITHOUT_GUIDE


@pytest.mark.slow
@pytest.mark.parametrize("name", GUIDES)
def test_a_guide_leads_to_its_study(name, case, subject, tmp_path):
    guide = GUIDES[name]
    if name == "symbiosis":
        assert not guide.is_offered(subject)  # the village has no links between firms
        case = three_firm_case.write(tmp_path / "case")
        (offered,) = load_catalog([case]).values()
        subject = offered.subject("", "en")
    assert guide.is_offered(subject)
    options = guide.read(usual(guide, subject), subject)
    assert json.loads(json.dumps(options)) == options
    spec = em.CaseSpec(case, resolution=None if name == "symbiosis" else 12)
    study = guide.answer(spec, options, tmp_path / "study", em.ExecutionOptions(workers=0))
    assert study.question == name
    assert len(study.table)
    assert guide.count(options, subject) >= 1


def test_a_list_without_a_value_at_first_has_to_be_answered(subject):
    guide = GUIDES["siting"]
    values = {choice.name: choice.default_of(subject) for choice in guide.choices}
    with pytest.raises(InputError, match="Activity: choose one of the list"):
        guide.read(values, subject)


def test_all_wrong_choices_are_told_together(subject):
    guide = GUIDES["robust"]
    values = usual(guide, subject) | {
        "years": 2.5,
        "target": "never",
        "futures": ["no such"],
        "x": 1,
    }
    with pytest.raises(InputError) as caught:
        guide.read(values, subject)
    remedies = {issue.file: str(issue.remedy) for issue in caught.value.issues}
    assert remedies == {
        "Number of weather years": "write a whole number from 0 to 20",
        "Emission target": "choose one of the list",
        "Scenarios": "choose 0 to 8",
        "study": "reload the page",
    }


def test_a_robust_plan_of_one_year_is_refused(subject):
    values = usual(GUIDES["robust"], subject) | {"years": 1, "futures": []}
    with pytest.raises(InputError, match="two scenarios or weather years"):
        GUIDES["robust"].read(values, subject)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"first_from": 3.0, "first_to": 2.0}, "the lower number first"),
        ({"first_from": -1e9}, "the lower number first"),
        ({"second": None}, "reload the page"),
        ({"second_number": "same"}, "two different ones"),
        ({"first_count": 15, "second_number": "other", "second_count": 15}, "60 at most"),
    ],
)
def test_a_range_out_of_its_number_is_refused(subject, change, said):
    first, other, *_ = subject.numbers
    named = {"same": first, "other": other}
    values = usual(GUIDES["sweep"], subject) | change
    values["second_number"] = named.get(values["second_number"], values["second_number"])
    with pytest.raises(InputError, match=said):
        GUIDES["sweep"].read(values, subject)


@pytest.mark.parametrize("value", [None, "", "1", True, float("nan"), float("inf"), -1, 11, [1]])
@pytest.mark.parametrize("kind", [NUMBER, WHOLE])
def test_what_is_no_number_in_range_is_refused(subject, kind, value):
    with pytest.raises(ValueError, match="from 0 to 10"):
        Choice("n", "N", kind, max=10).read(value, subject)


def test_stages_of_the_page_keep_what_the_case_says_of_them(tmp_path):
    """The stage of 2030 is that of the case, with its changes and limits; another year is one without."""
    stages = '\n[[stages]]\nyear = 2026\n\n[[stages]]\nyear = 2030\nscenario = "dear_gas"\nchanges = ["carriers.co2.price = 50"]\nmax_capacity_added = { "tank*" = 20 }\n'
    folder = tmp_path / "village"
    shutil.copytree(cli.original(), folder)
    with (folder / "case.toml").open("a", encoding="utf-8") as file:
        file.write(stages)
    (offered,) = load_catalog([folder]).values()
    subject, guide = offered.subject("", "en"), GUIDES["pathway"]
    values = {choice.name: choice.default_of(subject) for choice in guide.choices}
    first, second = guide.read(values | {"stage_3_year": 2024}, subject)["stages"][1:]
    assert (first["year"], first["changes"]) == (2026, [])
    assert second["changes"] == ["carriers.co2.price = 50"]
    assert second["max_capacity_added"] == {"tank*": 20.0}
    changed = guide.read(values | {"stage_2_year": 2031}, subject)["stages"][1]
    assert (changed["year"], changed["scenario"], changed["changes"]) == (2031, "dear_gas", [])
    with pytest.raises(em.InputError, match="the years of two stages or more"):
        guide.read(values | {"stage_2_year": None}, subject)
