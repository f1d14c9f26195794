"""Pictures: one colour for one thing, one order, round numbers on axes, and numbers in the language of the page."""

import re

import numpy as np
import pandas as pd
import pytest
from helpers import case_builder, cli, colour_vision

import energy_model as em
from energy_model.case.colours import CaseColours
from energy_model.reporting.figures import run_figures
from energy_model.reporting.figures import supply_data as supply
from energy_model.reporting.figures.axes import price_range, round_step, year_step
from energy_model.reporting.figures.operation_figures import draw_months
from energy_model.reporting.figures.pathway_figures import draw_plan, draw_stages
from energy_model.reporting.figures.style import NEUTRAL_COLOUR, OTHERS_COLOUR
from energy_model.reporting.figures.thing_colours import SHADES, colours_of, shade, translucent
from energy_model.studies.runner.study import Study

ROOT = cli.TESTS.parent
AARHUS = ROOT / "inputs" / "aarhus"
PUMPS, BOILERS, SUN = "#FF774A", "#9B9C9D", "#F0B400"
HEAT, POWER, FIELD = "#C41813", "#0041B4", "#DFF280"


@pytest.fixture(scope="module")
def run():
    """The village in four typical days, with a tank, and too few heat pumps for the demand."""
    changes = (
        "case.time.steps_per_day = 6",
        "storages.tank.capacity_existing = 300",
        "conversions.air_heat_pump_village.max_capacity_added = 4",
    )
    spec = em.CaseSpec(cli.original(), overrides=changes, resolution=24)
    return em.solve(em.load_case(spec))


def colours(figure):
    """The colour of every series by its name."""
    return {
        trace.name: trace.marker.color or trace.fillcolor or trace.line.color
        for trace in figure.data
        if trace.showlegend is not False
    }


def test_one_thing_has_one_colour_in_every_picture(run):
    week = colours(run_figures.draw_week(run, "en", "heat", 0))
    months = colours(run_figures.draw_months(run, "en", "heat"))
    assert week["heat pumps"] == months["heat pumps"] == PUMPS
    assert week["boilers"] == months["boilers"] == BOILERS
    node = run_figures.draw_energy_flows(run, "en").data[0].node
    flows = dict(zip(node.label, node.color, strict=True))
    assert flows["heat pumps"] == PUMPS
    assert flows["District heat"] == HEAT
    assert flows["Demands"] == NEUTRAL_COLOUR
    prices = colours(run_figures.draw_price_duration(run, "en"))
    assert prices["District heat"] == HEAT
    assert colours(run_figures.draw_land(run, "en")) == {"field": FIELD}
    assert list(colours(run_figures.draw_storage_levels(run, "en")).values()) == ["#B76C8E"]


def test_a_purchase_has_the_colour_of_its_carrier(run):
    months = colours(run_figures.draw_months(run, "en", "electricity"))
    assert months["purchase"] == colours_of(run).carrier("electricity")
    assert supply.supply_colour(run, "electricity", "others") == OTHERS_COLOUR


def test_a_flow_has_the_colour_of_its_carrier(run):
    sankey = run_figures.draw_energy_flows(run, "en").data[0]
    known = {translucent(colours_of(run).carrier(name), 0.45) for name in ("heat", "electricity", "gas")}  # fmt: skip
    labels = sankey.node.label
    for source, target, colour in zip(
        sankey.link.source, sankey.link.target, sankey.link.color, strict=True
    ):
        names = {labels[source], labels[target]}
        is_named = bool(names & {"District heat", "Electricity", "Gas"})
        assert (colour in known) == is_named, names


def test_stacks_and_legends_have_the_order_of_the_case(run):
    order = [*colours_of(run).groups, "purchase", "others"]
    for figure in (
        run_figures.draw_week(run, "en", "heat", 0),
        run_figures.draw_months(run, "en", "heat"),
        run_figures.draw_months(run, "en", "electricity"),
    ):
        places = [order.index(name) for name in colours(figure) if name in order]
        assert places == sorted(places)
        assert len(places) >= 2
        assert figure.layout.legend.traceorder == "normal"


def test_numbers_of_flows_are_in_the_language_of_the_page(run):
    english, danish = (
        run_figures.draw_energy_flows(run, language).data[0] for language in ("en", "da")
    )
    swapped = str.maketrans(",.", ".,")
    for part in ("node", "link"):
        texts = getattr(english, part).customdata
        assert any(re.search(r"\d\.\d+ GWh", text) for text in texts)
        assert list(getattr(danish, part).customdata) == [text.translate(swapped) for text in texts]
        assert "%{customdata}" in getattr(danish, part).hovertemplate


def test_steps_are_1_2_2_5_or_5_times_a_power_of_ten():
    spans = (0.03, 1, 7, 12, 13, 16, 31, 61, 130, 800, 12_345)
    steps = [round_step(span) for span in spans]
    assert steps == pytest.approx([0.005, 0.2, 2, 2, 2.5, 5, 10, 20, 25, 200, 2500])
    assert all(step * 6 >= span for step, span in zip(steps, spans, strict=True))
    assert round_step(0) == 1
    assert [year_step(years) for years in (3, 12, 13, 25, 30, 100)] == [1, 1, 2, 5, 5, 10]


def test_the_right_axis_has_numbers_of_its_own(run):
    """Plotly otherwise gives it the marks of the left axis, at prices such as 38.2 and 56.3."""
    week = run_figures.draw_week(run, "en", "heat", 0)
    assert week.layout.yaxis2.tickmode == "auto"


@pytest.mark.parametrize(
    ("prices", "limits"),
    [
        ([11.0] * 199 + [800.0], (0.0, 12.0)),
        ([-800.0] + [11.0] * 199, (0.0, 12.0)),
        ([-800.0] + [-4.0] * 99 + [11.0] * 100, (-5.0, 12.5)),
        ([30.0] * 100 + [55.0] * 99 + [90.0], None),  # less than twice as far
        ([30.0] * 100 + [800.0] * 100, None),  # half of the hours
        ([10.0], None),
    ],
)
def test_spikes_alone_are_cut_off(prices, limits):
    found = price_range({"heat": np.array(prices)}, 0.005)
    assert found == limits


def spiky():
    """200 hours at 38.2 EUR/MWh, one of them at 812."""
    prices = [38.2] * 200
    prices[7] = 812.0
    system = case_builder.system(
        200,
        carriers=[{"carrier": "electricity"}, {"carrier": "co2", "unit": "t"}],
        markets=[case_builder.market(carrier="electricity", price="price")],
        demands=[case_builder.demand("d", "electricity", 1.0)],
        profiles={"price": prices},
    )
    return em.solve(system)


def test_a_note_tells_what_is_cut_off():
    run = spiky()
    for figure, axis in (
        (run_figures.draw_week(run, "da", "electricity", 0), "yaxis2"),
        (run_figures.draw_price_duration(run, "da"), "yaxis"),
    ):
        assert figure.layout[axis].range == (0, 40)
        (note,) = figure.layout.annotations
        assert "1 t over 40 er skåret af; den højeste er 812 EUR/MWh" in note.text
    (note,) = run_figures.draw_price_duration(run, "en").layout.annotations
    assert note.text == "electricity: 1 h above 40 are cut off, the highest at 812 EUR/MWh"


def test_nothing_is_told_where_nothing_is_cut_off(run):
    figure = run_figures.draw_price_duration(run, "en")
    assert not figure.layout.annotations
    assert figure.layout.yaxis.range is None


def test_shades_of_a_colour_differ():
    shades = [shade("#B76C8E", number) for number in range(len(SHADES))]
    assert shades[0] == "#B76C8E"
    assert colour_vision.closest(shades)[0] > 14
    assert translucent("#0A4BBF", 0.5) == "rgba(10,75,191,0.5)"


def test_a_pathway_has_the_colours_of_its_case():
    known = CaseColours({"heat": HEAT, "electricity": POWER}, {"solar": SUN, "pumps": PUMPS})
    plan = pd.DataFrame(
        [
            ("pump", "Pump", "", "pumps", "MW", "2030", 2.0, 0.0, 2.0, 1e6, 2054),
            ("park", "Park", "", "solar", "MW", "2035", 1.0, 0.0, 1.0, 2e6, 2074),
        ],
        columns=["asset", "label_en", "label_da", "group", "unit", "stage", "added", "retired", "capacity", "investment", "last_year"],
    )  # fmt: skip
    stages = pd.DataFrame(
        {
            "stage": ["2030", "2035"],
            "years": [5, 5],
            "cost": [1e6, 2e6],
            "net_emissions": [1e3, 0],
            "target": [1e3, 0],
            "heat_price": [30.0, 40.0],
            "electricity_price": [50.0, 60.0],
        }
    )
    study = Study(ROOT, "pathway", plan, {"plan": plan, "stages": stages}, colours=known)
    figure = draw_plan(plan, study, "en")
    assert list(colours(figure).items()) == [("solar", SUN), ("pumps", PUMPS)]
    assert figure.layout.xaxis.dtick == 1
    assert [bar.text[0] for bar in draw_plan(plan, study, "da").data] == ["+1 MW", "+2 MW"]
    lines = colours(draw_stages(stages, study, "en"))
    assert lines["heat price"] == HEAT
    assert lines["electricity price"] == POWER


def test_storages_of_a_group_have_shades_of_its_colour():
    known = CaseColours({}, {"tanks": "#B76C8E"}, {}, {"big": "tanks", "small": "tanks"})
    days = ["2030-01-01", "2030-01-02"]
    levels = pd.concat(
        pd.DataFrame({"storage": name, "day": days, "foresight_level": size, "rolling_level": size, "unit": "MWh"})
        for name, size in (("big", 20.0), ("small", 10.0))
    )  # fmt: skip
    months = pd.DataFrame({"month": ["2030-01"], "cost_difference": [1e6]})
    tables = {"months": months, "levels": levels}
    figure = draw_months(months, Study(ROOT, "operation", months, tables, colours=known), "en")
    drawn = [trace.line.color for trace in figure.data if trace.type == "scatter"]
    assert drawn == ["#B76C8E"] * 2 + [shade("#B76C8E", 1)] * 2


# The series that pictures of Aarhus show together, in the order of a stack
PICTURES = {
    "heat": [
        "CO2 capture", "electric boilers", "large heat pumps", "geothermal heat", "solar heat", "oil boilers", "gas boilers",
        "biomass boilers", "biomass combined heat and power", "waste lines", "biogas engines", "building renovation",
        "electrolysers", "fuel cells", "methanol plants", "surplus heat",
    ],
    "electricity": [
        "biomass combined heat and power", "waste lines", "biogas engines", "fuel cells", "onshore wind",
        "near-shore wind", "solar parks", "solar roofs",
    ],
    "storages": ["heat tanks", "heat pits", "batteries", "hydrogen tanks"],
}  # fmt: skip
CARRIERS = {
    "prices": ["electricity", "heat", "hydrogen"],
    "vehicles": ["electricity", "hydrogen", "methane", "diesel", "petrol", "hvo"],
    "map": ["electricity", "heat", "surplus_heat", "hydrogen", "biogas", "methane", "captured_co2"],
}
# CIE 1976, to the reader who tells two colours apart worst; 2.3 is just noticeable
MIN_DISTANCE = 17.0
MIN_LIGHTNESS_STEP = 7.5  # of neighbours in a stack in grey print, of 100


@pytest.fixture(scope="module")
def aarhus():
    return CaseColours.of_tables(em.load_case(AARHUS).frames)


def test_series_of_aarhus_are_told_apart_by_colour_blind_readers(aarhus):
    pictures = {name: [aarhus.group(group) for group in groups] for name, groups in PICTURES.items()}  # fmt: skip
    pictures |= {name: [aarhus.carrier(carrier) for carrier in names] for name, names in CARRIERS.items()}  # fmt: skip
    pictures["heat"].append(OTHERS_COLOUR)
    pictures["electricity"] += [aarhus.carrier("electricity"), OTHERS_COLOUR]
    pictures["land"] = list(aarhus.land_classes.values())
    assert len(pictures["land"]) == 6
    for name, shown in pictures.items():
        distance, *pair = colour_vision.closest(shown)
        assert distance >= MIN_DISTANCE, (name, pair)


def test_neighbours_in_a_stack_of_aarhus_differ_in_grey_print(aarhus):
    order = list(aarhus.groups)
    for groups in (PICTURES["heat"], PICTURES["electricity"]):
        assert groups == sorted(groups, key=order.index)
        tones = [colour_vision.lightness(aarhus.group(group)) for group in groups]
        assert min(abs(np.diff(tones))) >= MIN_LIGHTNESS_STEP, groups


def test_every_group_carrier_and_land_class_of_aarhus_has_a_written_colour():
    system = em.load_case(AARHUS)
    assert system["carriers"]["colour"].notna().all()
    written = system["technologies"].dropna(subset=["colour"])["group"]
    assets = pd.concat([system[name][["group", "colour"]] for name in ("conversions", "storages", "links", "vehicles")])  # fmt: skip
    coloured = set(written) | set(assets.dropna(subset=["colour"])["group"])
    assert set(system.assets["group"].dropna()) <= coloured
    land = system["land"]["colour"].groupby(level="land_class").count()
    assert (land == 1).all()


def test_colour_vision_is_that_of_the_literature():
    """Red and green of one lightness are near each other for green-blind readers; black and white are 100 apart."""
    assert colour_vision.lightness("#FFFFFF") == pytest.approx(100, abs=0.01)
    assert colour_vision.lightness("#000000") == 0
    assert colour_vision.distance("#000000", "#FFFFFF") == pytest.approx(100, abs=0.1)
    assert colour_vision.distance("#C8742A", "#8A8C2A") < 25
    assert colour_vision.distance("#0072B2", "#E69F00") > 60
