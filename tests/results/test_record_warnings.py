"""Warnings of a stored run: English in the file, and in both languages where they are shown."""

import json

import pytest
from helpers import case_builder

import energy_model as em
from energy_model.common.language import Message, translate
from energy_model.optimization import precheck
from energy_model.reporting.run_answer import warnings
from energy_model.results.record import WARNING_MESSAGES, read_record


@pytest.fixture
def stored(tmp_path):
    """A run with a peak of 9 MW that one step hides."""
    system = case_builder.system(
        8,
        resolution=1,
        markets=[case_builder.market(price=5)],
        demands=[
            case_builder.demand(
                "light",
                "power",
                16.0,
                profile="shape",
                shiftable=0.01,
                window=1,
            )
        ],
        profiles={"shape": [1.0] * 7 + [9.0]},
    )
    run = em.solve(system)
    run.metadata["warnings"] = precheck.check_adequacy(system)
    em.save(run, tmp_path / "run")
    return tmp_path / "run"


def test_a_stored_warning_is_shown_in_both_languages(stored):
    (text,) = json.loads((stored / "metadata.json").read_text())["warnings"]
    assert text.startswith("At resolution 1 the demand for power")
    run = em.open_run(stored)
    assert warnings(run, "en") == [text]
    (danish,) = warnings(run, "da")
    assert danish.startswith("Med tidsopløsningen 1 gælder: behovet for power")
    assert WARNING_MESSAGES not in run.metadata


@pytest.mark.parametrize("damaged", [7, {"message": 3}, {"message": "{x", "values": {}}, {"values": {}}, {"message": "other", "values": {}}])  # fmt: skip
def test_a_message_that_cannot_be_read_leaves_the_english_text(stored, damaged):
    file = stored / "metadata.json"
    content = json.loads(file.read_text())
    (text,) = content["warnings"]
    content[WARNING_MESSAGES] = {text: damaged}
    file.write_text(json.dumps(content))
    assert read_record(file)["warnings"] == [text]
    content[WARNING_MESSAGES] = damaged
    file.write_text(json.dumps(content))
    assert read_record(file)["warnings"] == [text]


def test_reasons_for_no_plan_are_danish_sentences():
    """Two hours of 1 MW, of which the market serves none."""
    with pytest.raises(em.NoSolutionError) as told:
        em.solve(
            case_builder.system(
                2,
                demands=[case_builder.demand("want", "heat", 2.0)],
                markets=[case_builder.market(carrier="heat", max_purchase=1e-9)],
            )
        )
    (first, *_) = told.value.sentences
    assert isinstance(first, Message)
    assert translate(first, "da").startswith("varme, here: 2 MWh mangler i 2 timer")
