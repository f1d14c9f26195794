"""Benchmarks: small trials of the scripts, since their numbers are published."""

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE, STORED = ROOT / "docs" / "performance.md", ROOT / "benchmarks" / "full_year.json"


def start(script, *words):
    """The output of a script of the folder of benchmarks."""
    command = [sys.executable, str(ROOT / "benchmarks" / script), *map(str, words)]
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stderr
    return said


@pytest.mark.slow
def test_every_way_of_building_hands_over_the_same_program(tmp_path):
    start("build.py", "--hours", 48, "--repeat", 1, "--out", tmp_path / "build.csv")
    rows = csv.DictReader((tmp_path / "build.csv").read_text(encoding="utf-8").splitlines())
    ways = ["numpy", "ours", "linopy", "linopy_direct", "linopy_default", "pyomo"]
    assert [row["way"] for row in rows] == ways


@pytest.mark.slow
def test_a_way_of_building_with_another_program_is_refused():
    sums = [json.loads(start("build.py", "--one", "ours", "--hours", h).stdout.splitlines()[-1]) for h in (48, 49)]  # fmt: skip
    assert all(sums[0][key] != sums[1][key] for key in ("rows", "entries", "sum", "product", "cost"))  # fmt: skip


@pytest.mark.slow
def test_the_exact_and_the_proven_year_are_compared_and_resumed(tmp_path):
    page, stored = PAGE.read_bytes(), STORED.exists() and STORED.read_bytes()
    words = (
        "--quick",
        "--exact",
        "--hours",
        672,
        "--gaps",
        0.01,
        "--stored",
        tmp_path / "raw.json",
    )
    first = start("full_year.py", *words)
    exact, proven = json.loads((tmp_path / "raw.json").read_text(encoding="utf-8"))
    assert [exact["way"], proven["way"]] == ["exact", "0.01"]
    assert proven["bound"] <= exact["cost"] * (1 + 1e-9) <= proven["cost"] * (1 + 1e-5)
    assert (proven["cost"] - proven["bound"]) / proven["cost"] <= 0.01
    assert all(m["solves"] and m["seconds"] > m["highs"] > 0 for m in (exact, proven))
    again = start("full_year.py", *words)
    assert "as stored" in again.stderr
    assert again.stdout == first.stdout
    assert "| proven, gap 0.01 |" in first.stdout
    assert page == PAGE.read_bytes()
    assert stored == (STORED.exists() and STORED.read_bytes())


@pytest.mark.slow
def test_the_city_that_is_compared_with_pypsa_is_exported_whole(tmp_path):
    said = start("measure.py", "export", "--steps", 12, "--network", tmp_path / "city.nc")
    assert json.loads(said.stdout.splitlines()[-1])["left_out"] == []


@pytest.mark.slow
def test_people_at_one_workbench_meet_no_error():
    said = start("workbench.py", "--people", 2, "--minutes", 0.25, "--no-reference")
    assert "2 people, 0.25 minutes, 2 workers: 0 errors" in said.stdout
    assert "0 lost" in said.stdout
