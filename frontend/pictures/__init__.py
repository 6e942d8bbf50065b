"""Pictures made on the server as SVG: strands, people, scenes, the mark.

Each module returns strings of SVG built from our own numbers; the only foreign text is a person's name, which is escaped where it enters.
Colours are classes wherever they change in the dark or in forced colours. Nothing here needs a script or an inline style.
"""
