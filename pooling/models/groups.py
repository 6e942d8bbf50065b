"""Groups (clusters), what they agreed (charters), and one person's place in one (membership)."""

from fractions import Fraction

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from pooling.querysets import AdmissionAnswerQuerySet, CharterQuerySet, CharterSignatureQuerySet, ClusterQuerySet, MembershipQuerySet
from pooling.rules import MEMBERSHIP_FINAL, MEMBERSHIP_IN, SIZE_MAX, SIZE_MIN, TRIAL_DAYS
from pooling.rules.deciding import ANSWER_DAYS, DISCUSSION_DAYS


class CostRule(models.TextChoices):
    """How a cost that people share is split (state-machines.md S2)."""

    EQUAL = "equal", "The same for each person who uses it"
    OWN_VISITS = "own_visits", "Each pays for their own visits"
    AGREED_WEIGHTS = "agreed_weights", "By parts we agree together"


class DecisionRule(models.TextChoices):
    """How the group decides what the group does. It never moves a person's money."""

    EVERYONE = "everyone", "Everyone says yes"
    CONSENT = "consent", "Nobody has a good reason against it"
    MOST = "most", "Most of us say yes"


class Cluster(models.Model):
    """A group of people who share support. `purpose` is a vocabulary slug; `outcode` is all of the place anybody outside sees."""

    class State(models.TextChoices):
        FORMING = "forming", "Being set up"
        ACTIVE = "active", "Going"
        FROZEN = "frozen", "Stopped for now"
        WINDING_DOWN = "winding_down", "Coming to its end"
        CANCELLED = "cancelled", "Given up before it began"
        CLOSED = "closed", "Over"

    name = models.CharField(max_length=60)
    purpose = models.SlugField(max_length=60)
    outcode = models.CharField(max_length=4)
    council_code = models.CharField(max_length=9)
    size_min = models.PositiveSmallIntegerField(default=SIZE_MIN)
    size_max = models.PositiveSmallIntegerField(default=SIZE_MAX)
    state = models.CharField(max_length=12, choices=State, default=State.FORMING)
    facilitator = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="clusters_helped")
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    is_listed = models.BooleanField(default=True)
    # One person by themselves: what they book alone is kept here. Nobody finds it, joins it or decides in it, and it is no group on any page.
    is_own = models.BooleanField(default=False)
    frozen_at = models.DateTimeField(null=True, blank=True)
    frozen_until = models.DateTimeField(null=True, blank=True)
    frozen_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    freeze_reason = models.CharField(max_length=400, blank=True)
    alone_since = models.DateTimeField(null=True, blank=True)
    ending_since = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = ClusterQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            # Small and stable (product.md, source papers row 2): eight people fit one colour each.
            models.CheckConstraint(
                name="cluster_is_small", condition=Q(size_min__gte=SIZE_MIN, size_max__lte=SIZE_MAX) & Q(size_min__lte=F("size_max"))
            ),
            models.CheckConstraint(name="cluster_own_is_not_listed", condition=Q(is_own=False) | Q(is_listed=False, facilitator__isnull=True)),
            models.UniqueConstraint(
                name="cluster_own_is_one", fields=["started_by"], condition=Q(is_own=True) & ~Q(state__in=["cancelled", "closed"])
            ),
            # Stopped only with a reason, by somebody, until a day.
            models.CheckConstraint(
                name="cluster_frozen_says_why_and_until_when",
                condition=~Q(state="frozen")
                | (Q(frozen_at__isnull=False, frozen_until__isnull=False, frozen_by__isnull=False) & ~Q(freeze_reason="")),
            ),
        ]

    def __str__(self) -> str:
        return f"cluster {self.pk}"


class Charter(models.Model):
    """What a group agreed, in versions: the five answers of the start (state-machines.md 3) and the long form (`points`, rules/points.py).

    One version is in force. The next is proposed, adopted by a decision of the group, and signed by each for themselves.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", "Asked of the group"
        IN_FORCE = "in_force", "Our rules now"
        REPLACED = "replaced", "Our rules before"
        DROPPED = "dropped", "Not agreed"

    cluster = models.ForeignKey(Cluster, on_delete=models.PROTECT, related_name="charters")
    version = models.PositiveIntegerField(default=1)
    what_for = models.CharField(max_length=400)
    who_comes = models.CharField(max_length=400)
    cost_rule = models.CharField(max_length=14, choices=CostRule, default=CostRule.EQUAL)
    decision_rule = models.CharField(max_length=8, choices=DecisionRule, default=DecisionRule.EVERYONE)
    notice_days = models.PositiveSmallIntegerField(default=28)
    trial_days = models.PositiveSmallIntegerField(default=TRIAL_DAYS)
    discussion_days = models.PositiveSmallIntegerField(default=DISCUSSION_DAYS)
    answer_days = models.PositiveSmallIntegerField(default=ANSWER_DAYS)
    urgent_questions = models.BooleanField(default=True)
    text = models.TextField(blank=True)
    points = models.JSONField(default=dict, blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.IN_FORCE)
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    in_force_at = models.DateTimeField(null=True, blank=True)

    objects = CharterQuerySet.as_manager()

    class Meta:
        ordering = ["cluster_id", "version"]
        constraints = [
            models.UniqueConstraint(name="charter_version_is_once_per_cluster", fields=["cluster", "version"]),
            models.UniqueConstraint(name="charter_in_force_is_one", fields=["cluster"], condition=Q(state="in_force")),
            models.UniqueConstraint(name="charter_proposed_is_one", fields=["cluster"], condition=Q(state="proposed")),
            # A person may never be held beyond one notice period (S5); three months is the longest a group may ask.
            models.CheckConstraint(name="charter_notice_is_at_most_91_days", condition=Q(notice_days__lte=91)),
        ]

    def __str__(self) -> str:
        return f"charter {self.pk} version {self.version}"


class Membership(models.Model):
    """One person's place in one group. `strand` is their colour, 1 to 8, once they are in.

    The rounding debt is what splitting to the penny still owes them, exact, as a fraction of a penny (rules.split).
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", "Somebody in the group would like to ask them"
        APPLIED = "applied", "Asked to join"
        INVITED = "invited", "The group said yes; they can say yes now"
        TRIAL = "trial", "In, for the first days"
        ACTIVE = "active", "In"
        NOTICE = "notice", "In, and said they are leaving"
        REMOVAL_NOTICE = "removal_notice", "In, and the group asked them to leave"
        SETTLING = "settling", "Left; what is theirs is being added up"
        STATEMENT_SENT = "statement_sent", "Left; asked whether the sums are right"
        QUERIED = "queried", "Left; they asked about the sums"
        DECLINED = "declined", "Not this time"
        EXPIRED = "expired", "Nobody answered in time"
        WITHDRAWN = "withdrawn", "Took it back"
        SETTLED = "settled", "Left, with everything settled"

    cluster = models.ForeignKey(Cluster, on_delete=models.PROTECT, related_name="memberships")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="memberships")
    council_code = models.CharField(max_length=9)
    state = models.CharField(max_length=14, choices=State)
    strand = models.PositiveSmallIntegerField(null=True, blank=True)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    answers = models.TextField(blank=True)
    opened_at = models.DateTimeField()
    invited_at = models.DateTimeField(null=True, blank=True)
    joined_at = models.DateTimeField(null=True, blank=True)
    trial_ends_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(max_length=400, blank=True)
    rounding_debt_numerator = models.BigIntegerField(default=0)
    rounding_debt_denominator = models.BigIntegerField(default=1)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        ordering = ["cluster_id", "id"]
        constraints = [
            # One person has one place in a group at a time; whoever left may come back through the same decision.
            models.UniqueConstraint(name="membership_is_open_once", fields=["cluster", "person"], condition=~Q(state__in=sorted(MEMBERSHIP_FINAL))),
            models.UniqueConstraint(
                name="membership_strand_is_one_persons", fields=["cluster", "strand"], condition=Q(state__in=sorted(MEMBERSHIP_IN))
            ),
            models.CheckConstraint(
                name="membership_has_a_strand_once_in",
                condition=~Q(state__in=sorted(MEMBERSHIP_IN)) | Q(strand__gte=1, strand__lte=SIZE_MAX, joined_at__isnull=False),
            ),
            models.CheckConstraint(name="membership_rounding_debt_is_a_fraction", condition=Q(rounding_debt_denominator__gt=0)),
        ]
        # The timers look every few seconds: only at what waits.
        indexes = [
            models.Index(name="membership_trial", fields=["trial_ends_at"], condition=Q(state="trial")),
            models.Index(name="membership_invited", fields=["invited_at"], condition=Q(state="invited")),
            models.Index(name="membership_asked", fields=["opened_at"], condition=Q(state__in=["proposed", "applied"])),
        ]

    def __str__(self) -> str:
        return f"membership {self.pk}"

    @property
    def is_in(self) -> bool:
        return self.state in MEMBERSHIP_IN

    @property
    def rounding_debt(self) -> Fraction:
        return Fraction(self.rounding_debt_numerator, self.rounding_debt_denominator)


class CharterSignature(models.Model):
    """Somebody's yes to one version of a charter. `by` is who pressed: the person, or a supporter whose authority names groups."""

    charter = models.ForeignKey(Charter, on_delete=models.PROTECT, related_name="signatures")
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="signatures")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = CharterSignatureQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(name="chartersignature_is_given_once", fields=["charter", "membership"])]

    def __str__(self) -> str:
        return f"signature {self.pk}"


class AdmissionAnswer(models.Model):
    """One person's answer about letting somebody in. A row without an answer is somebody who was in when the question was opened: they may answer.

    `question` admit: may they come and meet us. welcome: their first days end early.
    """

    class Question(models.TextChoices):
        ADMIT = "admit", "May they join?"
        WELCOME = "welcome", "Do their first days end early?"

    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="answers_about")
    voter = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="answers_given")
    question = models.CharField(max_length=7, choices=Question, default=Question.ADMIT)
    yes = models.BooleanField(null=True)
    reason = models.CharField(max_length=400, blank=True)
    at = models.DateTimeField(null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = AdmissionAnswerQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="admissionanswer_is_one_per_voter", fields=["membership", "voter", "question"]),
            models.CheckConstraint(name="admissionanswer_is_not_about_oneself", condition=~Q(membership=F("voter"))),
            # An answer says when and by whom; a no says why.
            models.CheckConstraint(name="admissionanswer_says_who_and_when", condition=Q(yes__isnull=True) | Q(at__isnull=False, by__isnull=False)),
            models.CheckConstraint(name="admissionanswer_no_says_why", condition=~Q(yes=False) | ~Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"answer {self.pk}"
