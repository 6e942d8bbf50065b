"""The API's views about needs, agreements, milestones, visits and shares, one noun to a file."""
