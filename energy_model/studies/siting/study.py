"""Siting: where would a firm's activity cost the city least, and what would the firm see there?

The activity — so much of any technology — is placed at every site in turn whose land and rules allow it. A carrier that the
site lacks comes by new links from the nearest sites that have it. First comes an estimate from the prices of the plan without it (the
activity and its links by themselves, all else at today's prices), then the whole system is solved again; as prices
move against whoever is large, the estimate is never above the true cost. The last case places the whole size freely.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from energy_model.case.system import System
from energy_model.common.errors import InputError, InputIssue
from energy_model.optimization import highs
from energy_model.optimization.highs import OPTIMAL
from energy_model.optimization.infeasibility import NoSolutionError
from energy_model.optimization.linear_program import LinearProgram
from energy_model.optimization.unused_duals import SIZING_VARIABLES
from energy_model.results.accounts import (
    DELIVERS,
    EMISSIONS,
    LAND,
    TAKES,
    Accounts,
    accounts,
    solution_once,
)
from energy_model.results.run import Run
from energy_model.results.run_files import open_run
from energy_model.results.solution import Solution
from energy_model.solving.case_solver import Query
from energy_model.studies.runner.case_spec import StudyCase
from energy_model.studies.runner.scheduler import StudyRunner
from energy_model.studies.runner.study import CaseSpec, ExecutionOptions, Study, write_results
from energy_model.studies.siting.candidate_sites import (
    Activity,
    CandidateSite,
    candidates,
    case_files,
    parse_activity,
    unknown_site_hint,
)

FREE_PLACEMENT = "placed freely"
# What flows more than this in a step acts at the prices of the plan; less is what an interior-point
# method leaves of nothing. It is absolute, as flows of all kinds are compared.
MIN_FLOW = 0.01  # [unit/h]
MIN_TRADE_SHARE = 1e-6  # of the activity's largest flow over the year; less is rounding
MIN_LAND_CHANGE = 1e-4  # [ha]
MIN_LINK_CHANGE_SHARE = 1e-3  # of the activity's size; less is no reinforcement
MIN_TOLD_DIFFERENCE = 500.0  # [EUR/a] of a part of the cost against the mean of the sites
MAX_REASONS = 3  # differences and reinforcements named for each site


@dataclass(frozen=True)
class SitingCases:
    """The cases of a siting: without the activity, at each site, and placed freely."""

    work: StudyRunner
    place: CaseSpec
    activity: Activity
    sites: list[CandidateSite]

    def case(
        self, chosen: Mapping[str, tuple[float, float]], total: float | None = None
    ) -> StudyCase:
        """The case in which some sites may hold some of it, and the others nothing."""
        held: dict[str, tuple[float, float]] = {}
        for candidate in self.sites:
            least, most = chosen.get(candidate.site, (0.0, 0.0))
            held[candidate.asset] = (least, most)
            if most <= 0:
                held |= dict.fromkeys((link.name for link in candidate.links), (0.0, 0.0))
        name = next(iter(chosen)) if len(chosen) == 1 else FREE_PLACEMENT if chosen else ""
        limits = {} if total is None else {self.watched: (total, total)}
        return StudyCase({"site": name}, question=Query(limits=limits, added=held), whole=True)

    @property
    def watched(self) -> str:
        """The whole size as a sum."""
        return f"added:{self.activity.technology}_at_*"

    def run(self, case: StudyCase) -> Run:
        """The run of an answered case."""
        return open_run(self.place.out / "runs" / case.key)


def siting(
    case: str | Path,
    activity: str,
    sites: str = "*",
    require: Mapping[str, float] | None = None,
    forbid: Sequence[str] = (),
    output: str | Path | None = None,
    scenario: str | None = None,
    changes: Sequence[str] = (),
    resolution: int | str | None = None,
    execution: ExecutionOptions | None = None,
) -> Study:
    """An activity (``TECHNOLOGY=SIZE``, in the technology's unit of capacity) at every site, cheapest for the system first.

    Tables: ``sites`` (added cost [EUR/a], the estimate, emissions [t/a], land [ha], points, and why), ``prices`` (what the firm sees of each
    carrier), ``land`` and ``reinforcements``. ``require`` holds at least so much at a site when placed freely, ``forbid`` leaves sites out.
    Raises InputError, NoSolutionError or Stopped.
    """
    execution, place = (
        execution or ExecutionOptions(),
        CaseSpec.of(case, output, "siting", scenario, changes, resolution),
    )
    system = place.read()
    asked = parse_activity(system, activity)
    found = candidates(system, asked, sites, forbid)
    allowed = [c for c in found if not c.reason]
    required = dict(require or {})
    _check(asked, found, allowed, required, activity)
    definition = {"activity": asked.technology, "size": asked.size, "sites": sites, "require": {s: float(v) for s, v in required.items()}, "forbid": list(forbid)}  # fmt: skip
    watched = f"added:{asked.technology}_at_*"
    with place.work("siting", definition, execution, (watched,), extra=case_files(system, asked, allowed)) as work:  # fmt: skip
        question = SitingCases(work, place, asked, allowed)
        without = question.case({})
        base = work.answers([without])[0]
        if base["status"] != OPTIMAL:
            raise NoSolutionError(base["status"], [base["reason"]])
        run = question.run(without)
        tell = execution.progress or (lambda _: None)
        tell("estimating at the prices of the plan without it")
        estimates = {c.site: _estimate(solution_once(run), c, asked.size) for c in allowed}
        placed = [question.case({c.site: (asked.size, asked.size)}) for c in allowed]
        free = question.case({c.site: (required.get(c.site, 0.0), asked.size) for c in allowed}, asked.size)  # fmt: skip
        answers = work.answers([*placed, *([free] if len(allowed) > 1 else [])])
        rows, books = [], {}
        for candidate, one, answer in zip(allowed, placed, answers, strict=False):
            if answer["status"] == OPTIMAL:
                books[candidate.site] = accounts(question.run(one))
            rows.append(_row(candidate, base, answer, estimates[candidate.site], asked.size))
        tables = _details(allowed, placed, books, question, run)
        table = _ranked(rows, found, system, tables, books, allowed)
        notes = _notes(table, asked)
        if len(allowed) > 1:
            notes.append(_optimal_placement(answers[-1], base, allowed))
        return write_results(work, place, "siting", {"sites": table, **tables}, notes)


def _check(
    asked: Activity, found: list[CandidateSite], allowed: list[CandidateSite], required: Mapping[str, float], activity: str,
) -> None:  # fmt: skip
    """InputError where no site is allowed, or what is required cannot be."""
    if not allowed:
        told = "; ".join(f"{c.site}: {c.reason}" for c in found[:5])
        raise InputError.at("--activity", f"no site can hold it: {told}", value=activity)
    known, faults = [c.site for c in allowed], []
    for site, amount in required.items():
        if site not in known:
            reason = next(
                (c.reason for c in found if c.site == site),
                unknown_site_hint(site, [c.site for c in found]),
            )
            faults.append(InputIssue("--require", reason, value=site))
        elif not 0 < amount <= asked.size:
            faults.append(InputIssue("--require", f"write a size above 0 and at most {asked.size:g}", value=f"{site}={amount:g}"))  # fmt: skip
    if sum(required.values()) > asked.size * (1 + 1e-9):
        faults.append(InputIssue("--require", f"the sizes sum to more than {asked.size:g}"))
    if faults:
        raise InputError(faults)


def _estimate(program: Solution, candidate: CandidateSite, size: float) -> float:
    """What the activity would cost with all else at the plan's prices: itself and its links, solved alone [EUR/a].

    Where nobody does anything a price says nothing; so what stands idle beside the activity is in its program too.
    """
    lp, x = program.lp, program.x
    groups, of_column = program.lp.column_groups()
    owners = [name.split(":")[0] if decision == "activity" else name for decision, name in groups]
    known = {name: i for i, name in enumerate(dict.fromkeys(owners))}
    owner = np.array([known[name] for name in owners])[of_column]
    running = np.array([decision not in SIZING_VARIABLES for decision, _ in groups])[of_column]
    busy = np.zeros(len(known), bool)
    busy[owner[running & (np.abs(x) > MIN_FLOW)]] = True
    entries = lp.A.tocoo()
    met = np.zeros(lp.A.shape[0], bool)  # rows where somebody busy acts
    met[entries.row[busy[owner[entries.col]]]] = True
    own = np.zeros(len(known), bool)
    for name in (candidate.asset, *(link.name for link in candidate.links)):
        own[known[name]] = True
    before = 0
    while before != own.sum():
        before = own.sum()
        touched = np.zeros(lp.A.shape[0], bool)
        touched[entries.row[own[owner[entries.col]]]] = True
        own[owner[entries.col[(touched & ~met)[entries.row]]]] = True
    columns = np.flatnonzero(own[owner])
    A = lp.A.tocsc()[:, columns].tocsr()
    inside = (np.diff(A.indptr) == np.diff(lp.A.indptr)) & (np.diff(A.indptr) > 0)
    cost = lp.cost[columns] - A.T @ np.where(inside, 0.0, program.prices)
    lower, upper = lp.lower.copy(), lp.upper.copy()
    added = program.lp.variables["added"]
    upper[[added.of(link.name).start for link in candidate.links]] = np.inf
    lower[added.of(candidate.asset)] = upper[added.of(candidate.asset)] = size
    rows = np.flatnonzero(inside)
    small = LinearProgram(A[rows], cost, 0.0, lower[columns], upper[columns], lp.row_lower[rows], lp.row_upper[rows])  # fmt: skip
    answer = highs.solve(small)
    base = float(cost @ x[columns])
    return answer.objective - base if answer.status == OPTIMAL else float("nan")


def _row(
    candidate: CandidateSite, base: Mapping, answer: Mapping, estimate: float, size: float
) -> dict[str, object]:
    """What a site adds to the system."""
    row: dict[str, object] = {"site": candidate.site, "status": answer["status"], "reason": answer["reason"], "estimate": estimate}  # fmt: skip
    if answer["status"] != OPTIMAL:
        return row
    more = {name: answer["headline"][name] - base["headline"][name] for name in ("net_emissions", "land_taken", "citizens_points", "firms_points")}  # fmt: skip
    added = answer["objective"] - base["objective"]
    return row | {"added_cost": added, "difference": added - estimate, "added_cost_per_unit": added / size, **more}  # fmt: skip


def _details(
    allowed: list[CandidateSite],
    placed: list[StudyCase],
    books: Mapping[str, Accounts],
    question: SitingCases,
    base: Run,
) -> dict[str, pd.DataFrame]:
    """The prices the firm sees, the land taken and what is reinforced, site by site."""
    prices, land, links = [], [], []
    before = base.tables["capacities"]
    for candidate, case in zip(allowed, placed, strict=True):
        if candidate.site not in books:
            continue
        lines = books[candidate.site].lines
        own = lines[lines["name"] == candidate.asset]
        traded = own[own["line"].isin([DELIVERS, TAKES])]
        traded = traded[traded["quantity"].abs() > MIN_TRADE_SHARE * traded["quantity"].abs().max()]
        for row in traded.itertuples(index=False):
            prices.append((candidate.site, row.of.split("@")[0], row.line, row.quantity, row.amount / row.quantity))  # fmt: skip
        run = question.run(case)
        taken = run.tables["land"]["taken"] - base.tables["land"]["taken"]
        land += [(candidate.site, site, kind, amount) for (site, kind), amount in taken.items() if abs(amount) > MIN_LAND_CHANGE]  # fmt: skip
        after = run.tables["capacities"]
        table = after[after["table"] == "links"]
        grown = table["added"] - before["added"].reindex(table.index).fillna(0.0)
        for link in grown.index[
            grown.abs() > MIN_LINK_CHANGE_SHARE * max(1.0, question.activity.size)
        ]:
            own_link = any(link == connection.name for connection in candidate.links)
            links.append((candidate.site, link, table.at[link, "label_en"], "connection" if own_link else "reinforcement", grown[link], table.at[link, "unit"], grown[link] * float(table.at[link, "unit_investment"])))  # fmt: skip
    numbers = {"quantity": float, "price": float}
    more = {"more": float, "investment": float}
    heads = ["site", "link", "label_en", "kind", "more", "unit", "investment"]
    return {
        "prices": pd.DataFrame(prices, columns=["site", "carrier", "line", "quantity", "price"]).astype(numbers),
        "land": pd.DataFrame(land, columns=["site", "at", "land_class", "more"]).astype({"more": float}),
        "reinforcements": pd.DataFrame(links, columns=heads).astype(more),
    }  # fmt: skip


def _ranked(
    rows: list[dict[str, object]], found: list[CandidateSite], system: System, tables: Mapping[str, pd.DataFrame],
    books: Mapping[str, Accounts], allowed: list[CandidateSite],
) -> pd.DataFrame:  # fmt: skip
    """All sites, the cheapest first, with what makes each cheap or dear."""
    names = ["site", "label_en", "label_da", "status", "added_cost", "estimate", "difference", "added_cost_per_unit", "net_emissions", "land_taken", "citizens_points", "firms_points", "why", "reason"]  # fmt: skip
    frame = pd.DataFrame(rows)
    shut = pd.DataFrame([{"site": c.site, "status": "not allowed", "reason": c.reason} for c in found if c.reason])  # fmt: skip
    frame = pd.concat([frame, shut], ignore_index=True) if len(shut) else frame
    for label in ("label_en", "label_da"):
        frame[label] = [system["sites"].at[site, label] for site in frame["site"]]
    parts = pd.DataFrame({c.site: _cost_components(books[c.site], c) for c in allowed if c.site in books}).fillna(0.0)  # fmt: skip
    why = {site: _explain_site(parts, site, tables["reinforcements"]) for site in parts}
    frame["why"] = [why.get(site, "") for site in frame["site"]]
    frame = frame.reindex(columns=names)
    return frame.sort_values("added_cost", kind="stable", na_position="last", ignore_index=True)


def _cost_components(book: Accounts, candidate: CandidateSite) -> pd.Series:
    """What the activity and its links earn and pay, by what for."""
    own = {candidate.asset, *(link.name for link in candidate.links)}
    lines = book.lines[book.lines["name"].isin(own)]
    carrier = lines["of"].str.split("@").str[0].str.replace("_", " ")
    trade = lines["line"].isin([DELIVERS, TAKES])
    connecting = lines["name"] != candidate.asset
    kind = carrier.where(trade, "building and running it")
    kind = kind.mask(lines["line"] == LAND, "land").mask(lines["line"] == EMISSIONS, "emissions")
    kind = kind.mask(~trade & connecting, "new links to the site")
    sums: pd.Series = lines.groupby(kind)["amount"].sum()
    return sums


def _explain_site(parts: pd.DataFrame, site: str, links: pd.DataFrame) -> str:
    """What is better and worse here than at the mean of all sites, and what is reinforced."""
    apart = (parts[site] - parts.mean(axis=1)).sort_values(key=np.abs, ascending=False)
    apart = apart[apart.abs() > MIN_TOLD_DIFFERENCE].head(MAX_REASONS)
    told = [f"{name} {value / 1e3:+,.0f} kEUR/a" for name, value in apart.items()]
    alone = parts.shape[1] == 1
    said = "the only site" if alone else f"against the mean of the sites: {', '.join(told)}" if told else "much as at other sites"  # fmt: skip
    built = links[(links["site"] == site) & (links["more"] > 0)].nlargest(MAX_REASONS, "investment")
    if len(built):
        said += "; " + ", ".join(f"{row.label_en or row.link} {row.more:+,.3g} {row.unit}" for row in built.itertuples(index=False))  # fmt: skip
    return said


def _notes(table: pd.DataFrame, asked: Activity) -> list[str]:
    """The ranking in sentences."""
    done = table[table["status"] == OPTIMAL]
    label, unit = asked.label, asked.unit
    if done.empty:
        return [f"No site can hold {asked.size:g} {unit} of {label}; the reasons stand in the table."]  # fmt: skip
    best, worst = done.iloc[0], done.iloc[-1]
    notes = [f"{asked.size:g} {unit} of {label} costs the city least at {best['label_en'] or best['site']}: {_money(best['added_cost'])} a year ({best['why']})."]  # fmt: skip
    if len(done) > 1:
        notes.append(f"At {worst['label_en'] or worst['site']} it costs {_money(worst['added_cost'] - best['added_cost'])} a year more ({worst['why']}).")  # fmt: skip
        pairs = itertools.combinations(zip(done["estimate"], done["added_cost"], strict=True), 2)
        alike = np.mean([(a[0] - b[0]) * (a[1] - b[1]) >= 0 for a, b in pairs])
        apart = done["difference"].abs().max()
        notes.append(f"The estimate from prices alone is {_money(apart)} a year off at most, and puts {alike:.0%} of all pairs of sites in the right order.")  # fmt: skip
    return notes


def _optimal_placement(answer: Mapping, base: Mapping, allowed: list[CandidateSite]) -> str:
    if answer["status"] != OPTIMAL:
        return f"Placed freely there is no plan: {answer['reason']}"
    parts = {c.site: answer["assets"][c.asset][1] for c in allowed}
    told = ", ".join(f"{amount:,.3g} at {site}" for site, amount in sorted(parts.items(), key=lambda p: -p[1]) if amount > 1e-3)  # fmt: skip
    return f"Placed freely it costs {_money(answer['objective'] - base['objective'])} a year: {told}."  # fmt: skip


def _money(amount: float) -> str:
    return f"{amount / 1e6:,.2f} MEUR" if abs(amount) >= 1e6 else f"{amount / 1e3:,.0f} kEUR"
