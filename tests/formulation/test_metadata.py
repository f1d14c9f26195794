"""What results, accounts and diagnosis need to know of a variable or constraint stands at its declaration."""

import re
from pathlib import Path

import pyomo.environ as pyo
import pytest
from helpers import case_builder
from helpers.full_feature_case import EVERYTHING

import energy_model as em
from energy_model.formulation import metadata
from energy_model.optimization.compiled_model import CompiledModel
from energy_model.results.schema import COLUMNS
from energy_model.results.summary import MEANINGS

PACKAGE = Path(em.__file__).parent
MAX_FILES = 3
# Names of release 0.1 and today's beside them
OLD_NAMES = {"renamed_inputs.py", "former_names.py", "migrate_run.py"}
# Words that name more than a variable or constraint: columns of results and numbers of a summary,
# which any file may read, and words of inputs (a column of carriers) and studies (their activity)
OTHER_USES = {
    *(column for columns in COLUMNS.values() for column in columns),
    *MEANINGS,
    "balance",
    "activity",
    "charge",
}
# What is asked of a program or its solution, rather than of a table
OF_PROGRAM = (
    r"(?:variables|constraints|columns|rows|yearly_weights|hours|data|dataset)(?:\.get)?[\[(]"
)


@pytest.fixture(scope="module")
def model():
    """The model of a case that uses every part of the formulation."""
    return em.build_model(case_builder.system(4, **EVERYTHING))


def test_a_name_stands_in_few_files_beside_the_formulation(model):
    texts = {
        path.relative_to(PACKAGE).as_posix(): path.read_text(encoding="utf-8")
        for path in PACKAGE.rglob("*.py")
        if "formulation" not in path.parts and path.name not in OLD_NAMES
    }
    components = model.component_objects((pyo.Var, pyo.Constraint))
    crowded = {}
    for name in (component.local_name for component in components):
        exact = rf"[\"']{name}[\"']|\.{name}\b"
        pattern = f"{OF_PROGRAM}(?:{exact})" if name in OTHER_USES else exact
        files = [file for file, text in texts.items() if re.search(pattern, text)]
        if len(files) > MAX_FILES:
            crowded[name] = files
    assert crowded == {}


def test_every_role_is_one_of_the_list(model):
    roles = {
        pyo.Var: {metadata.SIZE, metadata.THROUGHPUT, metadata.LEVEL, ""},
        pyo.Constraint: {metadata.BALANCE, metadata.PHYSICS, metadata.POLICY, ""},
    }
    for kind, known in roles.items():
        assert {component.role for component in model.component_objects(kind)} == known


def test_the_account_of_a_variable_is_a_cost_entry(model):
    accounts = {component.account for component in model.component_objects(pyo.Var)} - {""}
    assert accounts < set(model.accounts.cost.entries)


@pytest.mark.parametrize(
    ("name", "table", "role"),
    [("sale", "markets", ""), ("flow_backward", "links", "throughput"), ("activity", "runs", "throughput"),
     ("demand_postponed", "demands", "level"), ("net_emissions", "", ""), ("capacity", "assets", "size")],
)  # fmt: skip
def test_a_block_has_the_table_and_role_of_its_declaration(model, name, table, role):
    lp = CompiledModel.of(case_builder.system(4, **EVERYTHING), model).lp
    block = lp.variables[name]
    assert (block.table, block.role) == (table, role)
    stored = lp.with_names(lp.names_as_text())
    assert stored.variables == lp.variables
    assert stored.constraints == lp.constraints
