"""Verification report: the verification of a stored run or study → content in one language."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from energy_model.common.formatting import format_number, format_significant
from energy_model.common.language import translator
from energy_model.optimization.certificate import MAX_GAP_SHARE
from energy_model.reporting.content import ALERT, PLAIN, Block, Report, Text, data_table, section
from energy_model.studies.study_verification import StudyVerification
from energy_model.verification.verify import Verification

MAX_SENTENCES = 30  # differences printed; JSON lists all


def verification_report(
    verification: Verification, case: Path | None = None, language: str = "en"
) -> Report:
    """Returns the recomputed values of a run, its differences and the verdict.

    ``case`` is the folder of the case with which the run's inputs are compared.
    """
    _ = translator(language)
    certificate = verification.certificate
    rows = [
        [_("cost of the plan"), format_number(verification.cost, "EUR/a", language)],
        [_("lower bound of the cost"), format_number(verification.bound, "EUR/a", language)],
        [_("gap"), format_significant(verification.gap, 3, language)],
        [
            _("largest violation of a constraint, relative"),
            format_significant(certificate.row_violation, 3, language),
        ],
        [
            _("largest violation of a bound, relative"),
            format_significant(certificate.bound_violation, 3, language),
        ],
    ]
    title = _("Certificate of {path}", path=verification.path)
    heads = [_("Recomputed from the stored program"), _("value")]
    blocks: list[Block] = [
        *data_table(title, heads, rows, numeric=1),
        Text(tuple(_remarks(verification, language))),
        _conclusion(verification, case, language),
    ]
    return Report("", language, tuple(section("certificate", "", blocks)))


def _remarks(verification: Verification, language: str) -> Iterator[str]:
    """Yields the differences of the run from what is recomputed, and what is not recomputed."""
    _ = translator(language)
    differences = verification.differences
    for sentence in differences[:MAX_SENTENCES]:
        yield f"- {sentence}"
    if len(differences) > MAX_SENTENCES:
        rest = len(differences) - MAX_SENTENCES
        yield _("- and {count:#} more; --json lists all", count=rest)
    for sentence in verification.notes:
        yield _("Note: {sentence}.", sentence=sentence)
    if verification.derived_files:
        files = ", ".join(verification.derived_files)
        yield _("Not part of the run, and not proven: {files}.", files=files)


def _conclusion(verification: Verification, case: Path | None, language: str) -> Text:
    _ = translator(language)
    verdict = describe_verdict(verification, case, language)
    if verification.proven:
        return Text((_("Proven: {verdict}", verdict=verdict),), PLAIN)
    return Text((_("Not proven: {verdict}", verdict=verdict),), ALERT)


def describe_verdict(
    verification: Verification, case: Path | None = None, language: str = "en"
) -> str:
    """Returns a sentence on what a verification proves, or why it proves nothing."""
    _ = translator(language)
    if verification.changed_files:
        files = ", ".join(verification.changed_files)
        return _("{files} changed after the run was written; run the case again.", files=files)
    if verification.strange_files:
        files = ", ".join(verification.strange_files)
        return _(
            "{files} is not listed in SHA256SUMS, so it is not part of the run; remove it.",
            files=files,
        )
    if not verification.holds:
        return _("the stored plan violates a constraint or is not optimal; run the case again.")
    if verification.differences:
        return _(
            "the run differs from what is recomputed from it ({count:#} differences); run the case again.",
            count=len(verification.differences),
        )
    claim = _describe_claim(verification, language)
    if not verification.recomputed:
        return _("only the stored program is, not the case: of that program {claim}.", claim=claim)
    if verification.own:
        return _(
            "{claim}. That is proven of the stored program only: it is the case's program with "
            "rules of the user's own ({rules}).",
            claim=claim,
            rules=", ".join(verification.own),
        )
    return _(
        "{claim}. That is proven of the case{condition}: program, tables and headline are those "
        "recomputed from the inputs {inputs}.",
        claim=claim,
        condition=_describe_condition(verification, language),
        inputs=_("of {case}", case=case)
        if case is not None
        else _("that the run keeps; --case compares them with a case's folder"),
    )


def _describe_claim(verification: Verification, language: str) -> str:
    """Returns what holds of the stored program."""
    _ = translator(language)
    steps = verification.metadata["steps"]
    if verification.gap <= MAX_GAP_SHARE:
        return _(
            "the plan satisfies every constraint, and no plan of these {steps:#} steps is cheaper",
            steps=steps,
        )
    return _(
        "the plan satisfies every constraint, and no plan of these {steps:#} steps is more than "
        "{gap} % cheaper",
        steps=steps,
        gap=format_significant(100 * verification.gap, 2, language),
    )


def _describe_condition(verification: Verification, language: str) -> str:
    """Returns the conditions of a study's query under which the run is proven; empty without a query."""
    query = verification.metadata.get("query") or {}
    parts = ("limits", "capacity_added", "capacity_retired")
    conditions = [f"{part} {name}" for part in parts for name in query.get(part, ())]
    conditions += [f"closed {name}" for name in query.get("closed", ())]
    conditions += [f"minimize {name}" for _, name in query.get("minimize", ())]
    if not conditions:
        return ""
    _ = translator(language)
    return _(" under the query of a study ({conditions})", conditions=", ".join(conditions))


def study_verification_report(verification: StudyVerification, language: str = "en") -> Report:
    """Returns what is proven of the compositions and runs of a study, the differences, and the verdict."""
    _ = translator(language)
    heads = [
        _("composition"),
        _("branches"),
        _("cost of the plan"),
        _("lower bound of the cost"),
        _("gap"),
        _("largest violation of a constraint, relative"),
    ]
    rows = [
        [
            proof.name,
            str(len(proof.branches)),
            *(
                [
                    format_significant(proof.certificate.cost, 9, language),
                    format_significant(proof.certificate.bound, 9, language),
                    format_significant(proof.certificate.gap, 3, language),
                    format_significant(proof.certificate.row_violation, 3, language),
                ]
                if proof.certificate
                else [_("not rebuilt"), "", "", ""]
            ),
        ]
        for proof in verification.compositions
    ]
    title = _("Certificate of {path}", path=verification.path)
    blocks: list[Block] = [
        *data_table(title, heads, rows, numeric=5),
        Text(tuple(_study_remarks(verification, language))),
        _study_conclusion(verification, language),
    ]
    return Report("", language, tuple(section("certificate", "", blocks)))


def _study_remarks(verification: StudyVerification, language: str) -> Iterator[str]:
    """Yields the differences of a study's compositions, and the verdict on each run that is not proven."""
    _ = translator(language)
    sentences = [sentence for proof in verification.compositions for sentence in proof.differences]
    sentences += [
        f"runs/{name}: {describe_verdict(run, None, language)}"
        for name, run in verification.runs.items()
        if not run.proven
    ]
    for sentence in sentences[:MAX_SENTENCES]:
        yield f"- {sentence}"
    if len(sentences) > MAX_SENTENCES:
        rest = len(sentences) - MAX_SENTENCES
        yield _("- and {count:#} more; --json lists all", count=rest)


def _study_conclusion(verification: StudyVerification, language: str) -> Text:
    _ = translator(language)
    runs, compositions = verification.runs.values(), verification.compositions
    counts = {
        "runs": len(runs),
        "proven_runs": sum(run.proven for run in runs),
        "compositions": len(compositions),
        "proven_compositions": sum(proof.proven for proof in compositions),
    }
    if not runs and not compositions:
        sentence = _(
            "Not proven: the study keeps no runs; run it without --no-keep-runs in another folder."
        )
    elif compositions:
        sentence = _(
            "{proven_compositions:#} of {compositions:#} compositions and {proven_runs:#} of {runs:#} runs are proven.",
            **counts,
        )
    else:
        sentence = _("{proven_runs:#} of {runs:#} runs are proven.", **counts)
    limits = _("Tables of the study, and cases whose runs are not kept, are not part of the proof.")
    return Text((sentence, limits), PLAIN if verification.proven else ALERT)
