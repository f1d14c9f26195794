"""PyPSA: a case → a network file that PyPSA opens and solves, and a list of what it cannot express.

Expressible cases have equal optimal costs. Conversions become links with a bus for every flow,
whose capacity refers to a flow with a constant coefficient; conversions with several modes share a
capacity bus. Existing and addable capacity are two components, because PyPSA has one capital cost.
Emissions with a target flow to an air bus.
"""
