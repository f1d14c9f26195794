"""Verification tables: what of a stored run is proven, in sentences on a terminal."""

from __future__ import annotations

from pathlib import Path

from rich.markup import escape

from energy_model.optimization.certificate import GAP
from energy_model.reporting.narrative import format_number
from energy_model.reporting.terminal.console import grid, print_all
from energy_model.verification.verify import Verification

MAX_SENTENCES = 30  # differences that are printed; JSON has all


def verified(found: Verification, case: Path | None = None) -> None:
    """What was recomputed of a run, and what it proves."""
    rows = [
        ["cost of the plan", format_number(found.cost, "EUR/a")],
        ["no plan is cheaper than", format_number(found.bound, "EUR/a")],
        ["gap", f"{found.gap:.2e}"],
        ["largest violation of a rule, relative", f"{found.certificate.row_violation:.2e}"],
        ["largest violation of a bound, relative", f"{found.certificate.bound_violation:.2e}"],
    ]
    print_all(
        grid(f"Certificate of {found.path}", ["Recomputed from the stored program", "value"], rows)
    )
    for sentence in found.differences[:MAX_SENTENCES]:
        print_all(escape(f"- {sentence}"))
    if len(found.differences) > MAX_SENTENCES:
        print_all(f"- and {len(found.differences) - MAX_SENTENCES:,} more; --json lists all")
    for sentence in found.notes:
        print_all(escape(f"Note: {sentence}."))
    if found.derived_files:
        print_all(escape(f"Not part of the run, and not proven: {', '.join(found.derived_files)}."))
    good = "Proven" if found.proven else "[bold red]Not proven[/]"
    print_all(f"{good}: {escape(verdict(found, case))}")


def verdict(found: Verification, case: Path | None = None) -> str:
    """What a verification proves, or why it proves nothing, in a sentence."""
    if found.changed_files:
        return f"{', '.join(found.changed_files)} changed after the run was written; run the case again."  # fmt: skip
    if found.strange_files:
        return f"{', '.join(found.strange_files)} is not listed in SHA256SUMS, so it is not part of the run; remove it."  # fmt: skip
    if not found.holds:
        return "the stored plan breaks a rule or is not the cheapest; run the case again."
    steps = found.metadata["steps"]
    cheaper = "cheaper" if found.gap <= GAP else f"more than {100 * found.gap:.2g} % cheaper"
    kept = f"the plan keeps every rule, and no plan of these {steps:,} steps is {cheaper}"
    if found.differences:
        return f"the run does not say what is recomputed from it ({len(found.differences)} differences); run the case again."  # fmt: skip
    if not found.recomputed:
        return f"only the stored program is, not the case: of that program {kept}."
    question = found.metadata.get("question") or {}
    wished = [f"{part} {name}" for part in ("limits", "added", "retired") for name in question.get(part, ())]  # fmt: skip
    wished += [f"closed {name}" for name in question.get("closed", ())]
    wished += [f"least {name}" for _, name in question.get("least", ())]
    asked = f" under a study's question ({', '.join(wished)})" if wished else ""
    if found.own:
        return f"{kept}. That is proven of the stored program only: it is the case's program with rules of the user's own ({', '.join(found.own)})."  # fmt: skip
    whose = f"of {case}" if case is not None else "that the run keeps; --case compares them with a case's folder"  # fmt: skip
    return f"{kept}. That is proven of the case{asked}: program, tables and headline are those recomputed from the inputs {whose}."  # fmt: skip
