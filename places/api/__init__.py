"""The API's edge of `places`."""
