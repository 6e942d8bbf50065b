"""A stand-in for Stripe: a process of its own that speaks Stripe's HTTP API to the real `stripe` SDK.

Owns: what Stripe would answer, its clock, its webhooks and its faults. Does not own: anything of ours; it imports no other room and no Django.
Ask: docs/stripe-sandbox.md. Its semantics are our reading of Stripe's documentation.
"""
