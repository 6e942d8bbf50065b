"""A seeded simulator of everything that moves money: people, clock, Celery, the Stripe sandbox and faults, against a model in plain Python.

`manage.py simulate_money` runs it; docs/money.md, "The simulator", says what it plays. To add a step: a function in `steps/` with `@step`.
"""
