"""Stochastic: the random processes and smoothing operations on hourly series that all profiles share."""

from zlib import crc32

import numpy as np
from numpy.typing import ArrayLike, NDArray

from energy_model.timeseries.settings import Settings

Series = NDArray[np.float64]


def random_stream(settings: Settings, name: str) -> np.random.RandomState:
    """An independent random stream for each name, so that a change of one profile does not change the others.

    RandomState, because its stream is frozen [NEP 19]; newer generators may change.
    """
    return np.random.RandomState([settings.seed, settings.year, crc32(name.encode())])


def ornstein_uhlenbeck(hours: int, memory: float, random: np.random.RandomState) -> Series:
    """An Ornstein-Uhlenbeck process of mean 0 and variance 1, whose time constant is `memory` hours."""
    from scipy.signal import lfilter

    persistence = np.exp(-1 / memory)
    shocks = random.standard_normal(hours + int(8 * memory))  # with a spin-up, cut off
    return lfilter([np.sqrt(1 - persistence**2)], [1, -persistence], shocks)[-hours:]


def standard(series: ArrayLike) -> Series:
    """The series with mean 0 and standard deviation 1; a constant series becomes 0."""
    series = np.asarray(series, dtype=float)
    spread = series.std()
    return (series - series.mean()) / (spread if spread > 0 else 1.0)


def relative(series: ArrayLike) -> Series:
    """The series divided by its mean; a series of zeros, such as cooling in a cold year, stays 0."""
    series = np.asarray(series, dtype=float)
    mean = series.mean()
    return series / (mean if mean != 0 else 1.0)


def exponential_smoothing(series: ArrayLike, memory: float) -> Series:
    """The series smoothed exponentially with a time constant of `memory` hours."""
    from scipy.signal import lfilter

    series = np.asarray(series, dtype=float)
    weight = 1 - np.exp(-1 / memory)
    state = (1 - weight) * series[: int(5 * memory)].mean()
    return lfilter([weight], [1, weight - 1], series, zi=[state])[0]


def month_curve(month: NDArray[np.int64], means: ArrayLike) -> Series:
    """A smooth yearly curve with the given twelve monthly means: four harmonics, fitted by least squares."""
    angle = 2 * np.pi * (np.arange(len(month)) + 0.5) / len(month)
    waves = [wave(k * angle) for k in range(1, 5) for wave in (np.cos, np.sin)]
    basis = np.column_stack([np.ones(len(month)), *waves])
    month_basis = np.array([basis[month == i].mean(axis=0) for i in range(12)])
    return basis @ np.linalg.lstsq(month_basis, np.asarray(means, dtype=float), rcond=None)[0]


def shrink_monthly_anomalies(latent: ArrayLike, month: NDArray[np.int64], factor: float) -> Series:
    """The standardised series, with each month's mean anomaly multiplied by `factor`."""
    latent = standard(latent)
    departures = np.array([latent[month == i].mean() for i in range(12)])
    return standard(latent - (1 - factor) * departures[month])


def daily_bump(hour: ArrayLike, middle: ArrayLike, width: float) -> Series:
    """A Gaussian over the hours of the day, 1 at `middle`, periodic over 24 hours."""
    distance = np.abs((np.asarray(hour) - np.asarray(middle) + 12) % 24 - 12)
    return np.exp(-0.5 * (distance / width) ** 2)
