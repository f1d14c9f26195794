"""The check of balances: a bus may be off by the certificate's tolerance of a row in each hour, and not by more."""

from dataclasses import replace

import pytest
from helpers import case_builder

import energy_model as em
from energy_model.formulation import build_model
from energy_model.optimization.certificate import MAX_VIOLATION_SHARE, certify
from energy_model.optimization.compiled_model import CompiledModel
from energy_model.results.solution_tables import ConsistencyError, SolutionTables

HOURS = 4


@pytest.fixture(scope="module")
def problem(tmp_path_factory):
    """A demand that the market serves at no cost, so that more purchases change no sum of costs."""
    case = case_builder.write(
        tmp_path_factory.mktemp("case") / "case",
        HOURS,
        markets=[case_builder.market(price=0)],
        demands=[case_builder.demand(carrier="power", yearly=HOURS)],
    )
    system = em.load_case(case)
    return CompiledModel.of(system, build_model(system))


def bought_too_much(problem, amount):
    """The solution with an amount too much in each hour, and its certificate."""
    answer = problem.solve()
    x = answer.x.copy()
    x[problem.lp.columns("purchase")] += amount
    return replace(answer, x=x, certificate=certify(problem.lp, x, answer.prices))


@pytest.mark.parametrize("share", [0.0, 0.9, -0.9])
def test_what_the_certificate_allows_is_balanced(problem, share):
    answer = bought_too_much(problem, share * MAX_VIOLATION_SHARE)
    assert answer.certificate.is_feasible
    SolutionTables(problem, answer).check()


@pytest.mark.parametrize("share", [4.0, -4.0])
def test_what_it_does_not_allow_is_refused(problem, share):
    answer = bought_too_much(problem, share * MAX_VIOLATION_SHARE)
    assert not answer.certificate.is_feasible
    with pytest.raises(ConsistencyError, match="Bus power@here does not balance"):
        SolutionTables(problem, answer).check()
