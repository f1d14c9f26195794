"""A seeded sample of mutations of every input: the same answer, a fault, or a warning."""

from __future__ import annotations

from contextlib import suppress

import pytest
from fuzz import catalogue, judge
from fuzz.draft import Draft, NotHere
from fuzz.kinds import GROUPS, KINDS, OTHER, REFUSED, SAME, Kind
from fuzz.known import KNOWN_FAILURES, known_reason
from helpers.markers import mostly_slow

SEED = 15
COUNT = 250
PARTS = 12  # tests the sample is dealt to
SAMPLE = catalogue.sample(SEED, COUNT)
MIN_KINDS = 30  # of each input
MAX_DRAWS = 20  # of a kind
COMMAND_EVERY = 15  # one of so many is called by the command line too


def drawn(kind: Kind) -> Draft:
    """The first mutation of a kind that fits a file; some draws of cells fit none."""
    for number in range(MAX_DRAWS):
        with suppress(NotHere):
            return catalogue.drawn(SEED, number, [kind])[2]
    raise NotHere(kind.name)


def failures(kinds: list[Kind]) -> list[str]:
    """What is wrong with the mutations of these kinds, each in words."""
    found = []
    for number, kind in enumerate(kinds):
        draft = drawn(kind)
        verdict = judge.judge(draft, kind.may, command=number % COMMAND_EVERY == 0)
        if verdict.wrong:
            found.append(f"[{verdict.wrong}] {kind.name}: {draft.said}\n{verdict.detail[:800]}")
    return found


@pytest.mark.slow
@pytest.mark.parametrize("part", mostly_slow(range(PARTS), 6))
def test_no_mutation_is_read_in_another_sense_or_ends_in_a_traceback(part):
    kinds = [kind for kind in SAMPLE[part::PARTS] if not known_reason(kind.name)]
    found = failures(kinds)
    assert not found, "\n\n".join(found)


def test_every_sort_of_kind_occurs_in_the_sample():
    assert {catalogue.sort_of(k) for k in SAMPLE} == {
        catalogue.sort_of(k) for k in catalogue.order_of(SEED)
    }


@pytest.mark.slow
@pytest.mark.parametrize("group", GROUPS)
def test_every_input_has_at_least_thirty_kinds(group):
    assert catalogue.coverage()[group] >= MIN_KINDS


def test_a_mutation_is_the_same_for_the_same_seed_and_number():
    order = catalogue.order_of(SEED)
    for number in range(0, len(order), 97):
        one, other = (catalogue.drawn(SEED, number, order) for _ in range(2))
        assert one[1] == other[1]
        assert one[2].files == other[2].files


def test_every_kind_fits_some_file():
    for kind in KINDS.values():
        assert kind.targets(), kind.name


def test_every_known_failure_names_a_kind():
    for name in KNOWN_FAILURES:
        assert any(known_reason(kind) == KNOWN_FAILURES[name] for kind in KINDS), name


# The judge itself: each fault of the program that it looks for is found where there is one


def judged(name: str, may=None) -> judge.Verdict:
    """What the judge says of a kind, if it may end in something else than it may."""
    kind = KINDS[name]
    _, _, draft = catalogue.drawn(SEED, 0, [kind])
    return judge.judge(draft, kind.may if may is None else may)


@pytest.mark.slow
def test_the_judge_finds_another_meaning():
    kind = Kind("doubled", "test", ("carriers.csv",), SAME, _double_gas)
    _, _, draft = catalogue.drawn(SEED, 0, [kind])
    verdict = judge.judge(draft, SAME)
    assert verdict.wrong == "silent"
    assert "'45' is read as '90'" in verdict.detail
    assert judge.judge(draft, REFUSED).wrong == "silent"
    assert judge.judge(draft, OTHER) == judge.Verdict("other")


def _double_gas(draft, file, _):
    draft.write(file, draft.text(file).replace("gas,,,,40", "gas,,,,80"))


def test_the_judge_finds_a_right_input_that_is_refused():
    assert judged("number: text", SAME).wrong == "overstrict"


def test_the_judge_finds_a_fault_without_its_place():
    kind = KINDS["number: text"]
    _, _, draft = catalogue.drawn(SEED, 0, [kind])
    draft.told("elsewhere.csv")
    assert judge.judge(draft, kind.may).wrong == "unnamed"


def test_the_judge_finds_a_traceback_and_what_is_left_behind(monkeypatch):
    def broken(*_):
        raise KeyError("co2@there")

    def untidy(_, case):
        (case / ".carriers.csv_draft").touch()
        return judge.base_system()

    _, _, draft = catalogue.drawn(SEED, 0, [KINDS["rows: in another order"]])
    monkeypatch.setattr(judge.transport, "read", broken)
    assert judge.judge(draft, SAME).wrong == "traceback"
    monkeypatch.setattr(judge.transport, "read", untidy)
    assert judge.judge(draft, SAME).wrong == "litter"


def test_the_judge_ends_what_hangs(monkeypatch):
    def endless(*_):
        while True:
            pass

    _, _, draft = catalogue.drawn(SEED, 0, [KINDS["rows: in another order"]])
    monkeypatch.setattr(judge.transport, "read", endless)
    monkeypatch.setattr(judge, "MAX_SECONDS", 0.2)
    assert judge.judge(draft, SAME).wrong == "hang"
