"""What lists of words are narrowed by."""

from audit.api.narrowing import Narrowed
from vocabulary.models import Term


class TermFilter(Narrowed):
    class Meta:
        model = Term
        fields = ("kind", "slug")
