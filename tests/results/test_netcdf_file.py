"""Files of datasets by group are read as they were, by xarray too."""

import netCDF4
import numpy as np
import pandas as pd
import pytest
import xarray as xr

from energy_model.results import netcdf_file


@pytest.fixture
def groups():
    """Numbers with gaps, whole numbers, truth values, texts, times, scalars and dimensions without a member."""
    return {
        "/": xr.Dataset(
            {
                "price": (("bus", "time"), [[1.5, np.nan, -0.0]], {"units": "EUR/MWh"}),
                "served": ("bus", [True]),
                "total": ((), 3.25),
                "nothing": ("day", np.zeros(0)),
            },
            {"bus": ["heat@Ærø"], "time": pd.date_range("2030-01-01", periods=3, freq="h")},
            {"title": "A city", "objective": 0.1 + 0.2},
        ),
        "/inputs": xr.Dataset(),
        "/inputs/markets": xr.Dataset(
            {"label": ("market", np.array(["", "Elbørs"], object)), "rank": ("market", np.array([3, -1], np.int32))}
        ),
    }  # fmt: skip


def test_groups_are_read_back_as_they_were(groups, tmp_path):
    file = tmp_path / "results.nc"
    netcdf_file.write(file, groups, {"/": {"price": {"zlib": True, "complevel": 1}}})
    with xr.open_datatree(file, engine="netcdf4") as tree:
        assert xr.DataTree.from_dict(groups).identical(tree)
    assert_identical(netcdf_file.read(file), groups)
    with netCDF4.Dataset(file) as data:
        assert data["price"].filters()["zlib"]
        assert not data["total"].filters()["zlib"]


def test_groups_below_one_are_read_alone(groups, tmp_path):
    file = tmp_path / "results.nc"
    netcdf_file.write(file, groups, {})
    below = {path: groups[path] for path in ("/inputs", "/inputs/markets")}
    assert_identical(netcdf_file.read(file, "/inputs"), below)
    assert_identical(netcdf_file.read(file, "/inputs/markets"), {"/inputs/markets": groups["/inputs/markets"]})  # fmt: skip
    assert netcdf_file.read(file, "/inputs/demands") == {}


def test_a_file_of_xarray_is_read_as_xarray_reads_it(groups, tmp_path):
    """Packed numbers with a value for gaps, and coordinates of another name than their dimension."""
    file = tmp_path / "results.nc"
    level = xr.Variable("hour", [0.5, np.nan, 2.0], encoding={"dtype": "i2", "scale_factor": 0.5, "_FillValue": -9})  # fmt: skip
    groups["/levels"] = xr.Dataset({"level": level}, {"season": ("hour", ["a", "a", "b"])})
    xr.DataTree.from_dict(groups).to_netcdf(file)
    found = netcdf_file.read(file)
    with xr.open_datatree(file, engine="netcdf4") as tree:
        assert_identical(found, {node.path: node.to_dataset(inherit=False) for node in tree.subtree})  # fmt: skip
    assert_identical(found, groups)


def assert_identical(found, expected):
    assert found.keys() == expected.keys()
    for path, data in expected.items():
        xr.testing.assert_identical(found[path], data)
