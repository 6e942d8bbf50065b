"""The double-entry book.

Owns: accounts, journals, transfers, balances; it knows pence, minutes and accounts. Does not own: anything of care, people or Stripe.
Ask: `payments` and `pooling`, the only rooms that may post, for why money moved.
"""
