"""NetCDF file: datasets by group → one file, and back, several times as fast as xarray with many small variables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import netCDF4
import numpy as np
import xarray as xr
from xarray.backends.locks import HDF5_LOCK  # the library of the files takes one thread at a time
from xarray.conventions import decode_cf_variable, encode_cf_variable

Encoding = Mapping[str, Mapping[str, Any]]  # arguments of `createVariable` by variable
# Attributes of a variable whose values stand for others
ENCODED = {"_FillValue", "missing_value", "scale_factor", "add_offset", "dtype", "_Unsigned"}
COORDINATES = "coordinates"  # names of further coordinates, in files that xarray wrote


def write(file: Path, groups: Mapping[str, xr.Dataset], encodings: Mapping[str, Encoding]) -> None:
    """Writes datasets by group; `xarray.open_datatree` reads them back as they are.

    All variables are declared before the first is written: after a write, each further declaration makes the library
    write the structure of the whole file again.
    """
    written = []
    with netCDF4.Dataset(file, "w") as root:
        for path, data in groups.items():
            group = root if path == "/" else root.createGroup(path)
            group.setncatts(data.attrs)
            for dimension, size in data.sizes.items():
                group.createDimension(str(dimension), size)
            for name, variable in data.variables.items():
                values = encode_cf_variable(variable, name=name)
                kind: Any = str if values.dtype.kind in "OU" else values.dtype
                attributes = dict(values.attrs)
                target = group.createVariable(
                    str(name),
                    kind,
                    tuple(map(str, values.dims)),
                    fill_value=attributes.pop("_FillValue", None),
                    **encodings.get(path, {}).get(str(name), {}),
                )
                target.setncatts(attributes)
                written.append((target, values))
        for target, values in written:
            target[...] = values.to_numpy()


def read(file: Path, below: str = "/") -> dict[str, xr.Dataset]:
    """The datasets of a group and of all groups below it by path, in memory; those of `xarray.open_datatree`.

    Empty if there is no such group.

    Raises:
        OSError, RuntimeError, ValueError: The file is damaged.
    """
    with HDF5_LOCK, netCDF4.Dataset(file) as root:
        root.set_auto_maskandscale(False)
        names = below.strip("/").split("/") if below != "/" else []
        group = root
        for name in names:
            if name not in group.groups:
                return {}
            group = group.groups[name]
        return {each.path: _dataset(each) for each in _groups(group)}


def _groups(group: netCDF4.Dataset) -> Iterator[netCDF4.Dataset]:
    """A group and all groups below it, from the top."""
    yield group
    for below in group.groups.values():
        yield from _groups(below)


def _dataset(group: netCDF4.Dataset) -> xr.Dataset:
    variables = {name: _variable(name, stored) for name, stored in group.variables.items()}
    attributes = {name: group.getncattr(name) for name in group.ncattrs()}
    if any(COORDINATES in variable.attrs for variable in variables.values()):
        return xr.decode_cf(xr.Dataset(variables, attrs=attributes))
    return xr.Dataset(variables, attrs=attributes)


def _variable(name: str, stored: netCDF4.Variable) -> xr.Variable:
    """A variable as xarray decodes it; most need no decoding, which takes longer than reading."""
    attributes = {key: stored.getncattr(key) for key in stored.ncattrs()}
    values = np.asarray(stored[...], str if stored.dtype is str else None)
    fill = attributes.get("_FillValue")
    if isinstance(fill, np.floating) and np.isnan(fill):
        del attributes["_FillValue"]
    variable = xr.Variable(stored.dimensions, values, attributes)
    if ENCODED & attributes.keys() or " since " in str(attributes.get("units")):
        return decode_cf_variable(name, variable)
    return variable
