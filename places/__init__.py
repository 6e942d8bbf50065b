"""Outcodes, distances and working days.

Owns: where an outcode is, which council it is in, how far two are apart, which days are working days. Does not own: addresses.
Ask: `people` for councils as bodies.
"""
