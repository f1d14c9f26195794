"""Time series: settings and measured data → hourly weather, demand and prices of a year."""

import lazy_loader

# A name is imported at its first use, so that a case can be checked without the extra `timeseries`.
__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "errors": ["DataError"],
        "generate": ["make_year"],
        "observed": ["MEASURED_UNITS", "origins"],
        "schema": ["MEANINGS", "UNITS", "as_text"],
        "settings": ["Settings"],
        "validation": ["compare_with_references"],
    },
)
