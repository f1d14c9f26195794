"""GeoJSON (RFC 7946): a case or a run → layers for a planner's map program; a planner's layer → a case."""
