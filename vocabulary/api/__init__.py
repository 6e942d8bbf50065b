"""The API's edge of `vocabulary`."""
