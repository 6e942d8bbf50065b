"""Shapes of budgets, groups, promises and held money, one noun to a file."""
