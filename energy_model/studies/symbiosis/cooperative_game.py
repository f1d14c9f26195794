"""Cooperative game: players and the value of coalitions → Shapley value, core, least core and nucleolus.

A game has players and a value for every coalition; a coalition is an integer whose binary digits
mark its members. The *Shapley value* gives each player the mean of its marginal contribution over
all orders of joining (Shapley, 1953). An allocation is in the *core* if no coalition gets less than
its own value. The *excess* of a coalition is its value less what the allocation gives it. The
*least core* minimises the largest excess; the *nucleolus* then minimises the second largest, and so
on, until one allocation is left (Schmeidler, 1969). Here it takes one linear program per level
(Maschler, Peleg and Shapley, 1979) with constraint generation: a coalition is evaluated only where
its excess could still bind.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import linprog

MAX_EXACT_PLAYERS = 12  # players up to which every coalition is evaluated
MAX_ENUMERATED_PLAYERS = 18  # players up to which every coalition can be enumerated
# Excesses closer than this, relative to the largest known value, are equal
MAX_EXCESS_TIE_SHARE = 1e-7
# Half the width of an interval that holds 95 times of 100, in standard errors
CONFIDENCE_STANDARD_ERRORS = 1.96
CharacteristicFunction = Callable[[list[int]], list[float]]


@dataclass
class CooperativeGame:
    """Players and the value of coalitions, evaluated in batches and cached.

    ``characteristic_function`` maps coalitions to their values; that of the empty coalition is 0.
    ``max_evaluations`` is the number of coalitions that may still be evaluated in search of
    excesses; once it is spent, results hold among the evaluated coalitions.
    """

    players: tuple[str, ...]
    characteristic_function: CharacteristicFunction
    values: dict[int, float] = field(default_factory=lambda: {0: 0.0})
    max_evaluations: int | None = None

    @property
    def is_exhaustive(self) -> bool:
        """Whether every coalition whose excess could bind has been considered."""
        return len(self.players) <= MAX_ENUMERATED_PLAYERS and self.max_evaluations != 0

    @property
    def grand_coalition(self) -> int:
        """The coalition of all players."""
        return (1 << len(self.players)) - 1

    @property
    def singletons(self) -> list[int]:
        """The coalitions of one player, in the order of players."""
        return [1 << i for i in range(len(self.players))]

    def evaluate(self, coalitions: Iterable[int]) -> None:
        """Evaluates the coalitions whose value is not known yet."""
        unknown = [
            coalition for coalition in dict.fromkeys(coalitions) if coalition not in self.values
        ]
        if unknown:
            self.values |= dict(zip(unknown, self.characteristic_function(unknown), strict=True))

    def value(self, coalition: int) -> float:
        """The value of a coalition."""
        self.evaluate([coalition])
        return self.values[coalition]

    @property
    def total(self) -> float:
        """The value of the grand coalition."""
        return self.value(self.grand_coalition)

    def names(self, coalition: int) -> list[str]:
        """The members of a coalition."""
        return [name for i, name in enumerate(self.players) if coalition >> i & 1]

    def incidence(self, coalitions: Iterable[int]) -> np.ndarray:
        """The incidence matrix: a row per coalition, with 1 where a player is a member."""
        players = range(len(self.players))
        bits = [[coalition >> i & 1 for i in players] for coalition in coalitions]
        return np.array(bits, float).reshape(-1, len(self.players))

    @property
    def tolerance(self) -> float:
        """The excess below which differences are rounding."""
        return MAX_EXCESS_TIE_SHARE * max(1.0, *(abs(value) for value in self.values.values()))


def shapley(game: CooperativeGame) -> np.ndarray:
    """Each player's Shapley value; evaluates every coalition."""
    player_count = len(game.players)
    game.evaluate(range(1 << player_count))
    values = np.array([game.values[coalition] for coalition in range(1 << player_count)])
    coalitions = np.arange(1 << player_count)
    size = np.bitwise_count(coalitions)
    weight = np.array(
        [1 / (player_count * math.comb(player_count - 1, k)) for k in range(player_count)]
    )
    shares = np.empty(player_count)
    for i in range(player_count):
        without = coalitions[coalitions >> i & 1 == 0]
        shares[i] = weight[size[without]] @ (values[without | 1 << i] - values[without])
    return shares


def shapley_sampled(
    game: CooperativeGame, orders: int = 100, seed: int = 1
) -> tuple[np.ndarray, np.ndarray]:
    """The Shapley value from random orders, each with its reverse, and half the width of its 95 % interval.

    The values sum to that of the grand coalition for any sample.
    """
    rng, player_count = np.random.default_rng(seed), len(game.players)
    contributions: list[np.ndarray] = []
    permutations = [rng.permutation(player_count) for _ in range(max(2, (orders + 1) // 2))]
    chains = []
    for order in permutations:
        for sequence in (order, order[::-1]):
            members = [[int(i) for i in sequence[:k]] for k in range(player_count + 1)]
            chains.append((sequence, [sum(1 << i for i in firsts) for firsts in members]))
    game.evaluate([coalition for _, chain in chains for coalition in chain])
    for sequence, chain in chains:
        added = np.empty(player_count)
        added[sequence] = np.diff([game.values[coalition] for coalition in chain])
        contributions.append(added)
    pairs = (np.array(contributions[::2]) + np.array(contributions[1::2])) / 2
    half_width = CONFIDENCE_STANDARD_ERRORS * pairs.std(axis=0, ddof=1) / math.sqrt(len(pairs))
    return pairs.mean(axis=0), half_width


@dataclass(frozen=True)
class Excess:
    """The coalition with the largest excess under an allocation, and that excess; whether every coalition was considered."""

    coalition: int
    amount: float
    certain: bool


def max_excess(game: CooperativeGame, allocation: np.ndarray) -> Excess:
    """The largest excess under an allocation; the allocation is in the core if the amount is not above 0."""
    while not _generate_constraints(game, allocation, _worst(game, allocation)[1]):
        pass
    coalition, amount = _worst(game, allocation)
    return Excess(coalition, amount, game.is_exhaustive)


def _worst(game: CooperativeGame, allocation: np.ndarray) -> tuple[int, float]:
    coalitions = [
        coalition for coalition in game.values if coalition not in (0, game.grand_coalition)
    ]
    if not coalitions:
        return 0, 0.0
    excess = (
        np.array([game.values[coalition] for coalition in coalitions])
        - game.incidence(coalitions) @ allocation
    )
    position = int(np.argmax(excess))
    return coalitions[position], float(excess[position])


def least_core(game: CooperativeGame) -> tuple[float, np.ndarray]:
    """The least largest excess, and an allocation that attains it; below 0 the core has an interior."""
    game.evaluate([game.grand_coalition, *game.singletons])
    solution = _level(game, {})
    while not _generate_constraints(game, solution[1], solution[0]):
        solution = _level(game, {})
    return solution[0], solution[1]


def nucleolus(game: CooperativeGame) -> np.ndarray:
    """The allocation whose excesses, largest first, are lexicographically least. If no player loses by joining, it is individually rational."""
    player_count = len(game.players)
    game.evaluate([game.grand_coalition, *game.singletons])
    if player_count == 1:
        return np.array([game.total])
    settled: dict[int, float] = {}
    while True:
        level, allocation, dual = _level(game, settled)
        while not _generate_constraints(game, allocation, level):
            level, allocation, dual = _level(game, settled)
        matrix = np.vstack([np.ones(player_count), game.incidence(settled)])
        rank = np.linalg.matrix_rank(matrix)
        for coalition in sorted(dual, key=lambda s: -dual[s]):
            row = game.incidence([coalition])
            if np.linalg.matrix_rank(np.vstack([matrix, row])) > rank:
                matrix, rank = np.vstack([matrix, row]), rank + 1
                settled[coalition] = game.values[coalition] - level
        if rank >= player_count:
            right_hand_side = [game.total, *(settled[s] for s in settled)]
            equations = np.vstack([np.ones(player_count), game.incidence(settled)])
            return np.linalg.lstsq(equations, np.array(right_hand_side), rcond=None)[0]


def _level(
    game: CooperativeGame, settled: dict[int, float]
) -> tuple[float, np.ndarray, dict[int, float]]:
    """The least largest excess of unsettled coalitions, an allocation that attains it, and the duals of the binding coalitions.

    ``settled`` maps coalitions to what they get; coalitions in their row space are settled too.
    """
    player_count = len(game.players)
    fixed = np.vstack([np.ones(player_count), game.incidence(settled)])
    fixed_values = np.array([game.total, *settled.values()])
    free = [
        coalition
        for coalition in game.values
        if coalition not in (0, game.grand_coalition) and coalition not in settled
    ]
    rows = game.incidence(free)
    if len(free):
        rank = np.linalg.matrix_rank(fixed)
        basis = np.linalg.svd(fixed)[2][rank:]  # the null space of the settled rows
        undetermined = np.abs(rows @ basis.T).max(axis=1, initial=0.0) > 1e-9
        free = [coalition for coalition, is_open in zip(free, undetermined, strict=True) if is_open]
        rows = rows[undetermined]
    if not free:
        return 0.0, np.linalg.lstsq(fixed, fixed_values, rcond=None)[0], {}
    scale = max(1.0, abs(game.total))
    values = np.array([game.values[coalition] for coalition in free]) / scale
    result = linprog(
        np.r_[np.zeros(player_count), 1.0],
        A_ub=np.c_[-rows, -np.ones(len(free))],
        b_ub=-values,
        A_eq=np.c_[fixed, np.zeros(len(fixed))],
        b_eq=fixed_values / scale,
        bounds=[(None, None)] * (player_count + 1),
        method="highs",
    )
    if result.status != 0:
        raise ArithmeticError(f"the level could not be found: {result.message}")
    duals = {
        coalition: float(-marginal)
        for coalition, marginal in zip(free, result.ineqlin.marginals, strict=True)
        if marginal < -1e-9
    }
    return float(result.x[-1] * scale), result.x[:-1] * scale, duals


def _generate_constraints(game: CooperativeGame, allocation: np.ndarray, level: float) -> bool:
    """Evaluates coalitions whose excess could be above a level; returns whether there were none.

    The value of a coalition is no more than that of any known superset, since a joining player may
    stay passive.
    """
    player_count = len(game.players)
    if len(game.values) >= 1 << player_count or game.max_evaluations == 0:
        return True
    if player_count > MAX_ENUMERATED_PLAYERS:
        # too many to enumerate: neighbours of the one with the largest known excess
        return _neighbours(game, allocation, level)
    coalitions = np.arange(1, 1 << player_count, dtype=np.int64)
    payoffs = sum((coalitions >> i & 1) * allocation[i] for i in range(player_count))
    upper_bounds = np.full(len(coalitions), np.inf)
    for superset, value in game.values.items():
        np.minimum(
            upper_bounds,
            np.where(coalitions & ~np.int64(superset) == 0, value, np.inf),
            out=upper_bounds,
        )
    known = np.isin(coalitions, np.fromiter(game.values, dtype=np.int64))
    potential_excess = np.where(known, -np.inf, upper_bounds - payoffs)
    candidates = np.argsort(-potential_excess, kind="stable")[: max(8, player_count)]
    return not _evaluate(
        game,
        [int(coalitions[k]) for k in candidates if potential_excess[k] > level + game.tolerance],
    )


def _neighbours(game: CooperativeGame, allocation: np.ndarray, level: float) -> bool:
    """Evaluates the neighbours of the coalition with the largest excess; returns whether none raised it."""
    coalition, amount = _worst(game, allocation)
    neighbours = [coalition ^ 1 << i for i in range(len(game.players))]
    _evaluate(
        game,
        [
            neighbour
            for neighbour in neighbours
            if neighbour not in game.values and neighbour not in (0, game.grand_coalition)
        ],
    )
    return _worst(game, allocation)[1] <= max(amount, level) + game.tolerance


def _evaluate(game: CooperativeGame, coalitions: list[int]) -> list[int]:
    """Evaluates coalitions as far as the budget allows; returns those evaluated."""
    if game.max_evaluations is not None:
        coalitions = coalitions[: game.max_evaluations]
        game.max_evaluations -= len(coalitions)
    game.evaluate(coalitions)
    return coalitions
