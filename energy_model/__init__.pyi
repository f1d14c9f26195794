"""The public names of the package, with their types: the only list of them."""

from .case.case_spec import CaseSpec as CaseSpec
from .case.system import System as System
from .common.errors import InputError as InputError
from .common.errors import InputIssue as InputIssue
from .formulation import build_model as build_model
from .io.solver_files.import_solution import import_solution as import_solution
from .optimization.certificate import Certificate as Certificate
from .optimization.compiled_model import CompiledModel as CompiledModel
from .optimization.infeasibility import NoSolutionError as NoSolutionError
from .optimization.linear_program import LinearProgram as LinearProgram
from .results.accounts import Accounts as Accounts
from .results.accounts import accounts as accounts
from .results.bills import customer_bills as customer_bills
from .results.bills import network_charge as network_charge
from .results.run import Run as Run
from .results.run_files import open_run as open_run
from .results.run_files import save as save
from .results.solution import Solution as Solution
from .results.solution import solution_of as solution_of
from .results.solution_tables import ConsistencyError as ConsistencyError
from .results.stakeholders import stakeholder_accounts as stakeholder_accounts
from .solving.case_solver import CaseSolver as CaseSolver
from .solving.case_solver import Query as Query
from .solving.full_year import solve_full_year as solve_full_year
from .solving.load import load_case as load_case
from .solving.quick_look import QuickLook as QuickLook
from .solving.solve import solve as solve
from .solving.unit_sizes import solve_with_unit_sizes as solve_with_unit_sizes
from .solving.warm_start_cache import WarmStartCache as WarmStartCache
from .studies.attribution import attribute_difference as attribute_difference
from .studies.compare import Comparison as Comparison
from .studies.compare import compare as compare
from .studies.decision import compare_decision as compare_decision
from .studies.explanation.asset import Explanation as Explanation
from .studies.explanation.explain import explain as explain
from .studies.near_optimal import near_optimal as near_optimal
from .studies.operation import operate as operate
from .studies.pareto import pareto_front as pareto_front
from .studies.pathway.study import pathway as pathway
from .studies.preferences import preferences as preferences
from .studies.ranging import ranging as ranging
from .studies.regret import regret as regret
from .studies.robust.study import robust as robust
from .studies.runner.interruption import StudyInterrupted as StudyInterrupted
from .studies.runner.study import ExecutionOptions as ExecutionOptions
from .studies.runner.study import Study as Study
from .studies.runner.study import open_study as open_study
from .studies.siting.study import siting as siting
from .studies.study_verification import StudyVerification as StudyVerification
from .studies.study_verification import verify_study as verify_study
from .studies.sweep import sweep as sweep
from .studies.symbiosis.study import symbiosis as symbiosis
from .studies.weather_years import synthetic_years as synthetic_years
from .studies.weather_years import weather_years as weather_years
from .verification.verify import Verification as Verification
from .verification.verify import modified_files as modified_files
from .verification.verify import verify as verify

__all__ = [
    "Accounts",
    "CaseSolver",
    "CaseSpec",
    "Certificate",
    "Comparison",
    "CompiledModel",
    "ConsistencyError",
    "ExecutionOptions",
    "Explanation",
    "InputError",
    "InputIssue",
    "LinearProgram",
    "NoSolutionError",
    "Query",
    "QuickLook",
    "Run",
    "Solution",
    "Study",
    "StudyInterrupted",
    "System",
    "Verification",
    "WarmStartCache",
    "accounts",
    "attribute_difference",
    "build_model",
    "compare",
    "compare_decision",
    "customer_bills",
    "explain",
    "import_solution",
    "load_case",
    "modified_files",
    "near_optimal",
    "network_charge",
    "open_run",
    "open_study",
    "operate",
    "pareto_front",
    "pathway",
    "preferences",
    "ranging",
    "regret",
    "robust",
    "save",
    "siting",
    "solution_of",
    "solve",
    "solve_full_year",
    "solve_with_unit_sizes",
    "stakeholder_accounts",
    "sweep",
    "symbiosis",
    "synthetic_years",
    "verify",
    "weather_years",
]
