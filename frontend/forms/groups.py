"""Starting a group (five questions, safe answers ticked), asking people in, answering, joining."""

from typing import Any

from frontend.forms import Form, Option, OutcodeField, PickField, TextField, TickField, YesNoField
from people.models import Person, Role
from places.models import Outcode
from pooling.models import CostRule, DecisionRule
from vocabulary.models import Term


class StartGroupForm(Form):
    """The five questions of a new group; their answers are its first rules."""

    name = TextField(
        label="What shall we call the group?", max_length=60, help_text="People in the group see it, and those who look after your money."
    )
    purpose = PickField(label="What is it for?", choices=[])
    outcode = OutcodeField(label="Where? The first part of the postcode", known=lambda code: Outcode.objects.filter(pk=code).exists())
    who_comes = TextField(label="Who can come?", max_length=400, lines=True, help_text="For example: people near us who speak Somali.")
    cost_rule = PickField(
        label="How do we split the cost?",
        choices=[
            (CostRule.OWN_VISITS.value, Option("Each pays for their own visits", hint="Nobody pays for somebody else.")),
            (CostRule.EQUAL.value, Option("What we do together is split in equal parts", hint="£27.00 for three people is £9.00 each.")),
        ],
    )
    decision_rule = PickField(
        label="How do we decide?",
        choices=[
            (DecisionRule.EVERYONE.value, Option("Everyone says yes", hint="Good for a small group.")),
            (DecisionRule.MOST.value, "Most of us say yes"),
        ],
        help_text="A vote never takes anybody's money. Each says yes for their own part.",
    )
    notice_days = PickField(
        label="How long before leaving must somebody say so?",
        choices=[("28", Option("4 weeks", hint="Most groups pick this.")), ("14", "2 weeks"), ("7", "1 week")],
    )
    is_listed = YesNoField(
        label="May people near you find the group?",
        yes="Yes. They see what it is for, the area, and how many we are. No names.",
        no="No. Only people we ask can come.",
    )
    SAFE = {"cost_rule": "own_visits", "decision_rule": "everyone", "notice_days": "28", "is_listed": "no"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {**self.SAFE, **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        purposes = Term.objects.filter(kind=Term.Kind.PURPOSE)
        self.fields["purpose"].choices = [(one.slug, one.label) for one in purposes]  # type: ignore[attr-defined]

    @property
    def what_for(self) -> str:
        """The purpose in words, as the rules say it. Once the form is good."""
        return str(dict(self.fields["purpose"].choices)[self.cleaned_data["purpose"]])  # type: ignore[attr-defined]


class InviteForm(Form):
    """Somebody who has a page here, by the address they sign in with."""

    reach = TextField(label="Their e-mail or mobile number", help_text="The one they use here. They must have a page of their own.", max_length=120)


class ApplyForm(Form):
    answers = TextField(
        label="Say something about yourself, if you like",
        required=False,
        lines=True,
        max_length=400,
        help_text="They see this and your first name. Nothing else. No money yet.",
    )


class AnswerForm(Form):
    """One person's yes or no about letting somebody in."""

    yes = YesNoField(label="May they come in?", yes="Yes", no=Option("Not this time", reveals=("reason",)))
    reason = TextField(label="Why not?", required=False, max_length=400, help_text="They are told why, not who said it.")


class RulesForm(Form):
    """Signing a group's rules."""

    read = TickField(label="Before you join", choices=[("yes", "I have read our rules, or somebody read them to me")])


class HelperForm(Form):
    """Who helps the group: from the people who help groups in this council."""

    facilitator = PickField(label="Who shall help the group?", choices=[])

    def __init__(self, *args: Any, council_code: str, at: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles = Role.objects.live(at).filter(kind=Role.Kind.FACILITATOR, council_code=council_code).select_related("person")
        self.people: dict[str, Person] = {str(role.person.pk): role.person for role in roles}
        self.fields["facilitator"].choices = [(pk, person.full_name) for pk, person in self.people.items()]  # type: ignore[attr-defined]
