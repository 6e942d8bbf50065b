"""The API's edge of `pooling`."""
