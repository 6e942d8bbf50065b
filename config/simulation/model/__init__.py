"""What must be, in plain Python: no Django, no database, no clock. Written from docs/money.md, not from the services."""
