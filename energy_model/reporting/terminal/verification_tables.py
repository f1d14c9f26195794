"""Verification tables: the verification of a stored run → a table and sentences on a terminal."""

from __future__ import annotations

from pathlib import Path

from rich.markup import escape

from energy_model.optimization.certificate import MAX_GAP_SHARE
from energy_model.reporting.narrative import format_number
from energy_model.reporting.terminal.console import grid, print_all
from energy_model.verification.verify import Verification

MAX_SENTENCES = 30  # differences printed; JSON lists all


def verified(found: Verification, case: Path | None = None) -> None:
    """Prints the recomputed values of a run and the verdict."""
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
    heading = "Proven" if found.proven else "[bold red]Not proven[/]"
    print_all(f"{heading}: {escape(verdict(found, case))}")


def verdict(found: Verification, case: Path | None = None) -> str:
    """Returns a sentence on what a verification proves, or why it proves nothing."""
    if found.changed_files:
        return f"{', '.join(found.changed_files)} changed after the run was written; run the case again."
    if found.strange_files:
        return f"{', '.join(found.strange_files)} is not listed in SHA256SUMS, so it is not part of the run; remove it."
    if not found.holds:
        return "the stored plan breaks a rule or is not the cheapest; run the case again."
    steps = found.metadata["steps"]
    cheaper = (
        "cheaper" if found.gap <= MAX_GAP_SHARE else f"more than {100 * found.gap:.2g} % cheaper"
    )
    claim = f"the plan keeps every rule, and no plan of these {steps:,} steps is {cheaper}"
    if found.differences:
        return f"the run does not say what is recomputed from it ({len(found.differences)} differences); run the case again."
    if not found.recomputed:
        return f"only the stored program is, not the case: of that program {claim}."
    question = found.metadata.get("question") or {}
    constraints = [
        f"{part} {name}"
        for part in ("limits", "added", "retired")
        for name in question.get(part, ())
    ]
    constraints += [f"closed {name}" for name in question.get("closed", ())]
    constraints += [f"least {name}" for _, name in question.get("least", ())]
    condition = f" under a study's question ({', '.join(constraints)})" if constraints else ""
    if found.own:
        return f"{claim}. That is proven of the stored program only: it is the case's program with rules of the user's own ({', '.join(found.own)})."
    reference = (
        f"of {case}"
        if case is not None
        else "that the run keeps; --case compares them with a case's folder"
    )
    return f"{claim}. That is proven of the case{condition}: program, tables and headline are those recomputed from the inputs {reference}."
