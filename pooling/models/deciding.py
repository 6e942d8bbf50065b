"""Questions a group decides: the question in its versions, one ballot for each person who may answer, and challenges to how it went."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from pooling.models.groups import Cluster, Membership
from pooling.querysets.deciding import BallotQuerySet, ChallengeQuerySet, ProposalQuerySet, ProposalVersionQuerySet
from pooling.rules.deciding import MOST_REWORKS, PROPOSAL_FINAL

PERSON = settings.AUTH_USER_MODEL
ASKED = ("voting", "passed", "failed", "enacted", "lapsed", "challenged", "voided")


class Proposal(models.Model):
    """A question to a group. `about_kind` and `about_id` name the thing it is about (a brief, an offer, a place in the group).

    `payers`: who would pay, as [{"membership": id, "pence": n}]; `detail`: ids, pence, dates and slugs
    of the room that asks; places in `detail["without"]` may not answer (an interest of their own in it).
    From `open` on, who may answer, the rule, how many must answer, the words and the sums are fixed.
    """

    class Kind(models.TextChoices):
        COMMISSION = "commission", "Shall we ask providers for offers?"
        WITHDRAW_BRIEF = "withdraw_brief", "Shall we stop asking?"
        CHOOSE = "choose", "Shall we choose this offer?"
        NONE_SUITABLE = "none_suitable", "Shall we say no to every offer?"
        CANCEL_BRIEF = "cancel_brief", "Shall we choose nobody?"
        CHANGE_AGREEMENT = "change_agreement", "Shall we change what we signed?"
        LEAVE_OUT = "leave_out", "Shall we make it smaller?"
        RULES = "rules", "Shall we have new rules?"
        REMOVE = "remove", "Shall somebody leave us?"
        WIND_DOWN = "wind_down", "Shall we end our group?"
        OTHER = "other", "Something else"

    class Rule(models.TextChoices):
        CONSENT = "consent", "Nobody objects"
        MOST = "most", "Most of us say yes"
        TWO_THIRDS = "two_thirds", "Two thirds of us say yes"
        EVERYONE = "everyone", "Everyone agrees"

    class State(models.TextChoices):
        DRAFT = "draft", "Being written"
        DISCUSSION = "discussion", "You are talking about it"
        VOTING = "voting", "You can answer now"
        REWORKING = "reworking", "Somebody objects: talk again"
        PASSED = "passed", "The answer is yes"
        CHALLENGED = "challenged", "Somebody says it was not done right"
        WITHDRAWN = "withdrawn", "Taken back"
        FAILED = "failed", "The answer is no"
        ENACTED = "enacted", "Done"
        LAPSED = "lapsed", "It can't be done any more"
        VOIDED = "voided", "It does not count"

    cluster = models.ForeignKey(Cluster, on_delete=models.PROTECT, related_name="proposals")
    council_code = models.CharField(max_length=9)
    kind = models.CharField(max_length=16, choices=Kind)
    title = models.CharField(max_length=120)
    text = models.CharField(max_length=2000, blank=True)
    version = models.PositiveSmallIntegerField(default=1)
    about_kind = models.SlugField(max_length=40, blank=True)
    about_id = models.BigIntegerField(null=True, blank=True)
    affects = models.ForeignKey(Membership, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    cost_pence = models.PositiveBigIntegerField(null=True, blank=True)
    payers = models.JSONField(default=list, blank=True)
    detail = models.JSONField(default=dict, blank=True)
    rule = models.CharField(max_length=10, choices=Rule)
    quorum = models.PositiveSmallIntegerField(default=0)
    answer_days = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=State)
    urgent = models.BooleanField(default=False)
    reworks = models.PositiveSmallIntegerField(default=0)
    written_by = models.ForeignKey(PERSON, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    written_as = models.ForeignKey(Membership, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    opens_at = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True)
    closes_at = models.DateTimeField(null=True, blank=True)
    extended_at = models.DateTimeField(null=True, blank=True)
    drops_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    challenge_until = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    outcome = models.JSONField(default=dict, blank=True)
    explanation = models.CharField(max_length=1000, blank=True)

    objects = ProposalQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            # The same question about the same thing is open once: two of them could be answered differently.
            models.UniqueConstraint(
                name="proposal_is_open_once_about_a_thing",
                fields=["kind", "about_kind", "about_id"],
                condition=Q(about_id__isnull=False) & ~Q(state__in=sorted(PROPOSAL_FINAL)),
            ),
            models.CheckConstraint(name="proposal_is_talked_over_at_most_twice_more", condition=Q(reworks__lte=MOST_REWORKS)),
            models.CheckConstraint(
                name="proposal_asked_has_its_electorate",
                condition=~Q(state__in=ASKED) | Q(opened_at__isnull=False, closes_at__isnull=False, quorum__gt=0),
            ),
            models.CheckConstraint(
                name="proposal_passed_may_be_challenged",
                condition=~Q(state__in=("passed", "challenged", "enacted")) | Q(challenge_until__isnull=False),
            ),
            models.CheckConstraint(name="proposal_about_names_its_kind", condition=Q(about_id__isnull=True) | ~Q(about_kind="")),
        ]
        # The timer looks every few seconds: only at what waits.
        indexes = [models.Index(name="proposal_open", fields=["state"], condition=~Q(state__in=sorted(PROPOSAL_FINAL)))]

    def __str__(self) -> str:
        return f"question {self.pk}"

    @property
    def subject(self) -> str:
        """What facts about it are about."""
        return f"{self.about_kind}:{self.about_id}" if self.about_id is not None else f"proposal:{self.pk}"

    @property
    def is_over(self) -> bool:
        return self.state in PROPOSAL_FINAL


class ProposalVersion(models.Model):
    """The words of a question as they stood. Nothing is overwritten: the newest is copied to the question."""

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="versions")
    version = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=120)
    text = models.CharField(max_length=2000, blank=True)
    by = models.ForeignKey(PERSON, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = ProposalVersionQuerySet.as_manager()

    class Meta:
        ordering = ["proposal_id", "version"]
        constraints = [models.UniqueConstraint(name="proposalversion_is_once", fields=["proposal", "version"])]

    def __str__(self) -> str:
        return f"question {self.proposal_id} version {self.version}"


class Ballot(models.Model):
    """One person's answer to one question; a row without an answer is somebody who may still give one. Made when the question opens.

    `round`: talked over again, a question is asked again, of new ballots. `by`: who pressed; a supporter says in `how` how the person told them.
    """

    class Answer(models.TextChoices):
        YES = "yes", "Yes"
        NO = "no", "No"
        ASIDE = "aside", "I can live with it"
        OBJECT = "object", "I object"

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="ballots")
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="ballots")
    round = models.PositiveSmallIntegerField(default=0)
    weight = models.PositiveSmallIntegerField(default=1)
    answer = models.CharField(max_length=6, choices=Answer, blank=True)
    reason = models.CharField(max_length=400, blank=True)
    by = models.ForeignKey(PERSON, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    how = models.CharField(max_length=400, blank=True)
    at = models.DateTimeField(null=True, blank=True)
    receipt = models.CharField(max_length=14, null=True, blank=True, unique=True)

    objects = BallotQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            # One live ballot a person (state-machines.md 11, 8), however often and from wherever they press.
            models.UniqueConstraint(name="ballot_is_one_per_person_and_round", fields=["proposal", "membership", "round"]),
            models.CheckConstraint(
                name="ballot_answer_says_who_and_when", condition=Q(answer="") | Q(by__isnull=False, at__isnull=False, receipt__isnull=False)
            ),
            models.CheckConstraint(name="ballot_objection_says_why", condition=~Q(answer="object") | ~Q(reason="")),
            # Nobody's answer counts more than another's: a budget buys no say.
            models.CheckConstraint(name="ballot_weighs_one", condition=Q(weight=1)),
        ]

    def __str__(self) -> str:
        return f"ballot {self.pk}"


class Challenge(models.Model):
    """Somebody in the group says that a question was not asked or counted as it should be. An operator decides, with reasons for everybody."""

    class State(models.TextChoices):
        OPEN = "open", "Waits for an answer"
        UPHELD = "upheld", "It was not done right"
        REJECTED = "rejected", "It was done right"

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="challenges")
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    council_code = models.CharField(max_length=9)
    reason = models.CharField(max_length=400)
    by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    answer = models.CharField(max_length=400, blank=True)
    answered_by = models.ForeignKey(PERSON, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = ChallengeQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(name="challenge_is_open_once", fields=["proposal"], condition=Q(state="open")),
            # Each may say so once: else the same complaint would hold a decision up for ever.
            models.UniqueConstraint(name="challenge_is_once_a_person", fields=["proposal", "membership"]),
            models.CheckConstraint(
                name="challenge_answer_gives_reasons",
                condition=Q(state="open") | (Q(answered_by__isnull=False, answered_at__isnull=False) & ~Q(answer="")),
            ),
            models.CheckConstraint(name="challenge_is_not_answered_by_who_made_it", condition=Q(answered_by__isnull=True) | ~Q(answered_by=F("by"))),
        ]

    def __str__(self) -> str:
        return f"challenge {self.pk}"


class Enactment(models.Model):
    """That a decision was carried out: once, whatever runs twice (state-machines.md 11, 8)."""

    proposal = models.OneToOneField(Proposal, on_delete=models.PROTECT, related_name="enactment")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"enactment {self.pk}"
