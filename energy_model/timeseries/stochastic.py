"""Series: the few operations on hourly series that all profiles share."""

from zlib import crc32

import numpy as np
from numpy.typing import ArrayLike, NDArray

from energy_model.timeseries.settings import Settings

Series = NDArray[np.float64]


def random_stream(settings: Settings, name: str) -> np.random.RandomState:
    """A stream of random numbers of its own for each name, so that one profile never moves another.

    RandomState, because its stream is frozen for good [NEP 19]; newer generators may change.
    """
    return np.random.RandomState([settings.seed, settings.year, crc32(name.encode())])


def ornstein_uhlenbeck(hours: int, memory: float, random: np.random.RandomState) -> Series:
    """A random walk pulled back to zero, of unit variance, that forgets within `memory` hours."""
    from scipy.signal import lfilter

    kept = np.exp(-1 / memory)
    shocks = random.standard_normal(hours + int(8 * memory))  # the start is forgotten, then cut
    return lfilter([np.sqrt(1 - kept**2)], [1, -kept], shocks)[-hours:]


def standard(series: ArrayLike) -> Series:
    """The series with mean 0 and standard deviation 1; one that never changes becomes 0."""
    series = np.asarray(series, dtype=float)
    spread = series.std()
    return (series - series.mean()) / (spread if spread > 0 else 1.0)


def relative(series: ArrayLike) -> Series:
    """The series divided by its mean, so that its own mean is 1; nothing, such as cooling in a year of cold, stays 0."""
    series = np.asarray(series, dtype=float)
    mean = series.mean()
    return series / (mean if mean != 0 else 1.0)


def exponential_smoothing(series: ArrayLike, memory: float) -> Series:
    """The series as felt by something that forgets within `memory` hours."""
    from scipy.signal import lfilter

    series = np.asarray(series, dtype=float)
    gained = 1 - np.exp(-1 / memory)
    before = (1 - gained) * series[: int(5 * memory)].mean()
    return lfilter([gained], [1, gained - 1], series, zi=[before])[0]


def month_curve(month: NDArray[np.int64], means: ArrayLike) -> Series:
    """A smooth course through the year that keeps twelve month means: four harmonics, fitted."""
    angle = 2 * np.pi * (np.arange(len(month)) + 0.5) / len(month)
    waves = [wave(k * angle) for k in range(1, 5) for wave in (np.cos, np.sin)]
    basis = np.column_stack([np.ones(len(month)), *waves])
    month_basis = np.array([basis[month == i].mean(axis=0) for i in range(12)])
    return basis @ np.linalg.lstsq(month_basis, np.asarray(means, dtype=float), rcond=None)[0]


def shrink_monthly_anomalies(latent: ArrayLike, month: NDArray[np.int64], kept: float) -> Series:
    """The series, standard, with only a part kept of each month's departure from its mean."""
    latent = standard(latent)
    departures = np.array([latent[month == i].mean() for i in range(12)])
    return standard(latent - (1 - kept) * departures[month])


def daily_bump(hour: ArrayLike, middle: ArrayLike, width: float) -> Series:
    """A bell over the hours of the day, 1 at its middle, around the clock."""
    away = np.abs((np.asarray(hour) - np.asarray(middle) + 12) % 24 - 12)
    return np.exp(-0.5 * (away / width) ** 2)
