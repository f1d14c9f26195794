"""Study verification: a stored study → the proof of each kept run, and of each composition, without a solver.

A composition is rebuilt from the inputs that the runs of its branches store, and from what the study's definition says
of its links. The stored values of its columns are feasible there, and the stored duals of its rows give a lower bound on
the cost of every other plan. Each branch's run has the capacities of the composition, and a proof of its own.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from energy_model.common.errors import InputError
from energy_model.common.language import N_, Message
from energy_model.formulation.metadata import ADDED
from energy_model.optimization.certificate import Certificate, certify
from energy_model.optimization.composition import Composition
from energy_model.results.record import read_record
from energy_model.solving.case_solver import query_from_record
from energy_model.studies.guide import study_guides
from energy_model.studies.runner import former_names
from energy_model.studies.runner.composed_cases import SOLUTION, as_case, branch_sizes
from energy_model.studies.runner.store import DEFINITION, StudyStore
from energy_model.studies.runner.stored_study import StoredStudy
from energy_model.studies.runner.study_case import StudyCase
from energy_model.verification.verify import Verification, verify

MAX_COST_DIFFERENCE_SHARE = 1e-6  # of a recorded cost from the recomputed one
MAX_SIZE_DIFFERENCE_SHARE = 1e-6  # of a recorded capacity from that of the composition


@dataclass(frozen=True)
class CompositionProof:
    """The certificate of a rebuilt composition; None if it could not be rebuilt, for which a difference gives the reason."""

    name: str
    branches: tuple[str, ...]
    certificate: Certificate | None
    differences: tuple[str, ...] = ()

    @property
    def proven(self) -> bool:
        """Whether its plan is feasible and optimal, and all that is recorded of it is what is recomputed."""
        return self.certificate is not None and self.certificate.holds and not self.differences


@dataclass(frozen=True)
class StudyVerification:
    """The proofs of a study: its compositions, and the verification of each kept run by the run's name."""

    path: Path
    question: str
    compositions: tuple[CompositionProof, ...]
    runs: Mapping[str, Verification]

    @property
    def proven(self) -> bool:
        """Whether there is something to prove and all of it is proven."""
        parts = [proof.proven for proof in self.compositions]
        parts += [run.proven for run in self.runs.values()]
        return bool(parts) and all(parts)

    def as_dict(self) -> dict[str, Any]:
        """All results of the verification, as plain values."""
        return {
            "study": str(self.path),
            "question": self.question,
            "proven": self.proven,
            "compositions": [
                {
                    "name": proof.name,
                    "branches": list(proof.branches),
                    **(proof.certificate.as_dict() if proof.certificate else {}),
                    "proven": proof.proven,
                    "differences": list(proof.differences),
                }
                for proof in self.compositions
            ],
            "runs": {name: run.as_dict() for name, run in self.runs.items()},
        }


def verify_study(
    folder: str | Path, progress: Callable[[str], None] | None = None
) -> StudyVerification:
    """Verifies the kept runs and the compositions of a study, without a solver.

    ``progress`` is called with sentences on the progress.

    Raises:
        InputError: There is no study in the folder.
    """
    folder, report = Path(folder), progress or (lambda _: None)
    try:
        content = tomllib.loads((folder / DEFINITION).read_text(encoding="utf-8"))
        definition = former_names.current_options(content["study"])
        question = str(former_names.KINDS.get(definition["question"], definition["question"]))
    except (OSError, ValueError, KeyError, TypeError):
        remedy = "there is no study here; name a folder that contains study.toml"
        raise InputError.at(str(folder), remedy) from None
    folders = [path for path in sorted((folder / "runs").glob("[!.]*")) if path.is_dir()]
    runs = {}
    for number, path in enumerate(folders, 1):
        text = N_("verifying the runs: {number} of {count}")
        report(Message(text, number=number, count=len(folders)))
        runs[path.name] = verify(path)
    store = StudyStore(folder)
    solved = {
        path.name.removesuffix(f"{SOLUTION}.npz") for path in folder.glob(f"[!.]*{SOLUTION}.npz")
    }
    records = {path.stem: store.read_json(path.stem) for path in folder.glob("[!.]*.json")}
    recorded = {name for name, record in records.items() if "branches" in (record or ())}
    names = sorted(solved | recorded)
    study = StoredStudy(folder, definition, {name: records.get(name) or {} for name in names})
    proofs = [] if names or not _is_composed(question) else [_missing(question)]
    for name in names:
        report(Message("rebuilding the composition “{name}”", name=name))
        proofs.append(_proof(study, question, name))
    return StudyVerification(folder, question, tuple(proofs), runs)


def _is_composed(question: str) -> bool:
    """Whether a study of a kind solves compositions."""
    guide = study_guides().get(question)
    return guide is not None and guide.recompose is not None


def _missing(name: str) -> CompositionProof:
    sentence = f"{name}: no solution of the whole is stored, so only its runs are verified; the command of the study finishes one that was interrupted, and one of an earlier version is run again in another folder"
    return CompositionProof(name, (), None, (sentence,))


def _proof(study: StoredStudy, question: str, name: str) -> CompositionProof:
    """The proof of one composition; whatever is wrong with its files is a difference."""
    branches: tuple[str, ...] = ()
    if not (study.folder / f"{name}{SOLUTION}.npz").is_file():
        return _missing(name)
    try:
        record = study.records[name]
        branches = tuple(map(str, record["branches"]))
        recompose = study_guides()[question].recompose
        if recompose is None:
            return CompositionProof(
                name, branches, None, (f"{name}: no study of this kind has it",)
            )
        composition = recompose(study, name)
        branches = branches or tuple(branch.name for branch in composition.branches)
        arrays = StudyStore(study.folder).load_arrays(f"{name}{SOLUTION}") or {}
        lp, x, prices = composition.lp, arrays["x"], arrays["prices"]
        if (len(prices), len(x)) != lp.A.shape:
            sentence = f"{name}{SOLUTION}.npz: it has {len(prices):,} rows and {len(x):,} columns, the rebuilt program {lp.A.shape[0]:,} and {lp.A.shape[1]:,}; rules of the user's own are not rebuilt"
            return CompositionProof(name, branches, None, (sentence,))
        certificate = certify(lp, x, prices)
        differences = tuple(_differences(study, name, composition, x, certificate))
        return CompositionProof(name, branches, certificate, differences)
    except InputError as error:
        return CompositionProof(name, branches, None, tuple(map(str, error.issues)))
    except Exception as error:  # noqa: BLE001 - forged files may break any rule of the formulation
        sentence = f"{name}: it cannot be rebuilt ({type(error).__name__}: {error})"[:200]
        return CompositionProof(name, branches, None, (sentence,))


def _differences(
    study: StoredStudy,
    name: str,
    composition: Composition,
    x: np.ndarray,
    certificate: Certificate,
) -> Iterator[str]:
    """What is recorded of a composition and differs from what is recomputed."""
    record = study.records[name]
    for entry, value in (("objective", certificate.cost), ("bound", certificate.bound)):
        stored = float(record[entry])
        if abs(stored - value) > MAX_COST_DIFFERENCE_SHARE * max(1.0, abs(value)):
            yield f"{name}.json, {entry}: stored {stored:.9g}, recomputed {value:.9g}"
    for branch, content in record["branches"].items():
        part = x[composition.columns[branch]]
        yield from _size_differences(study, f"{name}.json, {branch}", content, branch, part)
        yield from _input_differences(study, name, branch)


def _size_differences(
    study: StoredStudy, where: str, content: Mapping[str, Any], branch: str, x: np.ndarray
) -> Iterator[str]:
    """The capacities of a branch that are recorded, and so those of its run, beside those of the composition.

    A residue of the composition may be left out or kept.
    """
    model, query = study.model(branch), content["query"]
    added, retired, most = branch_sizes(model, x)
    labels = model.lp.variables[ADDED].labels
    parts = (("capacity_added", added, most), ("capacity_retired", retired, retired))
    for column, sizes, largest in parts:
        stored = np.array([query[column][label][0] for label in labels])
        allowed = MAX_SIZE_DIFFERENCE_SHARE * (1.0 + np.abs(sizes))
        for i in np.flatnonzero((stored < sizes - allowed) | (stored > largest + allowed)):
            yield f"{where}: {column} of {labels[i]} is {stored[i]:.9g}, that of the composition {sizes[i]:.9g}"


def _input_differences(study: StoredStudy, name: str, branch: str) -> Iterator[str]:
    """What a branch's run says of its inputs and capacities, beside the record of the composition."""
    folder = study.run_folder(name, branch)
    if not folder.is_dir():
        return  # its inputs are those of the same branch of another composition
    case = as_case(study.records[name]["branches"][branch], StudyCase({}))
    metadata = read_record(folder / "metadata.json")
    if query_from_record(metadata.get("query") or {}) != case.query:
        yield f"runs/{folder.name}: its capacities are not those recorded in {name}.json"
    changes = tuple(metadata["changes"])
    if changes != (*study.definition["changes"], *case.overrides):
        yield f"runs/{folder.name}: its changes are not those recorded in {name}.json"
