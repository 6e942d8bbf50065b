"""The API's edge of `providers`."""
