"""Stripe: payments in, lots, transfers out, refunds, the inbox and reconciliation.

Owns: every call to Stripe as a stored operation, every penny named by its payment. Does not own: why somebody pays or is paid.
Ask: `pooling` for holds and calls; `ledger` for balances.
"""
