"""A question that a council's officer asks those who found nothing, through us: the officer is never told who they are."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from marketplace.querysets_of_counted import OfficerAnswerQuerySet, OfficerQuestionQuerySet


class OfficerQuestion(models.Model):
    """What the officer wrote. Whoever agreed to be asked has a row each, made when it is sent; the answers are told on the closing day."""

    council_code = models.CharField(max_length=9, db_index=True)
    category = models.CharField(max_length=60)
    words = models.TextField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    closes_at = models.DateTimeField()

    objects = OfficerQuestionQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [models.CheckConstraint(name="officerquestion_closes_after_it_is_asked", condition=Q(closes_at__gt=models.F("asked_at")))]

    def __str__(self) -> str:
        return f"officer's question {self.pk}"


class OfficerAnswer(models.Model):
    """One person's place to answer. `name`: what they chose to be called; "" tells no name."""

    question = models.ForeignKey(OfficerQuestion, on_delete=models.PROTECT, related_name="answers")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="officer_answers")
    council_code = models.CharField(max_length=9)
    words = models.TextField(blank=True)
    name = models.CharField(max_length=80, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = OfficerAnswerQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="officeranswer_is_once_a_person", fields=["question", "person"]),
            models.CheckConstraint(
                name="officeranswer_has_words_when_answered",
                condition=Q(answered_at__isnull=True, words="", name="") | (Q(answered_at__isnull=False) & ~Q(words="")),
            ),
        ]

    def __str__(self) -> str:
        return f"answer {self.pk} to question {self.question_id}"
