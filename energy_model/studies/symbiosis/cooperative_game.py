"""Games: how to share what several earn only together — Shapley value, core, least core and nucleolus.

A game has players and a worth for every coalition of them; a coalition is a number whose binary digits say who is in. The
*Shapley value* gives each the mean of what it adds when all come in random order (Shapley, 1953). A split is in the *core* if no
coalition gets less than it is worth alone. The *least core* makes the worst complaint as small as can be, and the *nucleolus*
goes on with the second worst, and so on, until one split is left (Schmeidler, 1969). Here it is found by one linear program
for each level (Maschler, Peleg and Shapley, 1979), with rows generated as they are needed: a coalition's worth is asked only
where it could still complain.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import linprog

MAX_EXACT_PLAYERS = 12  # players up to which every coalition is asked
MAX_ENUMERATED_PLAYERS = 18  # players up to which every coalition can at least be looked at
# Complaints closer than this, relative to the worth of all, are the same
MAX_EXCESS_TIE_SHARE = 1e-7
# Half the width of an interval that holds 95 times of 100, in standard errors
CONFIDENCE_STANDARD_ERRORS = 1.96
Worths = Callable[[list[int]], list[float]]


@dataclass
class CooperativeGame:
    """Players and the worth of coalitions, asked many at a time and remembered.

    ``worths`` takes coalitions and gives their worths; that of nobody is 0. ``budget`` is how many coalitions may be asked to
    look for complaints; where it is spent, what was found holds among the coalitions that were asked.
    """

    players: tuple[str, ...]
    worths: Worths
    known: dict[int, float] = field(default_factory=lambda: {0: 0.0})
    budget: int | None = None

    @property
    def certain(self) -> bool:
        """Whether every coalition that could complain was looked at."""
        return len(self.players) <= MAX_ENUMERATED_PLAYERS and self.budget != 0

    @property
    def all(self) -> int:
        """The coalition of everybody."""
        return (1 << len(self.players)) - 1

    def ask(self, coalitions: Iterable[int]) -> None:
        """Learns the worth of coalitions not known yet."""
        new = [s for s in dict.fromkeys(coalitions) if s not in self.known]
        if new:
            self.known |= dict(zip(new, self.worths(new), strict=True))

    def worth(self, coalition: int) -> float:
        """The worth of a coalition."""
        self.ask([coalition])
        return self.known[coalition]

    def names(self, coalition: int) -> list[str]:
        """Who is in a coalition."""
        return [name for i, name in enumerate(self.players) if coalition >> i & 1]

    def incidence(self, coalitions: Iterable[int]) -> np.ndarray:
        """A row for each coalition, with 1 where a player is in it."""
        numbers = np.fromiter(coalitions, dtype=object)
        return np.array([[s >> i & 1 for i in range(len(self.players))] for s in numbers], float).reshape(-1, len(self.players))  # fmt: skip

    @property
    def tolerance(self) -> float:
        """Below this a complaint is rounding."""
        return MAX_EXCESS_TIE_SHARE * max(1.0, max(abs(v) for v in self.known.values()))


def shapley(game: CooperativeGame) -> np.ndarray:
    """Each player's Shapley value; asks every coalition."""
    n = len(game.players)
    game.ask(range(1 << n))
    worth = np.array([game.known[s] for s in range(1 << n)])
    numbers = np.arange(1 << n)
    size = np.array([s.bit_count() for s in range(1 << n)])
    weight = np.array([math.factorial(k) * math.factorial(n - 1 - k) / math.factorial(n) for k in range(n)])  # fmt: skip
    value = np.empty(n)
    for i in range(n):
        without = numbers[numbers >> i & 1 == 0]
        value[i] = weight[size[without]] @ (worth[without | 1 << i] - worth[without])
    return value


def shapley_sampled(
    game: CooperativeGame, orders: int = 100, seed: int = 1
) -> tuple[np.ndarray, np.ndarray]:
    """The Shapley value from random orders, each with its reverse, and half the width of its 95 % interval.

    The values sum to the worth of all whatever the sample.
    """
    draw, n = np.random.default_rng(seed), len(game.players)
    found: list[np.ndarray] = []
    drawn = [draw.permutation(n) for _ in range(max(2, (orders + 1) // 2))]
    chains = []
    for order in drawn:
        for way in (order, order[::-1]):
            chains.append((way, [int(sum(1 << int(i) for i in way[:k])) for k in range(n + 1)]))
    game.ask([s for _, chain in chains for s in chain])
    for way, chain in chains:
        added = np.empty(n)
        added[way] = np.diff([game.known[s] for s in chain])
        found.append(added)
    pairs = (np.array(found[::2]) + np.array(found[1::2])) / 2
    half = CONFIDENCE_STANDARD_ERRORS * pairs.std(axis=0, ddof=1) / math.sqrt(len(pairs))
    return pairs.mean(axis=0), half


@dataclass(frozen=True)
class Excess:
    """The coalition that gains most by leaving a split, and how much; whether every coalition was looked at."""

    coalition: int
    amount: float
    certain: bool


def max_excess(game: CooperativeGame, split: np.ndarray) -> Excess:
    """Who complains loudest about a split: in the core nobody does, and the amount is not above 0."""
    while not _generate_constraints(game, split, _worst(game, split)[1]):
        pass
    worst, amount = _worst(game, split)
    return Excess(worst, amount, game.certain)


def _worst(game: CooperativeGame, split: np.ndarray) -> tuple[int, float]:
    coalitions = [s for s in game.known if s not in (0, game.all)]
    if not coalitions:
        return 0, 0.0
    excess = np.array([game.known[s] for s in coalitions]) - game.incidence(coalitions) @ split
    best = int(np.argmax(excess))
    return coalitions[best], float(excess[best])


def least_core(game: CooperativeGame) -> tuple[float, np.ndarray]:
    """The smallest complaint that the worst off must have, and a split that gives it; below 0 the core has room."""
    game.ask([game.all, *(1 << i for i in range(len(game.players)))])
    found = _level(game, {})
    while not _generate_constraints(game, found[1], found[0]):
        found = _level(game, {})
    return found[0], found[1]


def nucleolus(game: CooperativeGame) -> np.ndarray:
    """The split whose complaints, worst first, are least. Where no player loses by joining it is also fair to each alone."""
    n = len(game.players)
    game.ask([game.all, *(1 << i for i in range(n))])
    if n == 1:
        return np.array([game.worth(game.all)])
    settled: dict[int, float] = {}
    while True:
        level, split, dual = _level(game, settled)
        while not _generate_constraints(game, split, level):
            level, split, dual = _level(game, settled)
        matrix = np.vstack([np.ones(n), game.incidence(settled)])
        rank = np.linalg.matrix_rank(matrix)
        for coalition in sorted(dual, key=lambda s: -dual[s]):
            row = game.incidence([coalition])
            if np.linalg.matrix_rank(np.vstack([matrix, row])) > rank:
                matrix, rank = np.vstack([matrix, row]), rank + 1
                settled[coalition] = game.known[coalition] - level
        if rank >= n:
            right = [game.worth(game.all), *(settled[s] for s in settled)]
            return np.linalg.lstsq(np.vstack([np.ones(n), game.incidence(settled)]), np.array(right), rcond=None)[0]  # fmt: skip


def _level(
    game: CooperativeGame, settled: dict[int, float]
) -> tuple[float, np.ndarray, dict[int, float]]:
    """The least worst complaint of coalitions not settled, a split that has it, and the coalitions that hold it there.

    ``settled`` are coalitions with what they get; what they determine is settled too.
    """
    n = len(game.players)
    fixed = np.vstack([np.ones(n), game.incidence(settled)])
    given = np.array([game.worth(game.all), *settled.values()])
    free = [s for s in game.known if s not in (0, game.all) and s not in settled]
    rows = game.incidence(free)
    if len(free):
        basis = np.linalg.svd(fixed)[2][
            np.linalg.matrix_rank(fixed) :
        ]  # what settled rows leave open
        open_ones = np.abs(rows @ basis.T).max(axis=1, initial=0.0) > 1e-9
        free = [s for s, is_open in zip(free, open_ones, strict=True) if is_open]
        rows = rows[open_ones]
    if not free:
        return 0.0, np.linalg.lstsq(fixed, given, rcond=None)[0], {}
    scale = max(1.0, abs(game.worth(game.all)))
    worth = np.array([game.known[s] for s in free]) / scale
    found = linprog(
        np.r_[np.zeros(n), 1.0],
        A_ub=np.c_[-rows, -np.ones(len(free))], b_ub=-worth,
        A_eq=np.c_[fixed, np.zeros(len(fixed))], b_eq=given / scale,
        bounds=[(None, None)] * (n + 1), method="highs",
    )  # fmt: skip
    if found.status != 0:
        raise ArithmeticError(f"the level could not be found: {found.message}")
    held = {s: float(-m) for s, m in zip(free, found.ineqlin.marginals, strict=True) if m < -1e-9}
    return float(found.x[-1] * scale), found.x[:-1] * scale, held


def _generate_constraints(game: CooperativeGame, split: np.ndarray, level: float) -> bool:
    """Asks coalitions that could complain more than a level; whether there were none.

    A coalition is worth no more than any larger one that is known, for who joins may always do nothing.
    """
    n = len(game.players)
    if len(game.known) >= 1 << n or game.budget == 0:
        return True
    if n > MAX_ENUMERATED_PLAYERS:  # too many to look at: neighbours of the loudest known ones
        return _neighbours(game, split, level)
    every = np.arange(1, 1 << n, dtype=np.int64)
    gets = sum((every >> i & 1) * split[i] for i in range(n))
    most = np.full(len(every), np.inf)
    for s, worth in game.known.items():
        np.minimum(most, np.where(every & ~np.int64(s) == 0, worth, np.inf), out=most)
    known = np.isin(every, np.fromiter(game.known, dtype=np.int64))
    could = np.where(known, -np.inf, most - gets)
    loud = np.argsort(-could, kind="stable")[: max(8, n)]
    return not _evaluate(game, [int(every[k]) for k in loud if could[k] > level + game.tolerance])


def _neighbours(game: CooperativeGame, split: np.ndarray, level: float) -> bool:
    """Asks who lies beside the coalition that complains most; whether none of them was new or louder."""
    worst, amount = _worst(game, split)
    beside = [worst ^ 1 << i for i in range(len(game.players))]
    _evaluate(game, [s for s in beside if s not in game.known and s not in (0, game.all)])
    return _worst(game, split)[1] <= max(amount, level) + game.tolerance


def _evaluate(game: CooperativeGame, coalitions: list[int]) -> list[int]:
    """Asks coalitions as long as the budget lasts; those asked."""
    if game.budget is not None:
        coalitions = coalitions[: game.budget]
        game.budget -= len(coalitions)
    game.ask(coalitions)
    return coalitions
