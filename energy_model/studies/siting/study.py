"""Siting: an activity and a case → the sites ranked by added system cost, and the prices the firm sees there.

The activity (a capacity of any technology) is placed in turn at every site whose land and rules
allow it. A carrier that the site lacks comes by new links from the nearest sites that have it.
First, an estimate uses the marginal prices of the plan without the activity (the activity and its
links alone, all other prices fixed); then the whole system is re-solved. As prices move against a
large buyer or seller, the estimate is never above the true cost. The last case places the total
capacity freely.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from energy_model._deprecated import accept_case_keywords
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
from energy_model.solving.load import Case
from energy_model.studies.runner.scheduler import StudyRunner
from energy_model.studies.runner.study import ExecutionOptions, Study
from energy_model.studies.runner.study_case import StudyCase
from energy_model.studies.runner.study_setup import StudySetup
from energy_model.studies.siting.candidate_sites import (
    Activity,
    CandidateSite,
    candidates,
    case_files,
    parse_activity,
    unknown_site_hint,
)

FREE_PLACEMENT = "placed freely"
# A larger flow in a step is active at the prices of the plan; a smaller one is residue of an
# interior-point method. The bound is absolute, as flows of all kinds are compared.
MIN_FLOW = 0.01  # [unit/h]
MIN_TRADE_SHARE = 1e-6  # of the activity's largest flow over the year; less is rounding
MIN_LAND_CHANGE = 1e-4  # [ha]
MIN_LINK_CHANGE_SHARE = 1e-3  # of the activity's size; less is no reinforcement
MIN_TOLD_DIFFERENCE = 500.0  # [EUR/a] of a part of the cost against the mean of the sites
MAX_REASONS = 3  # differences and reinforcements named for each site


@dataclass(frozen=True)
class SitingCases:
    """The cases of a siting: without the activity, at each site, and placed freely."""

    runner: StudyRunner
    activity: Activity
    sites: list[CandidateSite]

    def case(
        self, chosen: Mapping[str, tuple[float, float]], total: float | None = None
    ) -> StudyCase:
        """The case in which the activity may be added at the chosen sites, within bounds by site, and nowhere else."""
        bounds: dict[str, tuple[float, float]] = {}
        for candidate in self.sites:
            minimum, maximum = chosen.get(candidate.site, (0.0, 0.0))
            bounds[candidate.asset] = (minimum, maximum)
            if maximum <= 0:
                bounds |= dict.fromkeys((link.name for link in candidate.links), (0.0, 0.0))
        name = next(iter(chosen)) if len(chosen) == 1 else FREE_PLACEMENT if chosen else ""
        limits = {} if total is None else {self.watched: (total, total)}
        return StudyCase({"site": name}, query=Query(limits=limits, added=bounds), keep_run=True)

    @property
    def watched(self) -> str:
        """The metric that sums the activity's added capacity over all sites."""
        return f"added:{self.activity.technology}_at_*"

    def run(self, case: StudyCase) -> Run:
        """The run of a solved case."""
        return open_run(self.runner.store.folder / "runs" / case.key)


@accept_case_keywords
def siting(
    case: Case,
    activity: str,
    sites: str = "*",
    require: Mapping[str, float] | None = None,
    forbid: Sequence[str] = (),
    output: str | Path | None = None,
    *,
    execution: ExecutionOptions | None = None,
) -> Study:
    """An activity (``TECHNOLOGY=SIZE``, in the technology's unit of capacity) at every site, the lowest system cost first.

    Tables: ``sites`` (added cost [EUR/a], the estimate, emissions [t/a], land [ha], points, and
    reasons), ``prices`` (the firm's price of each carrier), ``land`` and ``reinforcements``.
    ``require`` is a minimum capacity by site for the free placement; ``forbid`` excludes sites.
    Raises InputError, NoSolutionError (the case without the activity) or StudyInterrupted.
    """
    setup = StudySetup.of("siting", case, output, execution)
    system = setup.load()
    parsed = parse_activity(system, activity)
    site_list = candidates(system, parsed, sites, forbid)
    allowed = [c for c in site_list if not c.reason]
    required = dict(require or {})
    _check(parsed, site_list, allowed, required, activity)
    definition = {"activity": parsed.technology, "size": parsed.size, "sites": sites, "require": {s: float(v) for s, v in required.items()}, "forbid": list(forbid)}  # fmt: skip
    watched = f"added:{parsed.technology}_at_*"
    with setup.runner(definition, (watched,), case_files(system, parsed, allowed)) as runner:
        siting_cases = SitingCases(runner, parsed, allowed)
        reference_case = siting_cases.case({})
        base = runner.results([reference_case])[0]
        if base["status"] != OPTIMAL:
            raise NoSolutionError(base["status"], [base["reason"]])
        run = siting_cases.run(reference_case)
        setup.execution.report("estimating at the prices of the plan without it")
        estimates = {c.site: _estimate(solution_once(run), c, parsed.size) for c in allowed}
        placed = [siting_cases.case({c.site: (parsed.size, parsed.size)}) for c in allowed]
        free_placement = siting_cases.case({c.site: (required.get(c.site, 0.0), parsed.size) for c in allowed}, parsed.size)  # fmt: skip
        answers = runner.results([*placed, *([free_placement] if len(allowed) > 1 else [])])
        rows, accounts_by_site = [], {}
        for candidate, study_case, answer in zip(allowed, placed, answers, strict=False):
            if answer["status"] == OPTIMAL:
                accounts_by_site[candidate.site] = accounts(siting_cases.run(study_case))
            rows.append(_row(candidate, base, answer, estimates[candidate.site], parsed.size))
        tables = _details(allowed, placed, accounts_by_site, siting_cases, run)
        table = _ranked(rows, site_list, system, tables, accounts_by_site, allowed)
        notes = _notes(table, parsed)
        if len(allowed) > 1:
            notes.append(_optimal_placement(answers[-1], base, allowed))
        return setup.write_results(runner, {"sites": table, **tables}, notes)


def _check(
    asked: Activity, found: list[CandidateSite], allowed: list[CandidateSite], required: Mapping[str, float], activity: str,
) -> None:  # fmt: skip
    """InputError if no site is allowed, or a required capacity is invalid."""
    if not allowed:
        reasons = "; ".join(f"{c.site}: {c.reason}" for c in found[:5])
        raise InputError.at("--activity", f"no site can hold it: {reasons}", value=activity)
    known, issues = [c.site for c in allowed], []
    for site, amount in required.items():
        if site not in known:
            reason = next(
                (c.reason for c in found if c.site == site),
                unknown_site_hint(site, [c.site for c in found]),
            )
            issues.append(InputIssue("--require", reason, value=site))
        elif not 0 < amount <= asked.size:
            issues.append(InputIssue("--require", f"write a size above 0 and at most {asked.size:g}", value=f"{site}={amount:g}"))  # fmt: skip
    if sum(required.values()) > asked.size * (1 + 1e-9):
        issues.append(InputIssue("--require", f"the sizes sum to more than {asked.size:g}"))
    if issues:
        raise InputError(issues)


def _estimate(program: Solution, candidate: CandidateSite, size: float) -> float:
    """The cost of the activity with all other prices fixed: the activity and its links solved alone [EUR/a].

    A row without active variables has no meaningful price, so the inactive assets in such rows join
    the subproblem.
    """
    lp, x = program.lp, program.x
    groups, of_column = program.lp.column_groups()
    owners = [name.split(":")[0] if decision == "activity" else name for decision, name in groups]
    known = {name: i for i, name in enumerate(dict.fromkeys(owners))}
    owner = np.array([known[name] for name in owners])[of_column]
    running = np.array([decision not in SIZING_VARIABLES for decision, _ in groups])[of_column]
    active = np.zeros(len(known), bool)
    active[owner[running & (np.abs(x) > MIN_FLOW)]] = True
    entries = lp.A.tocoo()
    priced_rows = np.zeros(lp.A.shape[0], bool)  # rows with an active asset
    priced_rows[entries.row[active[owner[entries.col]]]] = True
    included = np.zeros(len(known), bool)
    for name in (candidate.asset, *(link.name for link in candidate.links)):
        included[known[name]] = True
    previous_count = 0
    while previous_count != included.sum():
        previous_count = included.sum()
        touched = np.zeros(lp.A.shape[0], bool)
        touched[entries.row[included[owner[entries.col]]]] = True
        included[owner[entries.col[(touched & ~priced_rows)[entries.row]]]] = True
    columns = np.flatnonzero(included[owner])
    sub_matrix = lp.A.tocsc()[:, columns].tocsr()
    inside = (np.diff(sub_matrix.indptr) == np.diff(lp.A.indptr)) & (np.diff(sub_matrix.indptr) > 0)
    cost = lp.cost[columns] - sub_matrix.T @ np.where(inside, 0.0, program.prices)
    lower, upper = lp.lower.copy(), lp.upper.copy()
    added = program.lp.variables["added"]
    upper[[added.of(link.name).start for link in candidate.links]] = np.inf
    lower[added.of(candidate.asset)] = upper[added.of(candidate.asset)] = size
    rows = np.flatnonzero(inside)
    sub_program = LinearProgram(sub_matrix[rows], cost, 0.0, lower[columns], upper[columns], lp.row_lower[rows], lp.row_upper[rows])  # fmt: skip
    answer = highs.solve(sub_program)
    base = float(cost @ x[columns])
    return answer.objective - base if answer.status == OPTIMAL else float("nan")


def _row(
    candidate: CandidateSite, base: Mapping, answer: Mapping, estimate: float, size: float
) -> dict[str, object]:
    """What a site adds to the system."""
    row: dict[str, object] = {"site": candidate.site, "status": answer["status"], "reason": answer["reason"], "estimate": estimate}  # fmt: skip
    if answer["status"] != OPTIMAL:
        return row
    increments = {name: answer["headline"][name] - base["headline"][name] for name in ("net_emissions", "land_taken", "citizens_points", "firms_points")}  # fmt: skip
    added_cost = answer["objective"] - base["objective"]
    return row | {"added_cost": added_cost, "difference": added_cost - estimate, "added_cost_per_unit": added_cost / size, **increments}  # fmt: skip


def _details(
    allowed: list[CandidateSite],
    placed: list[StudyCase],
    books: Mapping[str, Accounts],
    question: SitingCases,
    base: Run,
) -> dict[str, pd.DataFrame]:
    """The firm's prices, the land taken and the reinforcements, by site."""
    prices, land, links = [], [], []
    before = base.tables["capacities"]
    for candidate, case in zip(allowed, placed, strict=True):
        if candidate.site not in books:
            continue
        lines = books[candidate.site].lines
        own_lines = lines[lines["name"] == candidate.asset]
        traded = own_lines[own_lines["line"].isin([DELIVERS, TAKES])]
        traded = traded[traded["quantity"].abs() > MIN_TRADE_SHARE * traded["quantity"].abs().max()]
        for row in traded.itertuples(index=False):
            carrier, price = row.of.split("@")[0], row.amount / row.quantity
            prices.append((candidate.site, carrier, row.line, row.quantity, price))
        run = question.run(case)
        taken = run.tables["land"]["taken"] - base.tables["land"]["taken"]
        land += [(candidate.site, site, kind, amount) for (site, kind), amount in taken.items() if abs(amount) > MIN_LAND_CHANGE]  # fmt: skip
        after = run.tables["capacities"]
        table = after[after["table"] == "links"]
        growth = table["added"] - before["added"].reindex(table.index).fillna(0.0)
        threshold = MIN_LINK_CHANGE_SHARE * max(1.0, question.activity.size)
        for link in growth.index[growth.abs() > threshold]:
            own_link = any(link == connection.name for connection in candidate.links)
            kind = "connection" if own_link else "reinforcement"
            cost = growth[link] * float(table.at[link, "unit_investment"])
            label, unit = table.at[link, "label_en"], table.at[link, "unit"]
            links.append((candidate.site, link, label, kind, growth[link], unit, cost))
    numbers = {"quantity": float, "price": float}
    reinforcement_types = {"more": float, "investment": float}
    columns = ["site", "link", "label_en", "kind", "more", "unit", "investment"]
    return {
        "prices": pd.DataFrame(prices, columns=["site", "carrier", "line", "quantity", "price"]).astype(numbers),
        "land": pd.DataFrame(land, columns=["site", "at", "land_class", "more"]).astype({"more": float}),
        "reinforcements": pd.DataFrame(links, columns=columns).astype(reinforcement_types),
    }  # fmt: skip


def _ranked(
    rows: list[dict[str, object]], found: list[CandidateSite], system: System, tables: Mapping[str, pd.DataFrame],
    books: Mapping[str, Accounts], allowed: list[CandidateSite],
) -> pd.DataFrame:  # fmt: skip
    """All sites, the cheapest first, with the reasons for their cost."""
    names = ["site", "label_en", "label_da", "status", "added_cost", "estimate", "difference", "added_cost_per_unit", "net_emissions", "land_taken", "citizens_points", "firms_points", "why", "reason"]  # fmt: skip
    frame = pd.DataFrame(rows)
    excluded = pd.DataFrame([{"site": candidate.site, "status": "not allowed", "reason": candidate.reason} for candidate in found if candidate.reason])  # fmt: skip
    frame = pd.concat([frame, excluded], ignore_index=True) if len(excluded) else frame
    for label in ("label_en", "label_da"):
        frame[label] = [system["sites"].at[site, label] for site in frame["site"]]
    parts = pd.DataFrame({candidate.site: _cost_components(books[candidate.site], candidate) for candidate in allowed if candidate.site in books}).fillna(0.0)  # fmt: skip
    why = {site: _explain_site(parts, site, tables["reinforcements"]) for site in parts}
    frame["why"] = [why.get(site, "") for site in frame["site"]]
    frame = frame.reindex(columns=names)
    return frame.sort_values("added_cost", kind="stable", na_position="last", ignore_index=True)


def _cost_components(book: Accounts, candidate: CandidateSite) -> pd.Series:
    """The net cost of the activity and its links, by component [EUR/a]."""
    own_names = {candidate.asset, *(link.name for link in candidate.links)}
    lines = book.lines[book.lines["name"].isin(own_names)]
    carrier = lines["of"].str.split("@").str[0].str.replace("_", " ")
    trade = lines["line"].isin([DELIVERS, TAKES])
    connecting = lines["name"] != candidate.asset
    kind = carrier.where(trade, "building and running it")
    kind = kind.mask(lines["line"] == LAND, "land").mask(lines["line"] == EMISSIONS, "emissions")
    kind = kind.mask(~trade & connecting, "new links to the site")
    sums: pd.Series = lines.groupby(kind)["amount"].sum()
    return sums


def _explain_site(parts: pd.DataFrame, site: str, links: pd.DataFrame) -> str:
    """The largest cost differences from the mean of all sites, and the reinforcements."""
    differences = (parts[site] - parts.mean(axis=1)).sort_values(key=np.abs, ascending=False)
    differences = differences[differences.abs() > MIN_TOLD_DIFFERENCE].head(MAX_REASONS)
    parts_text = [f"{name} {value / 1e3:+,.0f} kEUR/a" for name, value in differences.items()]
    is_only_site = parts.shape[1] == 1
    reason = "the only site" if is_only_site else f"against the mean of the sites: {', '.join(parts_text)}" if parts_text else "much as at other sites"  # fmt: skip
    reinforced = links[(links["site"] == site) & (links["more"] > 0)]
    reinforced = reinforced.nlargest(MAX_REASONS, "investment")
    if len(reinforced):
        reason += "; " + ", ".join(f"{row.label_en or row.link} {row.more:+,.3g} {row.unit}" for row in reinforced.itertuples(index=False))  # fmt: skip
    return reason


def _notes(table: pd.DataFrame, asked: Activity) -> list[str]:
    """The ranking in sentences."""
    solved = table[table["status"] == OPTIMAL]
    label, unit = asked.label, asked.unit
    if solved.empty:
        return [f"No site can hold {asked.size:g} {unit} of {label}; the reasons stand in the table."]  # fmt: skip
    best, worst = solved.iloc[0], solved.iloc[-1]
    notes = [f"{asked.size:g} {unit} of {label} costs the city least at {best['label_en'] or best['site']}: {_money(best['added_cost'])} a year ({best['why']})."]  # fmt: skip
    if len(solved) > 1:
        notes.append(f"At {worst['label_en'] or worst['site']} it costs {_money(worst['added_cost'] - best['added_cost'])} a year more ({worst['why']}).")  # fmt: skip
        costs = zip(solved["estimate"], solved["added_cost"], strict=True)
        pairs = itertools.combinations(costs, 2)
        same_order = [(a[0] - b[0]) * (a[1] - b[1]) >= 0 for a, b in pairs]
        same_order_share = np.mean(same_order)
        largest_error = solved["difference"].abs().max()
        notes.append(f"The estimate from prices alone is {_money(largest_error)} a year off at most, and puts {same_order_share:.0%} of all pairs of sites in the right order.")  # fmt: skip
    return notes


def _optimal_placement(answer: Mapping, base: Mapping, allowed: list[CandidateSite]) -> str:
    if answer["status"] != OPTIMAL:
        return f"Placed freely there is no plan: {answer['reason']}"
    parts = {candidate.site: answer["assets"][candidate.asset][1] for candidate in allowed}
    sizes_text = ", ".join(f"{amount:,.3g} at {site}" for site, amount in sorted(parts.items(), key=lambda p: -p[1]) if amount > 1e-3)  # fmt: skip
    return f"Placed freely it costs {_money(answer['objective'] - base['objective'])} a year: {sizes_text}."  # fmt: skip


def _money(amount: float) -> str:
    return f"{amount / 1e6:,.2f} MEUR" if abs(amount) >= 1e6 else f"{amount / 1e3:,.0f} kEUR"
