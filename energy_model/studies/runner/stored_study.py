"""Stored study: the folder of a study with compositions → their records, and the inputs and models of their branches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from energy_model.case.system import System
from energy_model.common.errors import InputError
from energy_model.formulation import build_model
from energy_model.optimization.compiled_model import CompiledModel
from energy_model.results import netcdf_file, stored_inputs
from energy_model.results.damage import readable
from energy_model.studies.runner.composed_cases import as_case
from energy_model.studies.runner.study_case import StudyCase


@dataclass(frozen=True)
class StoredStudy:
    """A stored study with compositions: its definition, and their records by name.

    ``systems`` has the inputs of each branch with a kept run, by the name of the branch.
    """

    folder: Path
    definition: Mapping[str, Any]
    records: Mapping[str, Mapping[str, Any]]
    _models: dict[str, CompiledModel] = field(default_factory=dict)

    def run_folder(self, composition: str, branch: str) -> Path:
        """The folder of the run of a branch."""
        case = as_case(self.records[composition]["branches"][branch], StudyCase({}))
        return self.folder / "runs" / case.key

    @cached_property
    def systems(self) -> dict[str, System]:
        """The inputs that the runs of branches store, by the name of the branch."""
        found: dict[str, System] = {}
        for name, record in self.records.items():
            for branch in record.get("branches", ()):
                file = self.run_folder(name, branch) / "results.nc"
                if branch not in found and file.is_file():
                    with readable(file):
                        found[branch] = stored_inputs.system_of(netcdf_file.read(file))
        return found

    def system(self, branch: str) -> System:
        """The inputs of a branch. InputError if it has no run."""
        if branch not in self.systems:
            remedy = "the run of this branch is missing, so the composition cannot be rebuilt; run the study with its runs kept"
            raise InputError.at(str(self.folder), remedy, value=branch)
        return self.systems[branch]

    def model(self, branch: str, system: System | None = None) -> CompiledModel:
        """The compiled model of a branch, or of another system in its place."""
        if branch not in self._models:
            system = self.system(branch) if system is None else system
            self._models[branch] = CompiledModel.of(system, build_model(system))
        return self._models[branch]
