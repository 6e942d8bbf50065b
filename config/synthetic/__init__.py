"""A synthetic England for trying size and speed: nobody in it is real, and its shape is an assumption (docs/scale.md says which).

`making.make` fills a database that holds nobody real. Everybody in it is marked: their e-mail address is `simulated.<number>@example.com`.
Rows go in by COPY, a council at a time, so that memory stays small however many there are; the same seed on an empty database makes the same
rows. No money is made up: the book has one way in, so there are promises, agreements and planned visits, and nothing paid.
"""
