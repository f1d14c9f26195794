"""Prices of steps, checked against sums over the hours worked out by hand."""

import numpy as np
import pytest
from helpers import case_builder
from hypothesis import given, settings
from hypothesis import strategies as st

import energy_model as em
from energy_model.case.step_prices import with_kept_products
from energy_model.case.time_aggregation import TimeSteps

PAIRS = TimeSteps.of(np.array([0, 2]), 4)  # two steps of two hours
PRICE = np.array([-20.0, 40.0, 60.0, 80.0])  # the means of the steps are 10 and 70
LIGHT = np.array([1.0, 3.0, 1.0, 1.0])  # 2 and 1
SUN = np.array([1.0, 0.0, 1.0, 0.0])  # 0.5 in both steps


def kept(price=PRICE, profiles=(LIGHT,), steps=PAIRS):
    return with_kept_products(steps.means(price), price, np.array(profiles, float), steps)


def test_the_product_with_a_profile_is_that_of_the_hours():
    """Price times light is -20 + 120 + 60 + 80 = 240 in the hours, 2 * (2 * 10 + 70) = 180 in the steps.

    With 40 - x and 40 + x: 2 * (2 * (40 - x) + 40 + x) = 240 at x = 0.
    """
    assert kept() == pytest.approx([40, 40])


def test_a_profile_without_a_difference_between_steps_changes_nothing():
    assert kept(profiles=[SUN]) == pytest.approx([10, 70])


def test_no_profile_changes_nothing():
    assert kept(profiles=np.zeros((0, 4))) == pytest.approx([10, 70])


def test_every_hour_keeps_its_price():
    steps = TimeSteps.of(np.arange(4), 4)
    assert kept(steps=steps).tolist() == PRICE.tolist()


def test_a_constant_price_stays():
    assert kept(price=np.full(4, 50.0)).tolist() == [50, 50]


def test_a_change_that_would_spread_prices_more_than_the_hours_is_damped():
    """The price falls where the profile is high; two steps would have to differ by more than the hours do."""
    price, profile = np.array([0.0, 100.0, 50.0, 50.0]), np.array([3.0, 0.0, 1.6, 1.4])
    assert PAIRS.means(profile) == pytest.approx([1.5, 1.5])
    profile[1] = 0.1
    changed = kept(price, [profile])
    assert changed.std() <= price.std() * (1 + 1e-9)
    assert changed.mean() == pytest.approx(50)
    assert changed[0] < 50 < changed[1]


random_profiles = st.lists(
    st.lists(st.floats(0, 1), min_size=48, max_size=48), min_size=1, max_size=4
)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.floats(-50, 200), min_size=48, max_size=48),
    random_profiles,
    st.integers(2, 12),
    st.floats(0.1, 5),
    st.floats(-20, 20),
)
def test_laws_of_step_prices(price, profiles, count, factor, offset):
    """The mean is kept, prices stay within those of the hours, and a scaled price gives the scaled prices."""
    price, profiles = np.array(price), np.array(profiles)
    steps = TimeSteps.of(np.linspace(0, 48, count, endpoint=False).astype(int), 48)
    changed, weight = kept(price, profiles, steps), steps.length
    assert weight @ changed == pytest.approx(price.sum(), abs=1e-6)
    assert changed.min() >= price.min() - 1e-7
    assert changed.max() <= price.max() + 1e-7
    spread = np.sqrt(np.average((changed - price.mean()) ** 2, weights=weight))
    assert spread <= price.std() + 1e-6
    scaled = kept(factor * price + offset, profiles, steps)
    assert scaled == pytest.approx(factor * changed + offset, abs=1e-4)


def test_a_solar_park_earns_in_few_steps_what_it_earns_in_the_year():
    """Eight days whose noon is cheap: the income of sun in 40 steps and in every hour."""
    rng = np.random.default_rng(7)
    hours = 24 * 8
    sun = np.clip(np.sin((np.arange(hours) % 24 - 6) / 12 * np.pi), 0, None)
    sun = sun * np.repeat(rng.uniform(0.2, 1, 8), 24)
    price = 60 - 50 * sun + rng.normal(0, 5, hours)

    def income(resolution, **more):
        run = em.solve(
            case_builder.system(
                hours,
                resolution=resolution,
                profiles={"sun": sun, "price": price},
                markets=[case_builder.market(price="price", max_purchase=0, max_sale=99)],
                conversions=[
                    case_builder.plant("park", "power", availability="sun", capacity_existing=1)
                ],
                flows=[case_builder.flow("park", "power", 1)],
                **more,
            )
        )
        return run.objective

    year = income("full")
    assert year < 0
    assert income(40) == pytest.approx(year, rel=1e-3)
