"""Time series: settings and measured data → hourly weather, demand and prices of a year."""

import lazy_loader

# A name is imported at its first use, so that a case can be checked without the extra `timeseries`.
__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "data_errors": ["DataError", "DataIssue"],
        "generate": ["make_year"],
        "hourly_csv": ["as_text"],
        "observed": ["MEASURED_UNITS", "origins"],
        "schema": ["MEANINGS", "UNITS"],
        "settings": ["Settings"],
        "validation": ["compare_with_references"],
    },
)
