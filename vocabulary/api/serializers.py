"""Shapes of the vocabulary."""

from audit.api.shapes import Row
from vocabulary.models import Term


class TermRow(Row):
    """One word of one list. `checks`: what a provider must show to sell this kind of help."""

    class Meta:
        model = Term
        fields = ("id", "kind", "slug", "label", "checks", "regulated", "term_uri")
