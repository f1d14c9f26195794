"""Vocabulary: names of cases and results that reports translate as words, listed for the catalogues.

`words` translates a name with spaces for underscores. Labels of rows are data of the case and are not listed.
"""

from __future__ import annotations

from energy_model.common.language import N_

SEASONS = N_("winter"), N_("spring"), N_("summer"), N_("autumn")
UNITS = (
    N_("t/a"), N_("h/a"), N_("unit"), N_("unit/a"), N_("MWh/a"), N_("EUR/a"), N_("kEUR/a"), N_("kEUR"), N_("MEUR/a"), N_("MEUR"), N_("thousand km"), N_("km/a"), N_("million km/a"), N_("vehicle"), N_("EUR/MWh"),
    N_("EUR/thousand km"), N_("EUR/vehicle"), N_("GWh/a"), N_("EUR/ha/a"), N_("EUR/point/a"), N_("EUR/unit"),
    N_("DKK"), N_("DKK/a"), N_("MDKK"), N_("MDKK/a"), N_("bn DKK"), N_("bn DKK/a"),
)  # fmt: skip
TABLES = (
    N_("conversions"), N_("storages"), N_("links"), N_("vehicles"), N_("markets"), N_("sites"), N_("firms"), N_("decisions"),
    N_("payment schemes"), N_("technologies"), N_("cost factors"), N_("flows"), N_("modes"), N_("demands"), N_("fleets"),
    N_("footprints"), N_("limit terms"), N_("reserve margins"), N_("reserve units"), N_("carriers"), N_("case"),
)  # fmt: skip
STATUSES = (N_("optimal"),)
GROUPS = (
    N_("CO2 capture"), N_("CO2 pipes and lorries"), N_("CO2 storage"), N_("activities"), N_("batteries"),
    N_("battery vehicles"), N_("biogas"), N_("biogas engines"), N_("biomass boilers"),
    N_("biomass combined heat and power"), N_("boilers"), N_("boilers in homes"), N_("building renovation"),
    N_("chillers"), N_("electric boilers"), N_("electric heating in homes"), N_("electrolysers"), N_("fuel cells"),
    N_("fuel vehicles"), N_("gas boilers"), N_("gas network"), N_("gas pipes"), N_("geothermal heat"),
    N_("heat pipes to firms"), N_("heat pits"), N_("heat pumps"), N_("heat pumps in homes"), N_("heat stores"),
    N_("heat tanks"), N_("heat transmission"), N_("hydrogen pipes"), N_("hydrogen tanks"), N_("hydrogen vehicles"),
    N_("land use measures"), N_("large heat pumps"), N_("machines"), N_("methanol plants"), N_("near-shore wind"),
    N_("network extension"), N_("oil boilers"), N_("onshore wind"), N_("other climate measures"),
    N_("oxygen pipes"), N_("oxygen use"), N_("power feeders"), N_("pyrolysis"), N_("renewable fuel vehicles"),
    N_("ship engines"), N_("shore power"), N_("solar"), N_("solar heat"), N_("solar parks"), N_("solar roofs"),
    N_("surplus heat"), N_("travel measures"), N_("waste lines"),
)  # fmt: skip
SECTORS = (
    N_("afolu"), N_("buildings"), N_("carbon"), N_("electricity"), N_("fuel"), N_("fuels"), N_("heat"),
    N_("hydrogen"), N_("ippu"), N_("machinery"), N_("shipping"), N_("transport"), N_("waste"),
)  # fmt: skip
LAND_CLASSES = (
    N_("field"), N_("forest"), N_("harbour"), N_("industrial"), N_("roof"), N_("sea"), N_("setback zone"),
)  # fmt: skip
ENTRIES = (
    N_("investment annuity"), N_("fixed O&M"), N_("variable O&M"), N_("transport O&M"), N_("storage O&M"), N_("battery wear"), N_("reinvestment"), N_("drivers"),
    N_("purchases"), N_("sales"),
    N_("tariffs"), N_("taxes"), N_("vehicle O&M"), N_("emissions"), N_("land"), N_("land rent"), N_("unserved"), N_("unserved peak"), N_("delivers"), N_("takes"),
    N_("rounding"), N_("target value"), N_("balance without target value"),
)  # fmt: skip
STUDIES = N_("sweep"), N_("pareto"), N_("near optimal"), N_("run")
SUMS = N_("total cost"), N_("acceptance"), N_("purchase"), N_("farmland"), N_("oxygen")
PARTIES = (
    N_("no firm: households, land, emissions"),
    N_("nobody named"), N_("nobody"), N_("landowners"), N_("limits"), N_("climate account"),
    N_("residual emissions"), N_("others"),
)  # fmt: skip
STUDY_WORDS = (  # in the cells of studies: status, kinds, goals, rules of sharing and results
    N_("infeasible"), N_("not allowed"), N_("always"), N_("sometimes"), N_("never"), N_("min"), N_("max"),
    N_("reinforce"), N_("replace"), N_("connection"), N_("reinforcement"), N_("citizens"), N_("account"), N_("prices"),
    N_("rents"), N_("shapley"), N_("objective"), N_("citizens points"), N_("firms points"),
)  # fmt: skip
DECISION_STATES = (
    N_("existing"), N_("contracted"), N_("decided"), N_("in hearing"), N_("on hold"), N_("stopped"),
)  # fmt: skip
