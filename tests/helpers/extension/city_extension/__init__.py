"""An extension of energy_model: a component, a data service, an exporter and a study."""
