"""Deprecated: commands and options of release 0.1 → their new names with a warning, until release 0.3."""

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
WORKBOOK_SUFFIXES = (".xlsx", ".xlsm")


def translated(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """The arguments with current names, and a sentence for every name that changed."""
    words, sentences = list(arguments), []
    for old, new in COMMANDS.items():
        if tuple(words[: len(old)]) == old:
            sentences.append(_warning(" ".join(old), " ".join(new)))
            words[: len(old)] = new
            break
    if words[:1] == ["table"]:
        is_import = any(word.lower().endswith(WORKBOOK_SUFFIXES) for word in words[1:2])
        new = ("excel", "import" if is_import else "export")
        sentences.append(_warning("table", " ".join(new)))
        words[:1] = new
    command = next((name for name in OPTIONS if tuple(words[: len(name)]) == name), ())
    for i, word in enumerate(words):
        if word == "--":
            break
        name, equals, value = word.partition("=")
        if i >= len(command) and name in OPTIONS.get(command, {}):
            new_name = OPTIONS[command][name]
            sentences.append(_warning(name, new_name))
            words[i] = f"{new_name}{equals}{value}"
    return words, list(dict.fromkeys(sentences))


def _warning(old: str, new: str) -> str:
    return f"'{old}' is now '{new}'; the old name ends with release 0.3."


def translate_call() -> None:
    """Replaces deprecated names in `sys.argv` and writes a warning for each to standard error."""
    words, sentences = translated(sys.argv[1:])
    sys.argv[1:] = words
    for sentence in sentences:
        sys.stderr.write(f"deprecated: {sentence}\n")
