"""The API's edge of `people`."""
