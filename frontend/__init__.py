"""Every HTML page, e-mail and letter.

Owns: forms, presenters, templates, notices, styles. Does not own: any rule; it calls the rooms' services.
Ask: the room of the noun on the page.
"""
