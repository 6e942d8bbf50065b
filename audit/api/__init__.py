"""The API's edge of `audit`, and what every room's edge stands on: `edge` (routes), `shapes` (fields), `schema` (what OpenAPI says)."""
