"""The audit trail, the outbox of facts, and the one clock.

Owns: who did what and when; facts and their deliveries; `now()` and `today()`. Does not own: what a fact means.
Ask: the room that names a fact for its meaning; `config` for who receives it (`FACT_ROUTES`).
"""
