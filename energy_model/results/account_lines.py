"""Account lines: the names of the lines of accounts, of their counterparties and of rents."""

from __future__ import annotations

SEASONS = ("winter", "spring", "summer", "autumn")
CLIMATE, LIMITS, RESIDUAL, CONSTANT = "climate account", "limits", "residual emissions", "constant"
# Lines of what owners give and take in constraints; those in constraints of an account have its name
DELIVERS, TAKES, EMISSIONS, LAND, TIE, RULE, BUS = (
    "delivers",
    "takes",
    "emissions",
    "land",
    "tie",
    "rule",
    "bus",
)
TARIFF_LINES = ("tariffs", "taxes")  # cost entries that takers pay
TARGET_VALUE = "target value"  # the part of a line of emissions that nobody pays
RENTS = (
    "rent of what stands",
    "rent of the most that may be added",
    "rent of other limits",
    "rounding",
)
STANDING, ADDABLE, OTHER, ROUNDING = RENTS
BALANCE = "balance"  # the sum of the lines, which the rents part
COLUMNS = ["name", "line", "of", "quantity", "amount", *SEASONS]
