"""The failures that people can put right: each is a sentence for a person, a code for the API, and the field it is about."""


class Refusal(Exception):
    """Something was asked for that the rules do not allow. Nothing was changed.

    `sentence` is plain English: what happened and how to put it right. `code` is a slug for API clients.
    `field` names the form field it is about, if one.
    """

    code = "refused"
    sentence = "We could not do that."
    field: str | None = None

    def __init__(self, sentence: str | None = None, *, field: str | None = None) -> None:
        self.sentence = sentence or self.sentence
        self.field = field or self.field
        super().__init__(self.sentence)

    @property
    def sentences(self) -> tuple[str, ...]:
        """The same, one by one, where several things are wrong at once."""
        return (self.sentence,)


class Changed(Refusal):
    """What somebody says yes to is not what stands there now: they read it before it changed."""


class NotAllowed(Refusal):
    """This person may not do this. Pages answer 403, or 404 where even the existence is private."""

    code = "not_allowed"
    sentence = "You can't do this."
