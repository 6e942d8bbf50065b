"""People, supporters, organisations and councils; roles; consent; two-person approvals; messages to people.

Owns: who somebody is, how sure we are of it, what they may act for, how they are reached. Does not own: budgets, money, groups.
Ask: `pooling` for budgets and groups; `providers` for enterprises.
"""
