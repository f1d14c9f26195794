"""The maps of the workbench without a browser: ground, labels, and the panel of a site."""

from itertools import combinations

import pytest
from helpers import map_case
from helpers.map_case import collection, feature

import energy_model as em
from energy_model.reporting.figures.map_labels import CHARACTER_PIXELS, LINE_PIXELS
from energy_model.web import candidates, site_map
from energy_model.web.pages import result_map


@pytest.fixture(scope="module")
def system(tmp_path_factory):
    return em.load_case(map_case.write(tmp_path_factory.mktemp("case") / "case"))


def drawing(system, language="en"):
    return site_map.build_map(system, candidates.of_system(system), {}, language)


def test_sites_stand_where_they_are_in_true_proportion(system):
    places = {site["name"]: (site["x"], site["y"]) for site in drawing(system)["sites"]}
    assert places["far"][0] < places["town"][0] < places["hill"][0] < places["shore"][0]
    assert places["far"][1] < places["hill"][1] < places["town"][1] < places["shore"][1]
    wide = (places["shore"][0] - places["far"][0]) * site_map.SHAPE_FACTOR
    tall = places["shore"][1] - places["far"][1]
    assert wide / tall == pytest.approx(0.25 * 0.5563 / 0.2, rel=0.01)


@pytest.mark.parametrize(("size", "pixels"), [("wide", site_map.WIDE_PIXELS), ("narrow", site_map.NARROW_PIXELS)])  # fmt: skip
def test_labels_do_not_overlap(system, size, pixels):
    boxes = []
    for site in drawing(system)["sites"]:
        if site[size] is None:
            continue
        lines = site[size]["text"].split("\n")
        width, height = max(map(len, lines)) * CHARACTER_PIXELS, len(lines) * LINE_PIXELS
        x = site["x"] / 100 * pixels[0] + site[size]["right"]
        y = site["y"] / 100 * pixels[1] - site[size]["up"]
        boxes.append((x - width / 2, y - height / 2, x + width / 2, y + height / 2))
    assert len(boxes) >= 3
    for a, b in combinations(boxes, 2):
        assert a[2] <= b[0] + 1 or b[2] <= a[0] + 1 or a[3] <= b[1] + 1 or b[3] <= a[1] + 1


@pytest.mark.parametrize("site", [row["site"] for row in map_case.SITES])
def test_the_selected_site_has_a_label(system, site):
    made = site_map.build_map(system, candidates.of_system(system), {}, "en", site)
    (selected,) = [drawn for drawn in made["sites"] if drawn["name"] == site]
    assert selected["wide"]
    assert selected["narrow"]


def test_the_ground_is_drawn_below_with_its_origin(system):
    ground = site_map.ground_of(system, "da")
    (shape,) = ground["shapes"]
    assert (shape["kind"], ground["origin"], ground["has_sea"]) == ("land", "Fra styrelsen", True)
    assert shape["path"].startswith("M")
    assert shape["path"].endswith("Z")


def test_what_is_outside_the_map_or_too_fine_is_left_out(tmp_path):
    line = [[10.1 + i * 1e-6, 56.1] for i in range(1000)] + [[10.3, 56.2]]
    away = [[12.0, 56.0], [12.1, 56.0]]
    layers = {
        "a": collection(feature("LineString", line, kind="border"), feature("LineString", away))
    }
    ground = site_map.ground_of(em.load_case(map_case.write(tmp_path / "case", layers)), "en")
    (shape,) = ground["shapes"]
    assert shape["kind"] == "border line"
    assert shape["path"].count("L") <= 3
    assert ground["origin"] == ""


def test_a_case_without_layers_has_an_empty_ground(tmp_path):
    system = em.load_case(map_case.write(tmp_path / "case", {}))
    assert site_map.ground_of(system, "en")["shapes"] == []


def test_the_panel_of_a_site_has_its_name_and_its_tables(system):
    run = em.solve(system)
    heading, assets, *_ = result_map.site_panel(run, "hill", "da")
    assert heading.children == "Hill and the long valley behind it"
    assert "Mølle" in str(assets)
    assert result_map.site_panel(run, "no such site", "da") == []
