"""The API's edge of `marketplace`."""
