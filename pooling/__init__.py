"""Budgets, groups, promises, calls and held money.

Owns: budgets and portions, clusters and charters, pledges, earmarks, calls, holds. Does not own: services, visits, or who said what happened.
Ask: `marketplace` for agreements and visits; `payments` for Stripe.
"""
