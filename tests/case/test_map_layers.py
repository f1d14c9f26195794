"""Map layers: what stands in ``map/`` is read whole, or every fault of it is named."""

import json

import pytest
from helpers import map_case
from helpers.map_case import SQUARE, collection, feature, write

import energy_model as em
from energy_model.case import sources
from energy_model.case.checks.map_features import MAX_POINTS, MAX_SHOWN_ISSUES
from energy_model.case.map_layers import MAX_FILE_MEGABYTES, attributions
from energy_model.formulation import TABLES
from energy_model.results import manifest
from energy_model.results.run_files import MAP, map_layers_of

LINE = [[10.0, 56.0], [10.1, 56.1]]


def issues_of(tmp_path, content):
    """The issues of a case with one layer."""
    with pytest.raises(em.InputError) as caught:
        em.load_case(write(tmp_path / "case", {"mine": content}))
    return [issue for issue in caught.value.issues if issue.file == "map/mine.geojson"]


def test_a_case_without_layers_has_none(tmp_path):
    assert em.load_case(write(tmp_path / "case", {})).map_layers == ()


def test_areas_and_lines_are_read_in_degrees(tmp_path):
    ring = [[10.2, 56.1], [10.2, 56.2], [10.3, 56.2], [10.2, 56.1]]
    content = collection(
        feature(coordinates=[SQUARE, ring], kind="land", label_en="Coast", label_da="Kyst"),
        feature("MultiPolygon", [[SQUARE], [ring]]),
        feature("LineString", LINE, kind="border"),
        feature("MultiLineString", [LINE, LINE]),
    )
    coast, islands, border, _ = em.load_case(write(tmp_path / "case", {"a": content})).map_layers
    assert (coast.kind, islands.kind, border.kind) == ("land", "other", "border")
    assert (coast.is_area, islands.is_area, border.is_area) == (True, True, False)
    assert [line.tolist() for line in coast.lines] == [SQUARE, ring]
    assert [line.tolist() for line in islands.lines] == [SQUARE, ring]
    assert [line.tolist() for line in border.lines] == [LINE]
    assert (coast.text("label", "da"), islands.text("label", "da")) == ("Kyst", "")


def test_an_attribution_is_given_once_and_in_the_language(tmp_path):
    layer = collection(feature(**map_case.ORIGIN), feature(**map_case.ORIGIN))
    layers = em.load_case(write(tmp_path / "case", {"a": layer})).map_layers
    assert attributions(layers, "da") == ["Fra styrelsen"]
    assert attributions(layers, "en") == ["From the survey"]


def test_layers_change_no_result(tmp_path):
    without = em.load_case(write(tmp_path / "one", {}))
    assert em.load_case(write(tmp_path / "other")).digest == without.digest


def test_a_run_stores_the_layers_of_its_case(tmp_path):
    made = em.solve(em.load_case(write(tmp_path / "case")))
    em.save(made, tmp_path / "run")
    (stored,) = map_layers_of(em.open_run(tmp_path / "run"))
    (read,) = made.system.map_layers
    assert (stored.layer, stored.kind, stored.text("label", "en")) == ("coast", "land", "Coast")
    assert [line.tolist() for line in stored.lines] == [line.tolist() for line in read.lines]
    forged = tmp_path / "forged"
    em.save(made, forged)
    (forged / MAP).write_text('{"features": [{"properties": {"layer": "a"}}]}', encoding="utf-8")
    manifest.write(forged)
    with pytest.raises(em.InputError, match=r"map.geojson.*damaged"):
        map_layers_of(em.open_run(forged))
    file = tmp_path / "run" / MAP
    file.write_text(file.read_text(encoding="utf-8").replace("10.6", "10.7"), encoding="utf-8")
    with pytest.raises(em.InputError, match=MAP):
        em.open_run(tmp_path / "run")


def test_every_layer_has_an_origin(tmp_path):
    case = write(tmp_path / "case")
    rows = ["table,rows,columns,kind,publication,year,note", "map,coast,*,source,Survey,2020,"]
    for rule, kind in ((rows[:1], "none"), (rows, "source")):
        (case / "sources.csv").write_text("\n".join(rule) + "\n", encoding="utf-8")
        traced = sources.trace_sources(case, em.load_case(case), TABLES)
        (row,) = traced[traced["table"] == "map"].to_dict("records")
        assert (row["row"], row["value"], row["kind"]) == ("coast", "1", kind)


@pytest.mark.parametrize(
    ("content", "column", "remedy"),
    [
        ("{", "", "it is not GeoJSON"),
        ("", "", "it is not GeoJSON"),
        ("[" * 100_000, "", "nested too deep"),
        (json.dumps(collection(feature())).replace("56.4", "NaN", 1), "", "NaN is no number"),
        (
            json.dumps(collection(feature())).replace("56.4", "1e999", 1),
            "",
            "1e999 is no finite number",
        ),
        ('{"type": "\\ud800"}', "", "half a letter"),
        (json.dumps(collection(feature())).replace("56.4", "9" * 400, 1), "coordinates", "degrees"),
        ([1], "type", "export the layer as a FeatureCollection"),
        (feature(), "type", "export the layer as a FeatureCollection"),
        (collection(), "features", "it has no features"),
        (
            collection(feature(), crs={"properties": {"name": "urn:ogc:def:crs:EPSG::25832"}}),
            "crs",
            "in WGS 84 (EPSG:4326)",
        ),
        (collection({"type": "Point"}), "type", "is a Feature"),
        (collection(feature("Point", [10, 56])), "geometry", "a point is a site"),
        (collection(feature("Circle", [10, 56])), "geometry", "Polygon"),
        (collection({**feature(), "geometry": None}), "geometry", "remove the feature"),
        (collection({**feature(), "properties": [1]}), "properties", "names with values"),
        (collection(feature(kind="forest")), "kind", "write one of land, water"),
        (collection(feature(label_en=7)), "label_en", "a text of one line"),
        (collection(feature(label_da="a\nb")), "label_da", "a text of one line"),
        (collection(feature(coordinates=[])), "coordinates", "no coordinates"),
        (collection(feature(coordinates=[[]])), "coordinates", "no coordinates"),
        (collection(feature(coordinates=SQUARE)), "coordinates", "two finite numbers"),
        (collection(feature(coordinates=[SQUARE[:4]])), "coordinates", "close it"),
        (collection(feature(coordinates=[SQUARE[:2]])), "coordinates", "at least 4 points"),
        (collection(feature("LineString", LINE[:1])), "coordinates", "at least 2 points"),
        (collection(feature("LineString", [[True, 56], LINE[0]])), "coordinates", "two finite"),
        (
            collection(feature("LineString", [[572_000, 6_225_000], LINE[0]])),
            "coordinates",
            "no longitude and latitude in degrees",
        ),
        (
            collection(feature("LineString", [[56.1, 10.1], [56.2, 10.2]])),
            "coordinates",
            "write longitude before latitude",
        ),
    ],
)
def test_a_fault_names_file_place_and_remedy(tmp_path, content, column, remedy):
    (issue,) = issues_of(tmp_path, content)
    assert issue.column == column
    assert remedy in issue.remedy


def test_a_fault_names_its_feature_and_value(tmp_path):
    good, bad = feature(label_en="Coast"), feature(label_en="Forest", kind="wood")
    (issue,) = issues_of(tmp_path, collection(good, bad))
    assert (issue.row, issue.value) == ("feature 2 (Forest)", "wood")


def test_all_faults_of_all_files_are_named_at_once(tmp_path):
    bad = collection(feature(kind="wood"), feature("Point", [10, 56]))
    with pytest.raises(em.InputError) as caught:
        em.load_case(write(tmp_path / "case", {"one": bad, "two": bad}))
    files = [issue.file for issue in caught.value.issues]
    assert files == ["map/one.geojson"] * 2 + ["map/two.geojson"] * 2


def test_many_faults_are_counted_only(tmp_path):
    issues = issues_of(tmp_path, collection(*[feature(kind="wood")] * 500))
    assert len(issues) == MAX_SHOWN_ISSUES + 1
    assert "more faults" in issues[-1].remedy


def test_a_huge_file_is_not_read(tmp_path):
    (issue,) = issues_of(tmp_path, " " * int(MAX_FILE_MEGABYTES * 1e6 + 1))
    assert "at most 5 are read" in issue.remedy
    many = [[10.0, 56.0]] * (MAX_POINTS + 1)
    (issue,) = issues_of(tmp_path / "points", collection(feature("LineString", many)))
    assert (issue.column, issue.value) == ("coordinates", "60,001")


def test_a_nearly_right_name_is_a_fault(tmp_path):
    case = write(tmp_path / "case")
    (case / "map" / "coast.geojson").rename(case / "map" / "coast.GEOJSON")
    with pytest.raises(em.InputError, match=r"only names that end in .geojson"):
        em.load_case(case)
    (case / "map").rename(case / "maps")
    with pytest.raises(em.InputError, match="rename it to map"):
        em.load_case(case)
