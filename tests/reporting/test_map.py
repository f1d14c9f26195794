"""The map of a run: what is where, how wide, in which state, and labels that never overlap."""

from itertools import combinations

import numpy as np
import pytest
from helpers import map_case

import energy_model as em
from energy_model.reporting.figures import map_figures
from energy_model.reporting.figures.map_base import DEGREE_KM, frame_of
from energy_model.reporting.figures.map_figures import (
    NARROW_PIXELS,
    WIDE_PIXELS,
    draw_site_map,
    labels_on,
)
from energy_model.reporting.figures.map_labels import Box, place_labels
from energy_model.reporting.figures.map_links import MAX_WIDTH_PIXELS
from energy_model.reporting.run_report import run_report
from energy_model.results.run_files import map_layers_of
from energy_model.results.site_states import (
    BUILT,
    KEPT,
    REJECTED,
    RETIRED,
    asset_states,
    link_years,
)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A mill on the hill serves the town; heat comes from the shore by a pipe between two firms."""
    folder = tmp_path_factory.mktemp("map")
    em.save(em.solve(em.load_case(map_case.write(folder / "case"))), folder / "run")
    return em.open_run(folder / "run")


def lines_of(figure, group):
    """The drawn lines of a group of the legend, without its entry in the legend."""
    traces = [t for t in figure.data if t.legendgroup == group and t.mode == "lines"]
    return [trace for trace in traces if trace.x[0] is not None]


def test_every_asset_has_its_state(run):
    states = asset_states(run)["state"]
    assert states.to_dict() == {
        "mill": BUILT, "dear": REJECTED, "old": RETIRED, "standing": KEPT,
        "line": KEPT, "pipe": KEPT, "second": REJECTED,
    }  # fmt: skip


def test_links_carry_the_flows_of_the_year_each_way(run):
    links = link_years(run)
    assert links.loc["line", ["forward", "backward"]].tolist() == pytest.approx([0, 2], abs=1e-6)
    assert links.loc["pipe", ["forward", "backward"]].tolist() == pytest.approx([6, 0], abs=1e-6)
    assert links["is_symbiosis"].to_dict() == {"line": False, "pipe": True, "second": False}


def test_the_width_of_a_link_is_in_proportion_to_its_flow(run):
    figure = draw_site_map(run, "en")
    (pipe,), (line,) = lines_of(figure, "links heat"), lines_of(figure, "links power")
    assert pipe.line.width == MAX_WIDTH_PIXELS
    assert line.line.width == pytest.approx(MAX_WIDTH_PIXELS * 2 / 6, abs=0.06)
    assert (pipe.line.dash, line.line.dash) == ("6px,4px", "solid")  # symbiosis is dashed


def test_an_arrow_points_where_the_flow_goes(run):
    """Power flows from the hill, north-east of the town, to the south-west, against its link."""
    figure = draw_site_map(run, "en")
    arrow = next(t for t in figure.data if t.legendgroup == "links power" and t.mode == "markers")
    lon, lat = 0.01 * np.cos(np.radians(56.155)), 0.01
    assert (arrow.marker.angle + 180) % 360 == pytest.approx(
        np.degrees(np.arctan2(lon, lat)), abs=0.1
    )
    assert arrow.marker.symbol == "triangle-up"
    assert "<b>Line</b><br>capacity 9 MW" in arrow.hovertext
    assert "Hill and the long valley behind it → Town: 0.002 GWh/a" in arrow.hovertext
    assert "Town → Hill" not in arrow.hovertext


def test_a_link_that_is_not_built_is_hidden_until_chosen(run):
    (second,) = lines_of(draw_site_map(run, "en"), "links rejected")
    assert second.visible == "legendonly"
    assert second.line.dash == "dot"


def test_links_between_the_same_sites_bend_apart(run):
    figure = draw_site_map(run, "en")
    (pipe,), (second,) = lines_of(figure, "links heat"), lines_of(figure, "links rejected")
    middle = len(pipe.x) // 2
    assert np.hypot(pipe.x[middle] - second.x[middle], pipe.y[middle] - second.y[middle]) > 0.005
    assert (pipe.x[0], pipe.y[-1]) == (second.x[0], second.y[-1])


def test_states_differ_by_shape_and_by_colour(run):
    entries = {
        t.name: t.marker for t in draw_site_map(run, "en").data if t.name and t.mode == "markers"
    }
    states = [
        entries[name] for name in ("Built", "Existing, kept", "Retired", "Offered, not built")
    ]
    assert (
        len({marker.symbol for marker in states}) == len({marker.color for marker in states}) == 4
    )


def test_a_state_stands_at_the_sites_that_have_it(run):
    figure = draw_site_map(run, "en")
    places = {
        t.legendgroup: list(t.x) for t in figure.data
        if (t.legendgroup or "").startswith("state") and t.x[0] is not None
    }  # fmt: skip
    assert places == {
        f"state {BUILT}": [10.21],
        f"state {KEPT}": [10.35],
        f"state {RETIRED}": [10.2],
        f"state {REJECTED}": [10.1],
    }


def test_the_disc_of_land_has_the_area_that_is_taken(run):
    """2 MW take 60 ha of field and 180 ha of a zone."""
    figure = draw_site_map(run, "en")
    for kind, area in (("field", 60), ("zone", 180)):
        (sector,) = lines_of(figure, f"land {kind}")
        x = np.array(sector.x, float) * np.cos(np.radians(56.16)) * DEGREE_KM
        y = np.array(sector.y, float) * DEGREE_KM
        drawn = 100 * abs(np.sum(x[:-1] * y[1:] - x[1:] * y[:-1])) / 2  # ha
        assert drawn == pytest.approx(area, rel=0.02), kind
        assert sector.name == f"{kind.capitalize()}, {area} ha"


def test_all_land_of_a_site_is_hidden_until_chosen(run):
    (circle,) = lines_of(draw_site_map(run, "en"), "land of sites")
    assert circle.visible == "legendonly"
    radius = (max(circle.y) - min(circle.y)) / 2 * DEGREE_KM
    assert 100 * np.pi * radius**2 == pytest.approx(1000, rel=0.02)  # ha


def test_a_click_tells_the_site_and_its_text_says_all_of_it(run):
    sites = draw_site_map(run, "da").data[-1]
    assert [row[0] for row in sites.customdata] == ["town", "hill", "shore", "far"]
    hill = sites.hovertext[1]
    for text in (
        "<b>Hill and the long valley behind it</b>",
        "Mølle: 2 MW",
        "Zone: 180 af 500 ha taget",
    ):
        assert text in hill
    assert "Dyr kedel: 5 MW" in sites.hovertext[3]


def test_numbers_are_in_the_format_of_the_language(run):
    english, danish = (draw_site_map(run, language) for language in ("en", "da"))
    assert (english.layout.separators, danish.layout.separators) == (".,", ",.")
    names = [trace.name for trace in danish.data]
    assert "El, op til 0,002 GWh/år" in names
    assert "Power, up to 0.002 GWh/a" in [trace.name for trace in english.data]


def test_the_map_names_the_origin_of_its_layers(run):
    texts = [note.text for note in draw_site_map(run, "da").layout.annotations]
    assert "Fra styrelsen" in texts
    ground = draw_site_map(run, "en").data[0]
    assert (ground.fill, list(ground.x)) == ("toself", [x for x, _ in map_case.SQUARE])


def test_the_map_is_in_true_proportion(run):
    layout = draw_site_map(run, "en").layout
    assert layout.yaxis.scaleanchor == "x"
    assert layout.yaxis.scaleratio == pytest.approx(1 / np.cos(np.radians(56.2)), rel=1e-4)
    wide = layout.xaxis.range[1] - layout.xaxis.range[0]
    tall = layout.yaxis.range[1] - layout.yaxis.range[0]
    assert wide / tall / layout.yaxis.scaleratio == pytest.approx(
        WIDE_PIXELS[0] / WIDE_PIXELS[1], rel=1e-3
    )


def test_the_report_shows_the_map_before_what_is_built(run):
    keys = [part.key for part in run_report(run, "en", keys=("answer", "map", "built")).sections]
    assert keys == ["answer", "map", "built"]
    (section,) = run_report(run, "da", keys=("map",)).sections
    assert (section.title, [block.key for block in section.blocks]) == ("Kort", ["map"])


def test_without_layers_the_map_is_drawn_all_the_same(tmp_path):
    run = em.solve(em.load_case(map_case.write(tmp_path / "case", {})))
    figure = draw_site_map(run, "en")
    assert len(figure.data[-1].x) == 4
    assert not [t for t in figure.data if (t.legendgroup or "").startswith("layer")]


def test_a_case_with_one_site_has_no_map(tmp_path):
    parts = {"sites": map_case.SITES[:1], "conversions": [], "flows": [], "links": [], "land": []}
    parts |= {"footprints": [], "markets": [{"market": "m", "site": "town", "carrier": "power"}]}
    parts |= {"demands": []}
    case = map_case.write(tmp_path / "case", {}, **{k: v for k, v in parts.items() if v})
    for name in ("conversions", "flows", "links", "land", "footprints", "demands"):
        (case / f"{name}.csv").unlink()
    assert draw_site_map(em.solve(em.load_case(case)), "en") is None


# --- labels -----------------------------------------------------------------------------------------


def overlapping(placed):
    """The pairs of labels that have an area in common."""
    return [(a.name, b.name) for a, b in combinations(placed, 2) if a.box.overlaps(b.box)]


@pytest.mark.parametrize("seed", range(8))
def test_labels_never_overlap_and_stay_on_the_map(seed):
    random, frame = np.random.default_rng(seed), Box(0, 0, 800, 600)
    points = random.uniform(0, 1, (40, 2)) * (800, 600)
    names = [
        "Short",
        "A name of a longer place",
        "A long name with many words in two lines or more",
    ]
    sites = [(str(i), names[i % 3], float(x), float(y)) for i, (x, y) in enumerate(points)]
    taken = [Box(0, 0, 300, 20)]
    placed = place_labels(sites, frame, taken)
    assert len(placed) >= 10
    assert overlapping(placed) == []
    for label in placed:
        assert label.box.is_within(frame)
        assert not label.box.overlaps(taken[0])
        for name, _, x, y in sites:  # the dots of all sites stay visible
            assert not label.box.overlaps(Box(x - 3, y - 3, x + 3, y + 3)), (label.name, name)


def test_the_first_site_gets_its_label():
    sites = [(name, "A name that fills the map", 100.0, 20.0) for name in ("first", "second")]
    assert [label.name for label in place_labels(sites, Box(0, 0, 300, 40))] == ["first"]


@pytest.mark.parametrize("size", [WIDE_PIXELS, NARROW_PIXELS])
@pytest.mark.parametrize("language", ["en", "da"])
def test_the_labels_of_a_run_do_not_overlap(run, size, language):
    sites = map_figures.sites_of(run)
    texts = map_figures.label_texts(run, sites, language)
    placed = labels_on(frame_of(sites, *size), map_layers_of(run), sites, texts, language)
    assert len(placed) >= 3
    assert overlapping(placed) == []
