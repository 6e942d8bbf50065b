"""Micro-enterprises: who they are, who works in them, their checks, what they sell, where they are paid.

Owns: enterprises, workers, checks, listings. Does not own: agreements, visits, payments.
Ask: `marketplace` for agreements and visits; `payments` for payees.
"""
