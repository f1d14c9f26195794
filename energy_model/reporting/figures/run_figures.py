"""Run figures: every chart of a run, by the name of its drawing function ``(run, language, …) → figure or None``."""

from energy_model.reporting.figures.account_figures import draw_bills, draw_stakeholders
from energy_model.reporting.figures.flow_figures import draw_energy_flows
from energy_model.reporting.figures.map_figures import draw_site_map
from energy_model.reporting.figures.sum_figures import (
    draw_costs,
    draw_emissions,
    draw_fleets,
    draw_investments,
    draw_land,
)
from energy_model.reporting.figures.time_figures import (
    draw_months,
    draw_price_duration,
    draw_storage_levels,
    draw_week,
)

__all__ = [
    "draw_bills",
    "draw_costs",
    "draw_emissions",
    "draw_energy_flows",
    "draw_fleets",
    "draw_investments",
    "draw_land",
    "draw_months",
    "draw_price_duration",
    "draw_site_map",
    "draw_stakeholders",
    "draw_storage_levels",
    "draw_week",
]
