"""GeoJSON: what a planner's program opens, and what of a planner's layer becomes part of a case."""

import json
import shutil

import pytest
from helpers import cli, map_case
from helpers.map_case import SQUARE, collection, feature

import energy_model as em
from energy_model.io.geojson.features import right_handed, signed_area
from energy_model.io.geojson.import_layers import import_geojson


@pytest.fixture
def case(tmp_path):
    return map_case.write(tmp_path / "case")


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    em.save(em.solve(em.load_case(map_case.write(folder / "case"))), folder / "run")
    return folder / "run"


def layer_of(folder, name):
    """The features of a written file by the name of their row, and their geometries."""
    content = json.loads((folder / f"{name}.geojson").read_text(encoding="utf-8"), parse_constant=pytest.fail)  # fmt: skip
    assert content["type"] == "FeatureCollection"
    assert "crs" not in content  # RFC 7946 knows WGS 84 only
    return [(record["properties"], record["geometry"]) for record in content["features"]]


def written(tmp_path, *features, **members):
    """A planner's file."""
    path = tmp_path / "plan.geojson"
    path.write_text(json.dumps(collection(*features, **members)), encoding="utf-8")
    return path


def point(site, lon=10.25, lat=56.2, **properties):
    return feature("Point", [lon, lat], site=site, **properties)


# --- out --------------------------------------------------------------------------------------------


def test_a_case_is_exported_as_layers(case, tmp_path):
    said = cli.call("export", case, "--to", "geojson", "--out", tmp_path / "out", "--json")
    assert said.code == 0, said.err
    files = ["sites.geojson", "links.geojson", "land.geojson", "map_coast.geojson"]
    assert said.json == {"written": str(tmp_path / "out"), "files": files}
    sites = layer_of(tmp_path / "out", "sites")
    town = {"site": "town", "label_en": "Town", "label_da": "By", "kind": "district"}
    assert sites[0] == (town, {"type": "Point", "coordinates": [10.2, 56.15]})
    link, geometry = layer_of(tmp_path / "out", "links")[1]
    assert geometry == {"type": "LineString", "coordinates": [[10.35, 56.1], [10.2, 56.15]]}
    assert (link["link"], link["giver"], link["capacity_existing"]) == ("pipe", "giving", 9.0)
    assert "forward_flow" not in link


def test_a_run_is_exported_with_its_results(run, tmp_path):
    said = cli.call("export", run, "--to", "geojson", "--out", tmp_path / "out", "--language", "da")
    assert said.code == 0, said.err
    assert "Skrevet til" in said.out
    links = {row["link"]: row for row, _ in layer_of(tmp_path / "out", "links")}
    assert links["pipe"]["forward_flow"] == pytest.approx(6)
    assert links["line"]["backward_flow"] == pytest.approx(2)
    assert links["line"]["flow_unit"] == "MWh/a"
    assert (links["second"]["state"], links["second"]["capacity_added"]) == (
        "offered, not built",
        0,
    )
    sites = {row["site"]: row for row, _ in layer_of(tmp_path / "out", "sites")}
    assert {name: sites["hill"][name] for name in ("built", "kept", "retired", "not_built")} == {
        "built": 1, "kept": 0, "retired": 0, "not_built": 0,
    }  # fmt: skip
    assert sites["hill"]["investment_eur"] == pytest.approx(2)
    land = {row["land_class"]: row for row, _ in layer_of(tmp_path / "out", "land")}
    assert (land["field"]["area_ha"], land["field"]["used_ha"]) == (500, pytest.approx(60))


def test_what_has_no_limit_is_null(case, tmp_path):
    path = case / "links.csv"
    table = path.read_text(encoding="utf-8").replace(",9.0,1000000.0", ",inf,1000000.0")
    path.write_text(table, encoding="utf-8")
    cli.call("export", case, "--to", "geojson", "--out", tmp_path / "out")
    assert layer_of(tmp_path / "out", "links")[2][0]["max_capacity_added"] is None


def test_areas_turn_as_the_standard_asks():
    hole = [[10.2, 56.1], [10.3, 56.1], [10.3, 56.2], [10.2, 56.1]]
    for outer in (SQUARE, SQUARE[::-1]):
        for inner in (hole, hole[::-1]):
            for kind, rings in (("Polygon", [outer, inner]), ("MultiPolygon", [[outer, inner]])):
                turned = right_handed(feature(kind, rings))["geometry"]["coordinates"]
                one, other = turned if kind == "Polygon" else turned[0]
                assert signed_area(one) > 0 > signed_area(other)
                assert sorted(one) == sorted(outer)


def test_a_run_has_its_own_scenario(run, tmp_path):
    said = cli.call("export", run, "--to", "geojson", "--out", tmp_path / "out", "-s", "cheap_gas")
    assert (said.code, (tmp_path / "out").exists()) == (2, False)
    assert "leave --scenario and --set out" in said.err


def test_sites_without_coordinates_are_a_fault_of_their_file(case, tmp_path):
    path = case / "sites.csv"
    path.write_text(
        path.read_text(encoding="utf-8").replace("lon [°]", "longitude"), encoding="utf-8"
    )
    said = cli.call("export", case, "--to", "geojson", "--out", tmp_path / "out")
    assert said.code == 2
    assert "sites.csv: the column 'lon [°]' is missing" in said.err


# --- in ---------------------------------------------------------------------------------------------


def test_points_move_sites_and_leave_all_else_of_the_file(case, tmp_path):
    path = case / "sites.csv"
    before = path.read_text(encoding="utf-8")
    said = cli.call("import-geojson", written(tmp_path, point("town")), "--case", case, "--json")
    assert said.code == 0, said.err
    assert said.json == {"sites": ["town"], "layer": "", "features": 0}
    assert path.read_text(encoding="utf-8") == before.replace("10.2,56.15", "10.25,56.2")
    assert em.load_case(case)["sites"].loc["town", ["lon", "lat"]].tolist() == [10.25, 56.2]


def test_a_danish_file_gets_decimal_commas(case, tmp_path):
    path = case / "sites.csv"
    rows = path.read_text(encoding="utf-8").replace(",", ";").replace(".", ",")
    path.write_text(rows, encoding="utf-8")
    import_geojson(written(tmp_path, point("town", 10.1234567, 56)), case)
    assert "10,123457;56;" in path.read_text(encoding="utf-8")
    assert em.load_case(case)["sites"].at["town", "lon"] == 10.123457


def test_lines_and_areas_become_a_layer(case, tmp_path):
    forest = feature(coordinates=[SQUARE[::-1]], kind="protected", label_da="Skov", FID=7)
    file = written(tmp_path, point("town"), forest, feature("LineString", SQUARE[:2]))
    said = cli.call("import-geojson", file, "--case", case, "--name", "forest", "--language", "da")
    assert said.code == 0, said.err
    assert "Nye koordinater i sites.csv: town" in said.out
    assert "Nyt lag map/forest.geojson med 2 objekter" in said.out
    layers = [f for f in em.load_case(case).map_layers if f.layer == "forest"]
    assert [(f.kind, f.text("label", "da")) for f in layers] == [
        ("protected", "Skov"),
        ("other", ""),
    ]
    assert layers[0].properties["FID"] == 7
    assert layers[0].lines[0].tolist() == SQUARE


def test_what_is_exported_is_imported_again(case, tmp_path):
    cli.call("export", case, "--to", "geojson", "--out", tmp_path / "out")
    before = em.load_case(case)
    (case / "map" / "coast.geojson").unlink()
    for name in ("sites", "map_coast"):
        said = cli.call("import-geojson", tmp_path / "out" / f"{name}.geojson", "--case", case)
        assert said.code == 0, said.err
    after = em.load_case(case)
    assert after.digest == before.digest
    assert [f.lines[0].tolist() for f in after.map_layers] == [SQUARE]


FAULTS = [
    ([point("nowhere")], "feature 1, site: 'nowhere' is given; write the name of a site"),
    ([feature("Point", [10, 56])], "feature 1, site: write the name of a site"),
    ([point("town"), point("town")], "feature 2, site: 'town' is given; the site occurs twice"),
    ([point("town", 572_000, 6_225_000)], "export the layer in WGS 84"),
    ([point("town", 56.15, 10.2)], "write longitude before latitude"),
    ([point("hill", land_class="field")], "land stands in land.csv"),
    ([feature("LineString", SQUARE[:2], link="pipe")], "a link follows its sites"),
    ([feature(kind="wood")], "write one of land, water"),
    ([feature("MultiPoint", [[10, 56]])], "a point is a site"),
    ([], "it has no features"),
]


@pytest.mark.parametrize(("features", "sentence"), FAULTS)
def test_a_fault_is_named_and_nothing_is_written(case, tmp_path, features, sentence):
    before = {p: p.read_bytes() for p in case.rglob("*") if p.is_file()}
    good = [point("far", 10.12, 56.31), feature(kind="land")] if features else []
    file = written(tmp_path, *features, *good)
    said = cli.call("import-geojson", file, "--case", case)
    assert said.code == 2
    assert "plan.geojson" in said.err
    assert sentence in " ".join(said.err.split())
    assert {p: p.read_bytes() for p in case.rglob("*") if p.is_file()} == before


def test_a_layer_far_from_all_sites_is_refused(case, tmp_path):
    swapped = feature(coordinates=[[[y, x] for x, y in SQUARE]])
    with pytest.raises(
        em.InputError, match=r"plan.geojson, coordinates.*longitude before latitude"
    ):
        import_geojson(written(tmp_path, swapped), case)
    assert [p.name for p in (case / "map").iterdir()] == ["coast.geojson"]


def test_all_faults_are_named_at_once(case, tmp_path):
    file = written(tmp_path, point("nowhere"), feature(kind="wood"), feature("Circle", []))
    with pytest.raises(em.InputError) as caught:
        import_geojson(file, case)
    assert [issue.row for issue in caught.value.issues] == ["feature 1", "feature 2", "feature 3"]
    with pytest.raises(em.InputError) as caught:
        import_geojson(written(tmp_path, *[point("nowhere")] * 300), case)
    assert len(caught.value.issues) == 21


@pytest.mark.parametrize("name", ["../out", "Skov", "a b", "", "å"])
def test_a_layer_has_a_plain_name(case, tmp_path, name):
    file = written(tmp_path, feature())
    if not name:
        file = file.rename(file.with_name("Min Plan.geojson"))
    with pytest.raises(em.InputError, match="in small letters a to z"):
        import_geojson(file, case, name)
    assert [p.name for p in (case / "map").iterdir()] == ["coast.geojson"]


def test_a_layer_is_not_replaced(case, tmp_path):
    with pytest.raises(em.InputError, match=r"map/coast.geojson.*the case has this layer"):
        import_geojson(written(tmp_path, feature()), case, "coast")


def test_a_folder_without_a_case_is_refused(tmp_path):
    with pytest.raises(em.InputError, match="--case"):
        import_geojson(written(tmp_path, feature()), tmp_path)


def test_a_case_without_a_map_gets_one(case, tmp_path):
    shutil.rmtree(case / "map")
    import_geojson(written(tmp_path, feature(kind="land")), case)
    assert [f.kind for f in em.load_case(case).map_layers] == ["land"]
