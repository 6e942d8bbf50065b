"""The composition root: settings, addresses, Celery, which gateway, fact routes, the demo and commands that read every room.

Owns: how the parts are put together and started. Does not own: any rule.
Ask: the room of the noun.
"""
