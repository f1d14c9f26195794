"""Settings of the solver: the name of another solver, and options in its words."""

import pytest
from helpers import two_hour_case

import energy_model as em


def load(tmp_path, text="", overrides=()):
    return em.load_case(two_hour_case.write(tmp_path / "case", more=text), overrides=overrides)


def test_options_of_another_solver_keep_their_names_and_types(tmp_path):
    text = '[solver]\nname = "cplex"\n[solver.options]\n"barrier.crossover" = 1\nlpmethod = 4\nlog = "a.log"\n'
    system = load(tmp_path, text, ["case.solver.options.barrier.limits.iteration = 9"])
    assert system.settings.solver.name == "cplex"
    assert system.settings.solver.options == {
        "barrier.crossover": 1, "lpmethod": 4, "log": "a.log", "barrier.limits.iteration": 9,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('name = "glop"', "input should be 'highs', 'gurobi'"),
        ('name = "copt"\nmethod = "ipm"', "method is an option of HiGHS"),
        ("options = {Threads = 1}", "options are those of another solver"),
        ('name = "copt"\noptions = {Threads = [1]}', "write a number, a text, true or false"),
        ('name = "copt"\noptions = 3', "write options as NAME = VALUE"),
    ],
)
def test_what_does_not_fit_is_refused(text, told, tmp_path):
    with pytest.raises(em.InputError, match="case.toml, solver") as refusal:
        load(tmp_path, f"[solver]\n{text}\n")
    assert told in str(refusal.value)


def test_a_case_that_names_highs_keeps_its_digest(tmp_path):
    plain = load(tmp_path / "one")
    named = load(tmp_path / "two", '[solver]\nname = "highs"\n')
    other = load(tmp_path / "three", '[solver]\nname = "copt"\n')
    assert plain.digest == named.digest != other.digest
    assert set(plain.settings.model_dump()["solver"]) == {"method", "time_limit"}
