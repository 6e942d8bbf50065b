"""Where somebody lives, to the first part of the postcode."""

from typing import Any

from frontend.forms.fields import OutcodeField
from places.postcodes import UnknownOutcode, outcode_of


def is_known(code: str) -> bool:
    """Whether `places` knows this outcode, or at least its area where our table stops."""
    try:
        return outcode_of(code) == code
    except UnknownOutcode:
        return False


class WhereField(OutcodeField):
    """The first part of a postcode that `places` knows."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", "Where do you live?")
        kwargs.setdefault("help_text", "Type the first part of your postcode. For example, SE15. We do not need your address.")
        super().__init__(known=is_known, **kwargs)
