"""Extras: which optional dependencies a missing module belongs to."""

from __future__ import annotations

from importlib.util import find_spec

MODULES = {
    "studies": ("SALib", "pyarrow", "loky"),
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
    "solvers": ("linopy",),
    "report": ("jinja2", "plotly", "kaleido"),
    "excel": ("openpyxl",),
    "web": ("dash", "dash_ag_grid", "flask", "waitress"),
}


def require_extra(name: str) -> None:
    """Raises ImportError if a module of an extra is missing, before the work that needs it."""
    for module in MODULES[name]:
        if find_spec(module) is None:
            raise ImportError(f"No module named '{module}'; {_remedy(name)}", name=module)


def remedy_of_missing_module(error: ImportError) -> str | None:
    """What to install for a module that cannot be imported; None if no extra contains it.

    pandas names a missing engine only in its message.
    """
    root = (error.name or "").split(".")[0]
    for extra, modules in MODULES.items():
        for module in modules:
            if root == module or (not root and module.lower() in str(error).lower()):
                return f"it needs {module}; {_remedy(extra)}"
    return None


def _remedy(extra: str) -> str:
    return f"install it with: pip install 'energy_model[{extra}]'"
