"""Schema: the name, unit and meaning of every profile, in the order of the table's columns."""

COLUMNS = {
    "air_temperature": ("degC", "Temperature of the outdoor air"),
    "sea_temperature": ("degC", "Temperature of the sea at the depth of a heat pump's intake"),
    "waste_water_temperature": ("degC", "Temperature of cleaned waste water leaving the plant"),
    "wind_speed": ("m/s", "Wind speed 10 m above ground"),
    "sun": ("W/m2", "Sunshine and sky light on level ground, mean of the hour"),
    "network_temperature": ("degC", "District-heating supply temperature as it leaves the plants"),
    "onshore_wind": ("1", "Output of wind turbines on land per unit of capacity"),
    "nearshore_wind": ("1", "Output of wind turbines in the bay per unit of capacity"),
    "field_sun": ("1", "Output of solar fields per unit of grid connection"),
    "roof_sun": ("1", "Output of solar roofs per unit of inverter capacity"),
    "air_cop": ("1", "Heat per electricity of a large heat pump on outdoor air"),
    "sea_cop": ("1", "Heat per electricity of a large heat pump on sea water"),
    "waste_water_cop": ("1", "Heat per electricity of a large heat pump on waste water"),
    "surplus_heat_cop": ("1", "Heat per electricity of a large heat pump on surplus heat"),
    "home_cop": ("1", "Heat per electricity of a house's heat pump on outdoor air"),
    "sea_available": ("1", "Share of a sea-water heat pump that can run without icing"),
    "electricity_demand": ("1", "Classic electricity demand relative to its mean"),
    "heat_demand": ("1", "District heat sent out by the plants relative to its mean"),
    "space_heat": ("1", "Heat for warming rooms relative to its mean"),
    "hot_water": ("1", "Heat for hot tap water relative to its mean"),
    "cooling_demand": ("1", "Cooling of hospitals and data centres relative to its mean"),
    "car_driving": ("1", "Energy cars use on the road relative to its mean"),
    "van_driving": ("1", "Energy vans use on the road relative to its mean"),
    "truck_driving": ("1", "Energy trucks use on the road relative to its mean"),
    "bus_driving": ("1", "Energy buses use on the road relative to its mean"),
    "car_plugged": ("1", "Share of electric cars connected to a charger"),
    "van_plugged": ("1", "Share of electric vans connected to a charger"),
    "truck_plugged": ("1", "Share of electric trucks connected to a charger"),
    "bus_plugged": ("1", "Share of electric buses connected to a charger"),
    "ships_at_berth": ("1", "Electricity wanted by ships at berth relative to its mean"),
    "electricity_price": ("EUR/MWh", "Day-ahead price of electricity in the bidding zone"),
    "grid_emissions": ("t/MWh", "Carbon dioxide per unit of electricity bought from the grid"),
}
UNITS = {name: unit for name, (unit, _) in COLUMNS.items()}
MEANINGS = {name: f"{meaning}." for name, (_, meaning) in COLUMNS.items()}

DECIMALS = {"degC": 2, "m/s": 2, "W/m2": 1, "1": 4, "EUR/MWh": 2, "t/MWh": 6}
