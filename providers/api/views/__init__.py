"""The API's views about providers, one noun to a file."""
