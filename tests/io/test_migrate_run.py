"""Runs written by release 0.1 are proven under today's names after they are migrated.

The archive holds the case with every feature: as it is, with typical days and an own rule, and
with a query (`limits`, `least`, `watched` and capacities).
"""

import tarfile
from pathlib import Path

import pandas as pd
import pytest
from helpers import cli

import energy_model as em
from energy_model.io.migrate_run import KEPT, migrate_run

RUNS = Path(__file__).with_name("runs_of_release_0_1.tar.xz")


@pytest.fixture
def old(tmp_path):
    """The folder with the old runs."""
    with tarfile.open(RUNS) as archive:
        archive.extractall(tmp_path, filter="data")
    return tmp_path


@pytest.mark.slow
@pytest.mark.parametrize(("name", "of"), [("plain", "case"), ("own_rule", None), ("query", "case")])
def test_a_migrated_run_is_proven(old, name, of):
    numbers = pd.read_csv(old / name / "capacities.csv", index_col="asset")["added"]
    with pytest.raises(em.InputError, match="energy-model migrate .*" + name):
        em.open_run(old / name)
    told = cli.call("migrate", old / name)
    assert (told.code, KEPT in told.out) == (0, True)
    found = em.verify(old / name)
    if of is None:  # its steps hide a peak, for which the formulation has a row since
        lacks = ("the decision 'peak_unserved'", "the rule 'peak_supply'")
        assert found.differences == tuple(
            f"certificate.npz: {what} is not in the stored program" for what in lacks
        )
    else:
        assert found.proven, found.differences
        assert found.proven_of == of
    run = em.open_run(old / name)
    assert run.tables["capacities"]["capacity_added"].to_dict() == pytest.approx(numbers.to_dict())
    assert float(run.dataset["capacity_added"].sum()) == pytest.approx(numbers.sum())
    assert "flow_forward" in set(run.tables["balances"]["decision"])
    assert {"investment_annuity", "battery_wear"} & set(run.tables["costs"]["entry"])
    assert em.accounts(run).balance().notna().all()
    assert {path.name for path in old.iterdir()} >= {name, name + KEPT}


@pytest.mark.slow
def test_only_a_sound_old_run_is_migrated(old):
    table = old / "plain" / "costs.csv"
    table.write_text(table.read_text().replace("owning", "fixed"))
    with pytest.raises(em.InputError, match=r"costs\.csv.*changed"):
        migrate_run(old / "plain")
    assert not (old / f"plain{KEPT}").exists()
    migrate_run(old / "query")
    with pytest.raises(em.InputError, match="no run of release 0.1"):
        migrate_run(old / "query")


def test_a_study_is_not_migrated(tmp_path):
    (tmp_path / "study.toml").write_text("")
    told = cli.call("migrate", tmp_path)
    assert told.code == 2
    assert "a study needs no migration" in " ".join(told.err.split())
