"""Thousands of mutations: ``python tests/fuzz/run.py --count 5000``; exit 1 if any fails."""

from __future__ import annotations

import argparse
import faulthandler
import multiprocessing
import shutil
import sys
import time
import warnings
from collections import Counter, defaultdict
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

HERE = Path(__file__).resolve()
sys.path[:0] = [str(HERE.parents[2]), str(HERE.parents[1])]

from fuzz import catalogue, failures  # noqa: E402
from fuzz.judge import FAULTS, judge  # noqa: E402
from fuzz.kinds import group_of  # noqa: E402
from fuzz.known import known_reason  # noqa: E402

COMMAND_EVERY = 12  # of so many refused mutations one is called by the command line too
HARD_END = 120.0  # seconds after which a mutation that no alarm ends stops the process
ENDINGS = ("same", "refused", "warned", "other")


def one(asked: tuple[int, int, str, str, str, str]) -> tuple[int, str, str, str, str, str, str]:
    """Throws the mutation of a number and writes it down if it fails."""
    seed, number, out, pattern, skip, only = asked
    warnings.simplefilter("error")
    faulthandler.dump_traceback_later(HARD_END, exit=True)
    order = [
        k
        for k in catalogue.order_of(seed)
        if pattern in f"{k.family}: {k.name}" and (not skip or skip not in f"{k.family}: {k.name}")
    ]
    try:
        kind, file, draft = catalogue.drawn(seed, number, order, only)
    except catalogue.NotHere:
        return number, "", "", "", "", "", ""
    verdict = judge(draft, kind.may, command=number % COMMAND_EVERY == 0)
    if verdict.wrong and not known_reason(kind.name):
        failures.write(Path(out), number, kind, draft, verdict)
    faulthandler.cancel_dump_traceback_later()
    told = f"{(draft.said or file)[:300]}\n{verdict.detail[:1500]}"
    return number, kind.name, kind.family, group_of(file), verdict.ending, verdict.wrong, told


def say(text: str) -> None:
    """Prints at once, so that progress is seen through a pipe too."""
    print(text, flush=True)  # noqa: T201


def main() -> int:
    """Runs the mutations that were asked for and prints what they ended in."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=5000)
    parser.add_argument("--first", type=int, default=0, help="number of the first mutation")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--kind", default="", help="only kinds or families with this in the name")
    parser.add_argument("--skip", default="", help="no kinds or families with this in the name")
    parser.add_argument("--input", default="", help=f"only {', '.join(catalogue.GROUPS)}")
    parser.add_argument("--out", type=Path, default=Path("fuzz_failures"))
    asked = parser.parse_args()
    shutil.rmtree(asked.out, ignore_errors=True)
    numbers = range(asked.first, asked.first + asked.count)
    work = [(asked.seed, n, str(asked.out), asked.kind, asked.skip, asked.input) for n in numbers]
    began = time.monotonic()
    found = []
    broken = 0
    with ProcessPoolExecutor(asked.workers, multiprocessing.get_context("spawn")) as pool:
        try:
            for result in pool.map(one, work):
                found.append(result)
                if len(found) % 100 == 0:
                    wrong = sum(bool(r[5]) for r in found)
                    seconds = time.monotonic() - began
                    say(f"{len(found)} of {asked.count}, {wrong} wrong, {seconds:.0f} s")
        except BrokenProcessPool:
            broken = 1
            say(f"the process ended at or soon after mutation {asked.first + len(found)}")
    return broken | _tell([r for r in found if r[1]], time.monotonic() - began, asked.out)


def _tell(found: list, seconds: float, out: Path) -> int:
    wrong = [r for r in found if r[5]]
    known = [r for r in wrong if known_reason(r[1])]
    lines = []
    for title, place in (("by family", 2), ("by input", 3)):
        counts: dict[str, Counter] = defaultdict(Counter)
        for result in found:
            counts[result[place]][result[5] or result[4]] += 1
        shown = [e for e in (*ENDINGS, *FAULTS) if any(row[e] for row in counts.values())]
        lines += ["", title, failures.table(counts, shown)]
    told = f"{len(found)} mutations in {seconds:.0f} s: {len(wrong)} wrong, {len(known)} known"
    lines += ["", told]
    say("\n".join(lines))
    for result in wrong:
        lines.append(f"\n[{result[5]}] {result[0]} {result[1]} ({result[3]})\n{result[6]}")
    text = "\n".join(lines)
    out.mkdir(parents=True, exist_ok=True)
    (out / "report.txt").write_text(text, encoding="utf-8", errors="backslashreplace")
    say(f"Each failure is told in {out / 'report.txt'}.")
    return 1 if len(wrong) > len(known) else 0


if __name__ == "__main__":
    sys.exit(main())
