"""Shapes of needs, agreements, milestones, visits and shares, one noun to a file."""
