"""Reasons: a run → why an asset is built or not: its balance sheet at marginal prices, and its break-even investment."""

from __future__ import annotations

from energy_model.common.choices import ONE, Choice, Options
from energy_model.common.formatting import MIN_CAPACITY
from energy_model.common.language import N_, Message, translate, translator
from energy_model.reporting.content import Report
from energy_model.reporting.explanation_report import explanation_report, largest_investments
from energy_model.reporting.run_report import run_title
from energy_model.reporting.topic_parts import Topic, TopicSubject, TopicValues
from energy_model.results.run import Run
from energy_model.studies.explanation.explain import explain

LARGEST = "largest"
NO, YES = "no", "yes"


def _make(run: Run, language: str, values: TopicValues) -> Report:
    """Returns the explanation of an asset, or of the largest investments."""
    _ = translator(language)
    names = largest_investments(run) if values["asset"] == LARGEST else [values["asset"]]
    explanations = explain(run, names, values["break_even"] == YES)
    found = explanation_report(run, explanations, language, with_heading=False)
    return Report(f"{_(TOPIC.title)}. {run_title(run, language)}", language, found.sections)


def _assets(subject: TopicSubject) -> Options:
    """The largest investments, then all assets: those that are built by investment, then the others by name."""
    frame, language = subject.run.tables["capacities"], subject.language
    is_built = frame["capacity_added"] > MIN_CAPACITY
    built = frame[is_built].sort_values("investment", ascending=False, kind="stable")
    rows = [(str(name), subject.label_of(row, name), "built") for name, row in built.iterrows()]
    others = [(str(name), subject.label_of(row, name), "") for name, row in frame[~is_built].iterrows()]  # fmt: skip
    texts = [
        (name, translate("{asset} (built)", language, asset=title) if state else title)
        for name, title, state in [*rows, *sorted(others, key=lambda other: other[1])]
    ]
    count = Message(
        "the {count:#} largest investments, without vehicles",
        count=len(largest_investments(subject.run)),
    )
    return [(LARGEST, translate(count, language)), *texts]


TOPIC = Topic(
    rank=20,
    title=N_("Reasons: why it is built, and why not"),
    question=N_("Why is something built, and why not?"),
    make=_make,
    studies=("near_optimal", "sweep"),
    choices=(
        Choice("asset", N_("What"), ONE, LARGEST, options=_assets),
        Choice(
            "break_even",
            N_("Investment cost at which this changes"),
            ONE,
            NO,
            options=[(NO, N_("leave out")), (YES, N_("compute it, which takes up to a minute"))],
            slow_values=(YES,),
        ),
    ),
)
