"""What lists of questions, answers, challenges and groups one may stop are narrowed by."""

from typing import Any

from django_filters.rest_framework import BooleanFilter, FilterSet, NumberFilter

from pooling.models import Ballot, Challenge, Cluster, Proposal


class ProposalFilter(FilterSet):  # type: ignore[misc]  # the package has no types
    cluster = NumberFilter("cluster_id", min_value=1)
    about_id = NumberFilter("about_id", min_value=1)

    class Meta:
        model = Proposal
        fields = ("state", "kind", "about_kind")


class BallotFilter(FilterSet):  # type: ignore[misc]  # the package has no types
    proposal = NumberFilter("proposal_id", min_value=1)
    waiting = BooleanFilter(method="keep_waiting", label="Only what can be answered now and is not")

    class Meta:
        model = Ballot
        fields = ("answer",)

    def keep_waiting(self, rows: Any, name: str, value: bool) -> Any:
        return rows.waiting() if value else rows


class ChallengeFilter(FilterSet):  # type: ignore[misc]  # the package has no types
    class Meta:
        model = Challenge
        fields = ("state",)


class StoppableFilter(FilterSet):  # type: ignore[misc]  # the package has no types
    class Meta:
        model = Cluster
        fields = ("state",)
