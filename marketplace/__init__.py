"""From wish to checked delivery: services found, needs, agreements, milestones, visits and each payer's own yes.

Owns: agreements, milestones, milestone shares, visits, answers, questions. Does not own: money (it asks `pooling` to hold and release it).
Ask: `pooling` for holds and calls; `providers` for listings and checks.
"""
