"""What failed, written down so that anyone can see it again."""

from __future__ import annotations

import re
from pathlib import Path

from fuzz import transport
from fuzz.draft import Draft
from fuzz.judge import Verdict
from fuzz.kinds import Kind

SCRIPT = '''\
"""{kind}: {said}

may end in: {may}
ended in:   {ending} ({wrong})

{detail}
"""

from pathlib import Path

import energy_model as em

here = Path(__file__).parent
{call}
print(system.profiles.head(), *system.frames.items(), sep="\\n")
print("cost", em.solve(system).objective)
'''
CALLS = {
    "read": 'system = em.load_case(here / "case", {scenario!r}, {changes!r}{resolution})',
    "book": (
        "from energy_model.cli import workbook\n\n"
        'workbook.read(here / "case.xlsx", here / "back", print)\nsystem = em.load_case(here / "back")'
    ),
    "measured": (
        "from energy_model.cli import measured_files\n\n"
        'print(measured_files.year_of(here / "case", 2023))\nraise SystemExit'
    ),
    "sweep": (
        "from energy_model.studies import designs\n\n"
        'print(*designs.from_table(here / "case" / "study" / "cases.csv"), sep="\\n")\n'
        "raise SystemExit"
    ),
}


def write(folder: Path, number: int, kind: Kind, draft: Draft, verdict: Verdict) -> Path:
    """Writes a failure as a folder: the mutated case, and a script that reads it again."""
    name = re.sub(r"\W+", "_", kind.name)[:60]
    place = folder / f"{number:05d}_{verdict.wrong}_{name}"
    draft.write_to(place / "case")
    if draft.way == "book":
        try:
            (place / "case.xlsx").write_bytes(transport.book_of(draft, place / "case"))
        except Exception as wrong:  # noqa: BLE001 - the fault may be in the writing
            (place / "no_workbook.txt").write_text(repr(wrong), encoding="utf-8")
    options = f", resolution={draft.resolution!r}" if draft.resolution is not None else ""
    call = CALLS[draft.way].format(
        scenario=draft.scenario, changes=draft.changes, resolution=options
    )
    text = SCRIPT.format(
        kind=kind.name, said=draft.said, may=kind.may, ending=verdict.ending, wrong=verdict.wrong,
        detail=verdict.detail, call=call,
    )  # fmt: skip
    (place / "reproduce.py").write_text(text, encoding="utf-8", errors="backslashreplace")
    return place


def table(counts: dict[str, dict[str, int]], endings: list[str]) -> str:
    """Counts by family (or input) and ending, as text."""
    width = max(map(len, [*counts, "all"]), default=10)
    totals = {e: sum(row.get(e, 0) for row in counts.values()) for e in endings}
    lines = [" " * width + "".join(f"{e:>11}" for e in endings)]
    for name, row in [*sorted(counts.items()), ("all", totals)]:
        lines.append(f"{name:<{width}}" + "".join(f"{row.get(e, 0) or '.':>11}" for e in endings))
    return "\n".join(lines)
