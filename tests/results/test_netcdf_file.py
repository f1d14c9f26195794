"""Files of datasets by group are read by xarray as they were."""

import netCDF4
import numpy as np
import pandas as pd
import xarray as xr

from energy_model.results import netcdf_file


def test_groups_are_read_back_as_they_were(tmp_path):
    """Numbers with gaps, whole numbers, truth values, texts, times, scalars and dimensions without a member."""
    groups = {
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
    file = tmp_path / "results.nc"
    netcdf_file.write(file, groups, {"/": {"price": {"zlib": True, "complevel": 1}}})
    with xr.open_datatree(file, engine="netcdf4") as tree:
        assert xr.DataTree.from_dict(groups).identical(tree)
    with netCDF4.Dataset(file) as data:
        assert data["price"].filters()["zlib"]
        assert not data["total"].filters()["zlib"]
