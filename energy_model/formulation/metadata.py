"""Metadata: what a declaration says to results, accounts, metrics and the diagnosis of a program.

A variable or constraint has a *role* and an *account*. The account of a variable is the cost entry
that it pays; that of a constraint is the line of the accounts for what owners give and take in it.
A set of rows of a table is declared within the set of the table.
"""

# Roles of variables
SIZE = "size"  # a capacity, or a change of one
THROUGHPUT = "throughput"  # what the yearly activity of an asset counts
LEVEL = "level"  # held or postponed at the end of a step
# Roles of constraints
BALANCE = "balance"  # the dual is the marginal price at a bus
PHYSICS = "physics"  # not relaxed where an infeasible program is diagnosed
POLICY = "policy"  # named as a conflict where an infeasible program is diagnosed
# The account of policy limits, which messages name as limits
LIMIT = "limit"
# Variables that other packages name
ADDED, CAPACITY, NET_EMISSIONS = "capacity_added", "capacity", "net_emissions"
RETIRED = "capacity_retired"
