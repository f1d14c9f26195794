"""Games whose Shapley value, core and nucleolus are known, and laws that hold in every game."""

import numpy as np
import pytest

from energy_model.studies.symbiosis import cooperative_game
from energy_model.studies.symbiosis.cooperative_game import CooperativeGame


def game(names, worth):
    """A game from a function of the names in a coalition."""
    return CooperativeGame(
        tuple(names),
        lambda asked: [float(worth({n for i, n in enumerate(names) if s >> i & 1})) for s in asked],
    )


def gloves():
    """One has a left glove, two have right ones; a pair is worth 1."""
    return game("LRS", lambda who: "L" in who and len(who) > 1)


def runway():
    """Planes need runways of length 1, 2 and 3; together the longest is enough for all."""
    need = {"a": 1, "b": 2, "c": 3}
    return game("abc", lambda who: sum(need[w] for w in who) - max([need[w] for w in who] or [0]))


def thrown(players, seed):
    """A game of random worths in which nobody loses by joining."""
    dice = np.random.default_rng(seed)
    worth = np.zeros(1 << players)
    for s in range(1, 1 << players):
        most = max(worth[s ^ 1 << i] for i in range(players) if s >> i & 1)
        worth[s] = most + dice.random() * (dice.random() < 0.6)
    return worth


def of_table(worth):
    names = tuple(f"p{i}" for i in range(len(worth).bit_length() - 1))
    return CooperativeGame(names, lambda asked: [float(worth[s]) for s in asked])


def test_gloves():
    """The left glove is scarce: a core of one split, in which it gets everything."""
    g = gloves()
    assert cooperative_game.shapley(g) == pytest.approx([2 / 3, 1 / 6, 1 / 6])
    assert cooperative_game.nucleolus(g) == pytest.approx([1, 0, 0], abs=1e-9)
    assert cooperative_game.least_core(g)[0] == pytest.approx(0, abs=1e-9)


def test_who_would_leave_is_named():
    """Of the Shapley value L and one R get 5/6 and could have 1."""
    g = gloves()
    worst = cooperative_game.max_excess(g, cooperative_game.shapley(g))
    assert worst.amount == pytest.approx(1 / 6)
    assert g.names(worst.coalition)[0] == "L"
    assert len(g.names(worst.coalition)) == 2
    assert cooperative_game.max_excess(g, np.array([1.0, 0, 0])).amount <= 1e-9


def test_runway():
    """Each piece of runway is shared by those who need it (Littlechild and Owen, 1973); costs 1/3, 5/6, 11/6."""
    g = runway()
    assert cooperative_game.shapley(g) == pytest.approx([1 - 1 / 3, 2 - 5 / 6, 3 - 11 / 6])
    # costs 1/2, 3/4, 7/4: the least satisfied a and b,c pairs are made equal first, then b and {a,b}
    assert cooperative_game.nucleolus(g) == pytest.approx([0.5, 1.25, 1.25])


def test_exchange_of_three():
    """v(AB) = 100, v(AC) = 60, all 130; worked out on paper: see test_symbiosis."""
    g = game("ABC", lambda who: {"AB": 100, "AC": 60, "ABC": 130}.get("".join(sorted(who)), 0))
    assert cooperative_game.shapley(g) == pytest.approx([70, 40, 20])
    assert cooperative_game.nucleolus(g) == pytest.approx([80, 35, 15])
    level, split = cooperative_game.least_core(g)
    assert level == pytest.approx(-15)
    assert split.sum() == pytest.approx(130)


@pytest.mark.parametrize("seed", range(4))
def test_shares_sum_and_dummies_get_nothing(seed):
    """A player who adds nothing to any coalition gets nothing, and all is shared."""
    small = thrown(3, seed)
    worth = np.array([small[s & 7] for s in range(16)])  # the fourth adds nothing
    g = of_table(worth)
    for split in (cooperative_game.shapley(g), cooperative_game.nucleolus(g)):
        assert split.sum() == pytest.approx(worth[-1])
        assert split[3] == pytest.approx(0, abs=1e-9)


def test_those_who_are_alike_get_alike():
    g = game("abcd", lambda who: len(who & {"a", "b"}) * len(who & {"c", "d"}))
    for split in (cooperative_game.shapley(g), cooperative_game.nucleolus(g)):
        assert split == pytest.approx([1, 1, 1, 1])


@pytest.mark.parametrize("seed", range(5))
def test_the_nucleolus_is_the_same_with_rows_generated(seed):
    """Only what could complain is asked, and the split is that of all coalitions."""
    worth = thrown(6, seed)
    few, every = of_table(worth), of_table(worth)
    every.evaluate(range(64))
    assert cooperative_game.nucleolus(few) == pytest.approx(
        cooperative_game.nucleolus(every), abs=1e-9
    )
    assert cooperative_game.least_core(few)[0] == pytest.approx(
        cooperative_game.least_core(every)[0], abs=1e-9
    )


@pytest.mark.parametrize("seed", range(3))
def test_no_split_has_smaller_complaints_than_the_nucleolus(seed):
    """Sorted from the worst on, the complaints of splits beside it are larger."""
    worth = thrown(4, seed)
    g = of_table(worth)
    best, dice = cooperative_game.nucleolus(g), np.random.default_rng(seed)
    coalitions = np.arange(1, 15)
    rows = g.incidence(coalitions)

    def complaints(split):
        return np.sort(worth[coalitions] - rows @ split)[::-1]

    for _ in range(50):
        step = dice.normal(size=4) * 0.05
        other = complaints(best + step - step.mean())
        differ = np.abs(other - complaints(best)) > 1e-9
        first = int(np.argmax(differ))
        assert not differ.any() or other[first] > complaints(best)[first]


def test_drawn_orders_come_near_the_shapley_value():
    """All is shared whatever the sample; the exact value lies within three intervals."""
    worth = thrown(6, 1)
    g = of_table(worth)
    value, half = cooperative_game.shapley_sampled(g, 200)
    assert value.sum() == pytest.approx(worth[-1])
    assert (np.abs(value - cooperative_game.shapley(of_table(worth))) <= 3 * half + 1e-9).all()


def test_forty_players_are_looked_at_in_part():
    """Worth of a crowd: pairs of neighbours earn 1; most coalitions are never asked."""
    names = [f"p{i:02}" for i in range(40)]
    g = game(names, lambda who: sum(1 for i in range(0, 40, 2) if {names[i], names[i + 1]} <= who))
    value, _ = cooperative_game.shapley_sampled(g, 6)
    assert value.sum() == pytest.approx(20)
    split = cooperative_game.nucleolus(g)
    assert split.sum() == pytest.approx(20)
    worst = cooperative_game.max_excess(g, split)
    assert not worst.certain
    assert len(g.values) < 3000
