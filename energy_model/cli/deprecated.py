"""Deprecated words: commands and options of release 0.1, translated with a warning until release 0.3."""

from __future__ import annotations

import sys
from collections.abc import Sequence

COMMANDS = {
    ("study", "frontier"): ("study", "pareto"),
    ("study", "alternatives"): ("study", "near-optimal"),
    ("study", "interests"): ("study", "preferences"),
    ("study", "weather"): ("study", "weather-years"),
    ("profiles",): ("timeseries", "generate"),
    ("fetch",): ("timeseries", "fetch"),
}
STUDIES = {"--always": "--set", "--runs": "--keep-runs", "--no-runs": "--no-keep-runs"}
OPTIONS = {
    ("run",): {"--prove": "--full-year", "--again": "--force"},
    ("compare",): {"--why": "--attribute", "--always": "--set"},
    ("report",): {"--as": "--format"},
    ("explain",): {"--thresholds": "--break-even", "--no-thresholds": "--no-break-even"},
    ("serve",): {"--address": "--host", "--name": "--allowed-host", "--open": "--open-browser"},
    ("timeseries", "fetch"): {
        "--again": "--refresh",
        "--what": "--variables",
        "--address": "--base-url",
    },
    ("study", "sweep"): STUDIES | {"--of": "--outputs"},
    ("study", "pareto"): STUDIES
    | {"--against": "--metric", "--and": "--second-metric", "--and-points": "--levels"},
    ("study", "near-optimal"): STUDIES | {"--within": "--slack", "--only": "--filter"},
    ("study", "regret"): STUDIES | {"--near": "--tolerance"},
    ("study", "weather-years"): STUDIES | {"--spread": "--monthly-variability"},
    ("study", "ranging"): STUDIES
    | {"--of": "--parameter", "--share": "--tolerance", "--most": "--max-change"},
    ("study", "symbiosis"): STUDIES | {"--orders": "--samples"},
    ("study", "siting"): STUDIES,
    ("study", "preferences"): STUDIES
    | {"--weigh": "--weight", "--between": "--tradeoff", "--within": "--slack"},
}
BOOKS = (".xlsx", ".xlsm")


def translated(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """Arguments of the command line in today's words, and a sentence for every word that changed."""
    words, told = list(arguments), []
    for old, new in COMMANDS.items():
        if tuple(words[: len(old)]) == old:
            told.append(_said(" ".join(old), " ".join(new)))
            words[: len(old)] = new
            break
    if words[:1] == ["table"]:
        back = any(word.lower().endswith(BOOKS) for word in words[1:2])
        new = ("excel", "import" if back else "export")
        told.append(_said("table", " ".join(new)))
        words[:1] = new
    command = next((c for c in OPTIONS if tuple(words[: len(c)]) == c), ())
    for i, word in enumerate(words):
        if word == "--":
            break
        name, equals, value = word.partition("=")
        if i >= len(command) and name in OPTIONS.get(command, {}):
            new_name = OPTIONS[command][name]
            told.append(_said(name, new_name))
            words[i] = f"{new_name}{equals}{value}"
    return words, list(dict.fromkeys(told))


def _said(old: str, new: str) -> str:
    return f"'{old}' is now '{new}'; the old word goes with release 0.3."


def translate_call() -> None:
    """Replaces deprecated words of this process's call and warns of each on standard error."""
    words, told = translated(sys.argv[1:])
    sys.argv[1:] = words
    for sentence in told:
        sys.stderr.write(f"deprecated: {sentence}\n")
