"""Extras: which optional dependencies a missing module belongs to."""

from __future__ import annotations

MODULES = {
    "studies": ("SALib", "pyarrow"),
    "cluster": ("distributed", "dask"),
    "timeseries": (
        "pvlib",
        "windpowerlib",
        "demandlib",
        "holidays",
        "requests",
        "requests_cache",
        "urllib3",
    ),
    "entsoe": ("entsoe",),
    "report": ("jinja2", "plotly", "kaleido"),
    "excel": ("openpyxl",),
    "web": ("dash", "dash_ag_grid", "flask", "waitress"),
}


def remedy_of_missing_module(error: ImportError) -> str | None:
    """What to install for a module that cannot be imported; None if no extra contains it.

    pandas names a missing engine only in its message.
    """
    root = (error.name or "").split(".")[0]
    for extra, modules in MODULES.items():
        for module in modules:
            if root == module or (not root and module.lower() in str(error).lower()):
                return f"it needs {module}; install it with: pip install 'energy_model[{extra}]'"
    return None
