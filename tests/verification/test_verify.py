"""Verification: every alteration of a run is found, and what is proven is told."""

import shutil
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pyomo.environ as pyo
import pytest
import xarray as xr
from helpers import case_builder, cli, forged_runs
from helpers.full_feature_case import EVERYTHING
from helpers.markers import mostly_slow
from helpers.random_cases import random_case

import energy_model as em
from energy_model.case.profile_expression import ProfileExpression, ProfileTerm
from energy_model.case.time_aggregation import every_hour
from energy_model.results import manifest, netcdf_file, run_files, stored_inputs

ALTERED = forged_runs.FORGED | {f"files: {name}": edit for name, edit in forged_runs.FILES.items()}


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """A case that uses every part, and its run."""
    folder = tmp_path_factory.mktemp("kept")
    case = case_builder.write(folder / "case", 4, **EVERYTHING)
    em.save(em.solve(em.load_case(case)), folder / "run", "a log")
    return folder


@pytest.fixture(scope="module")
def solved(kept):
    """A run of the case that is not saved yet."""
    return em.solve(em.load_case(kept / "case"))


def copied(kept, tmp_path):
    return Path(shutil.copytree(kept / "run", tmp_path / "run"))


@pytest.mark.slow
def test_a_run_is_proven_of_its_case(kept):
    found = em.verify(kept / "run")
    assert found.differences == ()
    assert (found.proven, found.holds, found.proven_of) == (True, True, "case")
    assert found.cost == pytest.approx(found.bound)
    assert em.modified_files(kept / "run") == []
    with_case = em.verify(kept / "run", em.load_case(kept / "case"))
    assert with_case.proven
    assert with_case.differences == ()


def test_at_least_sixty_kinds_of_tampering_are_tried():
    assert len(ALTERED) >= 60


@pytest.fixture(scope="module")
def verify_altered(kept, tmp_path_factory):
    """What `verify --json` says of the run after an alteration, and the altered folder; each is verified once."""

    @cache
    def verified(name):
        run = copied(kept, tmp_path_factory.mktemp("altered"))
        ALTERED[name](run)
        return cli.call("verify", run, "--json"), run

    return verified


@pytest.mark.parametrize("name", mostly_slow(ALTERED, 12))
def test_an_alteration_is_found(name, verify_altered):
    """Told by a sentence and exit code 4, or 2 where the run cannot be read at all."""
    said, run = verify_altered(name)
    assert said.code in (2, 4), said.out
    if said.code == 4:
        told = said.json
        assert not told["proven"]
        named = [*told["changed_files"], *told["strange_files"], *told["differences"]]
        assert named or not told["holds"]
    else:
        assert said.json["exit_code"] == 2
        assert str(run) in said.err


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("record: headline cost", "metadata.json, summary.total_cost: stored"),
        ("record: digest", "metadata.json, digest: stored 0000"),
        ("record: steps", "metadata.json, steps: stored 8760, recomputed 4"),
        ("record: scenario", "metadata.json, scenario: stored dear_gas, recomputed nothing"),
        ("record: target", "metadata.json, settings.emissions.target: stored -100, recomputed 5"),
        ("table: a label", "capacities.csv, row heat_pump, label_en: stored Windmill, recomputed nothing"),
        ("table: a unit", "costs.csv: its columns are"),
        ("program: an offset", "certificate.npz, offset of the cost: stored -100, rebuilt 0"),
        ("program: one cost changed", "certificate.npz, cost of "),
        ("program: halved prices and a wide gap", "metadata.json, proof.asked: 10 is no gap"),
        ("program: own rules claimed, a limit moved", "certificate.npz, upper limit of"),
        ("dataset: a stored number", "metadata.json, digest"),
        ("dataset: capacity_added", "results.nc, capacity_added at heat_pump: stored"),
        ("dataset: a unit of a decision", "results.nc, capacity_added, attribute units: stored GW"),
    ],
)  # fmt: skip
def test_what_differs_is_named_with_both_values(name, sentence, verify_altered):
    differences = verify_altered(name)[0].json["differences"]
    assert any(line.startswith(sentence) for line in differences), differences


@pytest.mark.slow
def test_the_certificate_of_another_run_is_found(kept, tmp_path):
    run, other = copied(kept, tmp_path), tmp_path / "other"
    em.save(em.solve(em.load_case(kept / "case", overrides=["carriers.gas.price = 41"])), other)
    shutil.copy(other / "certificate.npz", run / "certificate.npz")
    manifest.write(run)
    found = em.verify(run)
    assert found.holds
    assert not found.proven
    assert any("cost of purchase gas_market" in said for said in found.differences)


@pytest.mark.slow
def test_a_run_of_another_case_is_found_with_the_case_only(kept, tmp_path):
    """A whole run of cheaper gas is what it says; it is not of the case it is shown with."""
    run = tmp_path / "run"
    em.save(em.solve(em.load_case(kept / "case", overrides=["carriers.gas.price = 20"])), run)
    for edit in (
        forged_runs.record("changes", to=[]),
        forged_runs.attribute("inputs", "changes", "[]"),
    ):
        edit(run)
    manifest.write(run)
    assert em.verify(run).proven
    said = cli.call("verify", run, "--case", kept / "case")
    assert said.code == 4
    assert "carriers.gas.price: 20 in the run, 40 in the case" in said.out
    assert "markets.gas_market.price: 20 in the run, 40 in the case" in said.out


@pytest.mark.slow
@pytest.mark.parametrize(
    ("file", "before", "after", "sentence"),
    [
        ("profiles/year.csv", "100,2", "101,2", "inputs, profile price, 2030-01-01T01:00Z: 100 in the run, 101 in the case"),
        ("case.toml", "target = 5.0", "target = 6.0", "inputs, case.emissions.target: 5 in the run, 6 in the case"),
        ("residual_emissions.csv", "farming", "mining", "inputs, residual_emissions.farming: the row is only in the run"),
        ("residual_emissions.csv", "1", "2", "inputs, residual_emissions.farming.amount: 1 in the run, 2 in the case"),
    ],
)  # fmt: skip
def test_a_case_edited_after_the_run_is_found(file, before, after, sentence, kept, tmp_path):
    case = Path(shutil.copytree(kept / "case", tmp_path / "case"))
    text = (case / file).read_text(encoding="utf-8")
    assert before in text
    (case / file).write_text(text.replace(before, after), encoding="utf-8")
    told = cli.call("verify", kept / "run", "--case", case, "--json")
    assert told.code == 4
    assert sentence in told.json["differences"]


# --- what is proven ------------------------------------------------------------------------------------


@pytest.mark.slow
def test_rules_of_the_users_own_are_named(kept, tmp_path):
    """The stored program is the case's with one rule more; the words say so."""

    def extend(model):
        model.small_pump = pyo.Constraint(expr=model.capacity_added["heat_pump"] <= 0.1)
        model.some_trade = pyo.Constraint(model.steps, rule=lambda m, t: m.purchase["grid", t] <= 4)

    run = em.solve(em.load_case(kept / "case"), extend=extend)
    path = em.save(run, tmp_path / "run")
    found = em.verify(path)
    assert found.differences == ()
    assert (found.proven, found.proven_of) == (True, "stored program")
    assert found.own == ("small_pump", "some_trade")
    said = cli.call("verify", path)
    assert said.code == 0
    assert "proven of the stored program only" in " ".join(said.out.split())
    assert "small_pump, some_trade" in " ".join(said.out.split())
    forged_runs.dataset("shadow_price_some_trade", lambda v: v + 1)(path)
    manifest.write(path)
    assert "results.nc, shadow_price_some_trade: it is not the price that the stored program has" in em.verify(path).differences  # fmt: skip


@pytest.mark.slow
def test_own_rules_that_are_not_told_are_found(kept, tmp_path):
    def extend(model):
        model.small_pump = pyo.Constraint(expr=model.capacity_added["heat_pump"] <= 0.1)

    path = em.save(em.solve(em.load_case(kept / "case"), extend=extend), tmp_path / "run")
    forged_runs.rehashed(forged_runs.record("extended", to=False))(path)
    assert "certificate.npz: the rule 'small_pump' is not in the rebuilt program" in em.verify(path).differences  # fmt: skip


@pytest.mark.slow
def test_a_rule_of_the_case_that_a_user_changed_is_found(kept, tmp_path):
    def extend(model):
        model.emission_target.deactivate()

    path = em.save(em.solve(em.load_case(kept / "case"), extend=extend), tmp_path / "run")
    assert not em.verify(path).proven
    assert any("emission_target" in said for said in em.verify(path).differences)


@pytest.mark.slow
def test_decisions_of_the_users_own_leave_the_tables_unproven(kept, tmp_path):
    def extend(model):
        model.more = pyo.Var(bounds=(0, 1), doc="More [MW]")
        model.little = pyo.Constraint(expr=model.capacity_added["heat_pump"] + model.more >= 0.2)

    path = em.save(em.solve(em.load_case(kept / "case"), extend=extend), tmp_path / "run")
    found = em.verify(path)
    assert (found.proven, found.holds, found.proven_of) == (False, True, "stored program")
    assert "decisions of the user's own (more, little)" in found.notes[0]


@pytest.mark.slow
@pytest.mark.parametrize("steps_per_day", [0, 6])
def test_few_steps_are_recomputed(steps_per_day, tmp_path):
    """In order and as typical days: the same steps are found again, and others are told."""
    case = random_case(tmp_path / "case", 4)
    system = em.load_case(
        case, overrides=[f"case.time.steps_per_day = {steps_per_day}"], resolution=12
    )
    assert len(system.steps.days) == (3 if steps_per_day else 0)
    path = em.save(em.solve(system), tmp_path / "run")
    found = em.verify(path)
    assert found.differences == ()
    assert found.proven
    other = system.at(em.load_case(case, resolution=11).steps)
    found = em.verify(em.save(em.solve(other), tmp_path / "other"))
    assert "results.nc, steps: the year is not cut as the settings ask" in found.differences


@pytest.mark.slow
def test_steps_of_other_library_versions_are_noted(tmp_path):
    """Valid steps that this version does not choose are proven as they are; the words say so."""
    case = random_case(tmp_path / "case", 4)
    system = em.load_case(case, resolution=12)
    other = system.at(replace(em.load_case(case, resolution=12, overrides=["case.time.clustering_profiles = ['sun']"]).steps))  # fmt: skip
    run = em.solve(other)
    run.metadata["versions"]["scikit-learn"] = "0.1"
    found = em.verify(em.save(run, tmp_path / "run"))
    assert found.differences == ()
    assert found.proven
    assert "other versions of the libraries" in found.notes[0]


@pytest.mark.slow
def test_a_year_proven_hour_by_hour(tmp_path):
    """The gap that was asked for applies to it, and only to it."""
    case = random_case(tmp_path / "case", 3)
    run = em.solve_full_year(em.load_case(case, resolution=12), gap=0.9)
    path = em.save(run, tmp_path / "run")
    found = em.verify(path)
    assert found.differences == ()
    assert found.proven
    assert found.certificate.allowed == 0.9
    for edit in (
        forged_runs.record("proof", "bound", by=lambda v: v * 1.01),
        forged_runs.record("proof", "ended", to="interrupted"),
        forged_runs.record("proof", "asked", to=float("inf")),
        forged_runs.record("proof", "asked", to=-0.5),
        forged_runs.record("proof", "asked", to=0.5),
        forged_runs.record("proof", "gap", to=None),
        forged_runs.record("proof", "cost", by=lambda v: v * 0.5),
    ):
        altered = Path(shutil.copytree(path, tmp_path / "altered"))
        forged_runs.rehashed(edit)(altered)
        assert em.verify(altered).differences
        shutil.rmtree(altered)


@pytest.mark.slow
def test_a_gap_of_a_run_of_few_steps_does_not_apply(tmp_path):
    case = random_case(tmp_path / "case", 3)
    path = em.save(em.solve(em.load_case(case, resolution=12)), tmp_path / "run")
    claimed = {"asked": 0.9, "ended": "the gap asked for is reached", "cost": 1.0, "bound": 0.5, "gap": 0.5, "plan": {"steps": 12, "objective": 1.0}}  # fmt: skip
    edit = forged_runs.all_of(
        forged_runs.scaled(prices=0.5), forged_runs.record("proof", to=claimed)
    )
    forged_runs.rehashed(edit)(path)
    found = em.verify(path)
    assert not found.holds
    assert found.certificate.allowed == 1e-5


@pytest.mark.slow
def test_what_a_study_asked_is_rebuilt(kept, tmp_path):
    """A size held, a sum limited and a link closed stand in the record, so the program can be rebuilt."""
    study = em.pareto_front(
        kept / "case", "emissions", 3, tmp_path / "study", execution=em.ExecutionOptions(workers=0)
    )
    runs = sorted((study.folder / "runs").iterdir())
    assert runs
    limited = 0
    for run in runs:
        found = em.verify(run)
        assert found.differences == ()
        assert (found.proven, found.proven_of) == (True, "case")
        limited += "limits" in found.metadata.get("query", {})
    assert limited
    series = em.CaseSolver(kept / "case")
    question = em.Query(capacity_added={"heat_pump": (0.0, 0.1)}, closed=("pipe",))
    path = em.save(series.run(question=question), tmp_path / "run")
    said = cli.call("verify", path)
    assert said.code == 0
    assert "of the case under the query of a study (capacity_added heat_pump, closed pipe)" in " ".join(said.out.split())  # fmt: skip
    forged_runs.rehashed(
        forged_runs.record("query", "capacity_added", to={"heat_pump": [0.0, 0.2]})
    )(path)
    assert any("upper bound of capacity_added heat_pump" in s for s in em.verify(path).differences)


@pytest.mark.slow
def test_least_of_another_sum_is_proven_as_asked(kept, tmp_path):
    series = em.CaseSolver(kept / "case", watched=["cost"])
    question = em.Query(minimize=((1.0, "emissions"),), limits={"cost": (-np.inf, 1e6)})
    found = em.verify(em.save(series.run(question=question), tmp_path / "run"))
    assert found.differences == ()
    assert found.proven


def _as_before(path):
    """The folder of a run as versions before profiles were kept wrote it."""
    with xr.open_datatree(path / "results.nc", engine="netcdf4") as tree:
        kept = {node.path: node.to_dataset(inherit=False).load() for node in tree.subtree}
    kept = {n: d for n, d in kept.items() if n not in ("/profiles", "/steps")}
    kept["/inputs"] = xr.Dataset()
    xr.DataTree.from_dict(kept).to_netcdf(path / "results.nc")
    (path / manifest.NAME).unlink()
    files = {p.name: manifest.digest(p) for p in path.iterdir() if p.name != "metadata.json"}
    forged_runs.record("files", to=files)(path)


@pytest.mark.slow
def test_a_run_of_an_earlier_version_opens_and_is_proven_with_its_case(kept, tmp_path):
    """It keeps no profiles: only its program is proven, until the case is named."""
    run = copied(kept, tmp_path)
    _as_before(run)
    for verb in ("show", "accounts"):
        assert cli.call(verb, run).code == 0
    said = cli.call("verify", run)
    assert said.code == 4
    assert "only the stored program is, not the case" in " ".join(said.out.split())
    assert "keeps no profiles and steps" in said.out
    told = cli.call("verify", run, "--json").json
    assert (told["holds"], told["proven"], told["proven_of"], told["changed_files"]) == (True, False, "stored program", [])  # fmt: skip
    assert cli.call("verify", run, "--case", kept / "case").code == 0
    forged_runs.TABLES["a cost"](run)
    assert em.verify(run).changed_files == ("costs.csv",)


@pytest.mark.slow
# --- files ---------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_pages_and_pictures_are_told_and_do_no_harm(kept, tmp_path):
    run = copied(kept, tmp_path)
    (run / "figures").mkdir()
    for name in ("report.html", "figures/year.png", "map.svg"):
        (run / name).write_text("a page")
    said = cli.call("verify", run)
    assert said.code == 0
    assert "Not part of the run, and not proven: figures, map.svg, report.html." in said.out
    (run / "figures" / "costs.csv").write_text("a table")
    assert em.verify(run).strange_files == ("figures",)


def test_the_list_of_files_is_one_that_other_programs_read(kept):
    lines = (kept / "run" / "SHA256SUMS").read_text().splitlines()
    names = {path.name for path in (kept / "run").iterdir()} - {"SHA256SUMS"}
    assert {line.split("  ")[1] for line in lines} == names
    assert "metadata.json" in names
    assert all(len(line.split("  ")[0]) == 64 for line in lines)


# --- inputs to the last bit ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "cell",
    [(0.1 + 0.2,), (1 / 3, (-2 / 3, "price")), (0.0, (1e-17, "price")), (5.0, (1 / 3, "price", True)),
     (-1e300,), (0.0, (-1.0, "cop", True)), (240.0,), (2.5, (-1.0, "price")), (1e16, (123456789.123456789, "x")),
     (1 / 3, (1.0, "price"), (-35.1 / 7, "sun"), (-1.0, "cop", True), (1e-17, "price", True))],
)  # fmt: skip
def test_an_hourly_cell_is_kept_to_the_last_bit(cell):
    offset, *terms = cell
    expression = ProfileExpression(offset, tuple(ProfileTerm(*term) for term in terms))
    assert ProfileExpression.parse(str(expression)) == expression


def test_an_hourly_cell_of_few_digits_is_kept_as_it_is_shown():
    assert str(ProfileExpression(240.0)) == "240"
    assert str(ProfileExpression(5.0, (ProfileTerm(0.8, "price"),))) == "5 + 0.8 * price"


@pytest.mark.slow
def test_inputs_come_back_to_the_last_bit(tmp_path):
    """Profiles in decimals and not, empty cells, text, keys that look like numbers, typical days."""
    dice = np.random.RandomState(1)
    profiles = {"price": np.round(dice.rand(48), 3), "shape": dice.rand(48), "flat": np.full(48, -0.0), "huge": dice.rand(48) * 1e12}  # fmt: skip
    case = case_builder.write(
        tmp_path / "case", 48, profiles=profiles, resolution=12,
        sites=[{"site": "0751", "label_en": "Ærø, «north»"}],
        markets=[{"market": "e3", "site": "0751", "carrier": "power", "price": f"{1 / 3!r} + {0.1 + 0.2!r} * price"}],
        demands=[{"demand": "nan", "site": "0751", "carrier": "power", "yearly": 4, "profile": "shape"}],
    )  # fmt: skip
    system = em.load_case(case, overrides=["case.time.steps_per_day = 6", "markets.*.tariff = 0.7"])
    path = em.save(em.solve(system), tmp_path / "run")
    again = stored_inputs.system_of(netcdf_file.read(path / "results.nc"))
    assert again.digest == system.digest
    assert again.settings == system.settings
    assert (again.scenario, again.changes) == (system.scenario, system.changes)
    assert stored_inputs.same_steps(again.steps, system.steps)
    pd.testing.assert_frame_equal(again.profiles, system.profiles, check_exact=True, check_index_type=False, check_freq=False)  # fmt: skip
    assert again.profiles.to_numpy().tobytes() == system.profiles.to_numpy().tobytes()
    assert again.frames.keys() == system.frames.keys()
    for name, frame in system.frames.items():
        pd.testing.assert_frame_equal(again.frames[name], frame, check_exact=True, obj=name)
    assert em.verify(path).proven


def test_steps_that_do_not_part_the_year_are_none():
    steps = every_hour(4)
    assert stored_inputs.is_partition(steps, 4)
    assert not stored_inputs.is_partition(steps, 5)
    for name in ("of_hour", "start", "span", "previous"):
        broken = getattr(steps, name).copy()
        broken[1] += 1
        assert not stored_inputs.is_partition(replace(steps, **{name: broken}), 4)


# --- saving --------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("wrong", [KeyboardInterrupt, MemoryError, ValueError, SystemExit])
def test_whatever_ends_the_saving_leaves_nothing_behind(wrong, kept, solved, tmp_path, monkeypatch):
    """Neither a draft, nor a change of the run that stood there."""
    run = copied(kept, tmp_path)
    before = {path.name: path.read_bytes() for path in run.iterdir()}

    def end(*_):
        raise wrong

    monkeypatch.setattr(run_files.manifest, "write", end)
    for place in (run, tmp_path / "new"):
        with pytest.raises(wrong):
            em.save(solved, place)
    assert [path.name for path in tmp_path.iterdir()] == ["run"]
    assert {path.name: path.read_bytes() for path in run.iterdir()} == before


@pytest.mark.slow
def test_a_run_that_cannot_be_put_in_its_place_leaves_the_old_one(
    kept, solved, tmp_path, monkeypatch
):
    """The draft's move to its place is interrupted once; the old run is put back."""
    run, real, interrupted = copied(kept, tmp_path), Path.rename, []

    def rename(self, to):
        if Path(to).name == "run" and not interrupted:
            interrupted.append(self)
            raise KeyboardInterrupt
        return real(self, to)

    monkeypatch.setattr(Path, "rename", rename)
    with pytest.raises(KeyboardInterrupt):
        em.save(solved, run)
    assert interrupted
    assert [path.name for path in tmp_path.iterdir()] == ["run"]
    assert em.verify(run).proven


def test_a_full_disk_under_the_dataset_is_told(solved, tmp_path, monkeypatch):
    """The netCDF library raises a RuntimeError of its own."""

    def full(*_):
        raise RuntimeError("NetCDF: HDF error")

    monkeypatch.setattr(netcdf_file, "write", full)
    with pytest.raises(em.InputError, match="nothing was written"):
        em.save(solved, tmp_path / "run")
    assert list(tmp_path.iterdir()) == []
