"""Offered: a case that the server offers — read once for each of its scenarios, never changed."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd

import energy_model as em
from energy_model.case import settings
from energy_model.case.system import System
from energy_model.common.errors import InputError, InputIssue
from energy_model.web import candidates, sliders
from energy_model.web.workspace import NAME

KINDS = (".csv", ".toml", ".parquet")
MAX_CACHED_SCENARIOS = 8  # scenarios of a case that are kept read


class CatalogCase:
    """A case as it stands in its folder."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name, self.folder = name, folder.resolve()
        self._lock = threading.RLock()
        self._read: dict[str, dict[str, Any]] = {}
        self._stamp: tuple = ()
        self._titles: dict[str, dict[str, str]] | None = None

    def title(self, language: str) -> str:
        """What the case is called."""
        told = self.system("").settings
        return getattr(told, f"title_{language}") or told.title_en or self.name

    @property
    def default(self) -> str:
        """The scenario the case starts from."""
        return str(self.system("").settings.default_scenario)

    @property
    def resolution(self) -> int | str:
        """Steps in the year, as the case is made."""
        content = settings.load_toml(self.folder / "case.toml")
        return content.get("time", {}).get("resolution", settings.Time().resolution)

    def scenarios(self) -> dict[str, dict[str, str]]:
        """The titles of the case's scenarios by name and language; the tables as they stand first."""
        with self._lock:
            self._look()
            if self._titles is None:
                as_it_stands = {"en": "The tables as they stand", "da": "Tabellerne, som de står"}
                self._titles = {"": as_it_stands}
                for path in sorted((self.folder / "scenarios").glob("*.toml")):
                    told = settings.load_toml(path)
                    english = str(told.get("title_en") or path.stem.replace("_", " "))
                    self._titles[path.stem] = {"en": english, "da": str(told.get("title_da") or english)}  # fmt: skip
            return self._titles

    def system(self, scenario: str) -> System:
        """The case under a scenario, every hour of it. InputError with every fault of its files; KeyError if there is none."""
        return self._of(scenario)["system"]

    def sliders(self, scenario: str) -> list[sliders.Slider]:
        """The sliders of the case."""
        return self._of(scenario)["sliders"]

    def candidates(self, scenario: str) -> pd.DataFrame:
        """What might be built under a scenario."""
        return self._of(scenario)["candidates"]

    def _of(self, scenario: str) -> dict[str, Any]:
        with self._lock:
            self._look()
            if scenario not in self._read:
                if scenario not in self.scenarios():
                    raise KeyError(scenario)
                system = em.load_case(self.folder, scenario, resolution="full")  # cutting the year is left to the run  # fmt: skip
                while len(self._read) >= MAX_CACHED_SCENARIOS:
                    del self._read[next(iter(self._read))]
                self._read[scenario] = {
                    "system": system,
                    "sliders": sliders.load_sliders(self.folder, system),
                    "candidates": candidates.of_system(system),
                }
            return self._read[scenario]

    def _look(self) -> None:
        """Forgets what was read if a file has changed since."""
        files = (p for p in self.folder.rglob("*") if p.suffix in KINDS)
        stamp = tuple(sorted((str(p), p.stat().st_mtime_ns) for p in files))
        if stamp != self._stamp:
            self._stamp, self._titles = stamp, None
            self._read.clear()


def load_catalog(folders: Iterable[Path]) -> dict[str, CatalogCase]:
    """The cases to offer, by names that no two share. InputError where a folder holds no case, or a faulty one."""
    found: dict[str, CatalogCase] = {}
    faults: list[InputIssue] = []
    for folder in folders:
        if not (folder / "case.toml").is_file():
            faults.append(InputIssue(str(folder), "there is no case here; name a folder that holds a case.toml"))  # fmt: skip
            continue
        plain = re.sub(r"[^a-z0-9]+", "_", folder.resolve().name.lower()).strip("_")[:50] or "case"
        name = next(n for n in (plain, *(f"{plain}_{i}" for i in range(2, 99))) if n not in found)
        case = CatalogCase(name, folder)
        try:
            case.system(case.default)  # and what else the first page asks for
            case.scenarios()
        except InputError as wrong:
            faults += wrong.issues
        if not all(NAME.fullmatch(scenario) for scenario in case.scenarios() if scenario):
            faults.append(
                InputIssue(str(folder), "name its scenarios with small letters, digits and _")
            )
        found[name] = case
    if faults:
        raise InputError(faults)
    return found
