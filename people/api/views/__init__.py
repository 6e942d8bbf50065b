"""The API's views about people, one noun to a file."""
