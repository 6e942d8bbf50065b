"""The API's views about budgets, groups, promises and held money, one noun to a file."""
