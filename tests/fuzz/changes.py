"""Kinds that change the call: what ``--set``, a scenario's name and Python's arguments may say."""

from __future__ import annotations

from random import Random

from fuzz.draft import Draft
from fuzz.kinds import CALL, OTHER, REFUSED, SAME, WARNED, Ending, add

HERE = (CALL,)


def _statement(text: str, may: Ending, *told: str, shown: str = "") -> None:
    def change(draft: Draft, _: str, dice: Random) -> None:
        by_scenario = dice.random() < 0.3 and "\x00" not in text
        if by_scenario:  # the same statement may stand in a scenario
            draft.write("scenarios/dear.toml", draft.text("scenarios/dear.toml").replace(
                "*= 1.5\"]", f"*= 1.5\", {_toml(text)}]"))  # fmt: skip
            draft.told("scenarios/dear.toml")
        else:
            draft.changes = [text]
            draft.told("--set")
        if text.startswith("case.time.hours"):
            draft.named = []  # every profile file is wrong then
        draft.told(*told)
        draft.said = f"{'scenario' if by_scenario else '--set'} {text[:80]!r}"

    name = shown or text
    add(f"change: {name}", "changes", HERE, may, change)


def _toml(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in escaped) + '"'


_odd = REFUSED | WARNED
for _text in (
    "carriers.gas.price", "", "   ", "=", "= 5", "carriers.gas.price 5", "carriers.gas.price -= 5",
    "carriers.gas.price /= 2",
    "carriers.gas.price == 5", "carriers.gas.price *=", "carriers.gas.price **= 2",
    "carriers.gas.price := 5",
    "carriers.gas = 5", "carriers = 5", "carriers.gas.price.x = 5", "carriers..price = 5",
    ".gas.price = 5", "carriers.gas. = 5",
    "carrier.gas.price = 5", "Carriers.gas.price = 5", "carriers.gass.price = 5",
    "carriers.gas.prise = 5", "carriers.GAS.price = 5",
    "carriers.gаs.price = 5", "carriers.nothing_*.price = 5", "carriers.*.nothing = 5",
    "nothing.*.price = 5", "*.gas.price = 5",
    "carriers.[.price = 5", "carriers.gas.carrier = oil", "sites.there.site = elsewhere",
    "carriers.gas.price = abc", "carriers.gas.price = nan", "carriers.gas.price = inf",
    "carriers.gas.price = 1_0", "carriers.gas.price = １２",
    "carriers.gas.price = ٣", "carriers.gas.price = 1e400", "carriers.gas.price = 1.234,5",
    "carriers.gas.price = 12,5", "carriers.gas.price = 5 EUR/MWh x",
    "carriers.gas.price = 5 banana", "carriers.gas.price = =1+1", "carriers.gas.price = 1+1",
    "carriers.gas.price = __import__('os').system('true')",
    "carriers.gas.price = 2*price*price", "carriers.gas.price = nowhere",
    "carriers.gas.price = True", "carriers.gas.price = None",
    "carriers.gas.price *= nan", "carriers.gas.price *= inf", "carriers.gas.price *= abc",
    "carriers.gas.price *= 1_0", "carriers.gas.price *= １２",
    "carriers.gas.price *= 0x10", "carriers.gas.price *= 1,5", "carriers.gas.price *= 10 %",
    "carriers.gas.price += nan", "carriers.gas.price += 1e400",
    "carriers.gas.price += -inf", "carriers.gas.unit *= 2", "carriers.gas.unit += MWh",
    "carriers.gas.unit = kWh", "carriers.gas.allow_spill = 1",
    "carriers.gas.allow_spill = Yes please", "conversions.chp.site = nowhere",
    "conversions.chp.technology = nothing", "conversions.chp.capacity_follows = chp",
    "conversions.chp.min_load = 98", "conversions.chp.min_load = -0.1",
    "conversions.chp.lifetime = 0", "conversions.chp.lifetime = -5",
    "storages.tank.max_hours = 0", "storages.tank.hourly_retention *= 98", "demands.*.yearly *= -1",
    "case.nothing = 1", "case.nothing.more = 1", "case = 1", "case. = 1", "case.time = 1",
    "case.time.hours = 23", "case.time.hours = many",
    "case.time.hours *= 0.5", "case.time.hours.more = 1", "case.time.resolution = fine",
    "case.time.weather_year = nowhere", "case.perspective = mine",
    "case.emissions.target = many", "case.emissions.target = nan", "case.emissions.target *= nan",
    "case.name = A B", "case.name *= 2",
    "case.perspectives.plain.discount_rate = 3.5", "case.perspectives.plain.discount_rate *= nan",
    "case.perspectives.plain = 5",
    "case.solver.time_limit = -1", "case.emissions.carrier = co3", "case.default_scenario = step",
    "case.detour_factor = 0", "case.*.hours = 24",
    "case.time.clustering_profiles = tides", "case.__class__ = 1", "case.time.hours = [24]",
    "case.title_en.x = 1", "case.TIME.hours = 24",
):  # fmt: skip
    _statement(_text, REFUSED)
for _text in (
    "markets.grid.max_yearly_purchase *= 0", "markets.*.max_yearly_purchase += 5",
    "conversions.straw_boiler.full_load_hours *= 0.5", "carriers.gas.price = 1e30",
    "carriers.gas.price = -1e99",
    "carriers.gas.price *= 1e30", "carriers.gas.emission_factor = 1e9",
    "storages.tank.efficiency_out = 0", "storages.tank.efficiency_out *= 0",
    "flows.straw_boiler:run:heat.coefficient = 98", "demands.light.yearly = 1e15",
    "technologies.pump.lifetime = 1e-9", "markets.grid.price *= 1e30",
    "sites.*.lat = 123", "case.detour_factor = 1e30", "case.perspectives.plain.cost_factor = 1e30",
    "case.target_year = 99999",
):  # fmt: skip
    _statement(_text, _odd)
_statement("links.pipe.investment_cost *= 0", SAME | _odd)  # it costs nothing already
_statement("markets.gas_market.max_sale *= 0", SAME | _odd)  # nothing is sold there already
_statement("carriers.gas.price =", REFUSED | OTHER)  # an empty cell may be meant
_statement("x" * 1_000_000, REFUSED, shown="1 MB without operation")
_statement("carriers.gas.price = " + "9" * 1_000_000, REFUSED, shown="number of 1 MB")
_statement("carriers." + "g" * 1_000_000 + ".price = 5", REFUSED, shown="row of 1 MB")
_statement("carriers.gas.price = 5\x00", REFUSED, shown="NUL")
_statement("carriers.gas.price = 5\ncarriers.co2.price = 9", REFUSED, shown="two lines")
_statement("carriers.gas.price = 5; carriers.co2.price = 9", REFUSED, shown="two statements")
_statement("carriers.gas.price = \x1b[31m5", REFUSED, shown="escape")
_statement("carriers.<script>.price = 5", REFUSED, "<script>")
_statement("carriers.g?s.price = 45 # note", REFUSED)
for _text in (
    "carriers.gas.price *= 1", "carriers.gas.price += 0", "  carriers.gas.price  =  45  ",
    "carriers.gas.price=45", "carriers.gas.price = 45.0",
    "carriers.gas.price = 4.5e1", "carriers.g?s.price = 45", "carriers.[g]as.price = 45",
    "technologies.*.investment_cost *= 1.0",
    "case.time.hours = 24", "case.time.hours *= 1", 'case.perspective = "plain"',
    "case.perspective = plain", "case.emissions.target = 30",
    'case.time.clustering_profiles = ["price", "shape"]', "case.emissions.credit_exports = true",
    "demands.light.yearly += -0", "carriers.gas.pric? = 45",
):  # fmt: skip
    if _text == "carriers.gas.pric? = 45":
        _statement(_text, SAME | REFUSED)
        continue

    def _same(draft: Draft, _: str, __: Random, text: str = _text) -> None:
        draft.changes = [text]
        draft.said = f"--set {text!r}"

    add(f"change: {_text.strip()} (nothing new)", "changes", HERE, SAME, _same)


def _call(name: str, may: Ending, *told: str, **options: object) -> None:
    def change(draft: Draft, _: str, __: Random) -> None:
        for option, value in options.items():
            setattr(draft, option, value)
        draft.told(*told)
        draft.said = f"{name}: {str(options)[:100]}"

    add(f"call: {name}", "calls from Python", HERE, may, change)


_call("changes as one text", REFUSED, "--set, a", changes="a = b")
_call("changes as a statement in one text", REFUSED | OTHER, changes="carriers.gas.price = 45")
_call("changes as bytes", REFUSED, changes=b"carriers.gas.price = 45")
_call("changes as a list of bytes", REFUSED, changes=[b"carriers.gas.price = 45"])
_call("changes as a number", REFUSED, changes=7)
_call("changes that hold a number", REFUSED, changes=[7])
_call("changes that hold None", REFUSED, changes=[None])
_call("changes as None", REFUSED | SAME, changes=None)
_call("changes as a mapping", REFUSED, changes={"carriers.gas.price": 45})
_call("changes as pairs", REFUSED, changes=[("carriers.gas.price", 45)])
_call("changes as an empty text", REFUSED | SAME, changes="")
_call("changes as a set", REFUSED | SAME, changes={"carriers.gas.price = 45"})
_call("changes as a generator", SAME, changes=(x for x in ()))
_call("scenario that is a number", REFUSED, scenario=7)
_call("scenario that is a list", REFUSED, scenario=["dear"])
_call("scenario True", REFUSED, scenario=True)
_call("scenario as bytes", REFUSED, scenario=b"dear")
for _name in ("nowhere", "../case", "/etc/passwd", "dear.toml", "Dear", "de*r", "dear\x00",
"n" * 300, "n" * 100_000, " ", ".", "..",
              "dear/", "scenarios/dear", "deаr", "=dear", "dear;step", "~"):  # fmt: skip
    _call(f"scenario {_name[:20]!r} ({len(_name)})", REFUSED, "scenarios/", scenario=_name)
_call("scenario named as it is the default", SAME, scenario="dear")
for _value, _may in (
    (0, REFUSED), (-3, REFUSED), ("fine", REFUSED), (1.5, REFUSED), (float("nan"), REFUSED),
    (9999999, REFUSED), ("", REFUSED),
    ([24], REFUSED), ({}, REFUSED), (b"full", REFUSED), (True, REFUSED), ("full", SAME), (24, SAME),
    ("24", SAME | REFUSED), (24.0, SAME | REFUSED),
):  # fmt: skip
    _call(f"resolution {_value!r}", _may, "resolution", resolution=_value)
