"""What lists of questions, answers, challenges and groups one may stop are narrowed by."""

from typing import Any

from audit.api.narrowing import IdFilter, Narrowed, YesNoFilter
from pooling.models import Ballot, Challenge, Cluster, Proposal


class ProposalFilter(Narrowed):
    cluster = IdFilter("cluster_id")
    about_id = IdFilter("about_id")

    class Meta:
        model = Proposal
        fields = ("state", "kind", "about_kind")


class BallotFilter(Narrowed):
    proposal = IdFilter("proposal_id")
    waiting = YesNoFilter(method="keep_waiting", label="Only what can be answered now and is not")

    class Meta:
        model = Ballot
        fields = ("answer",)

    def keep_waiting(self, rows: Any, name: str, value: bool) -> Any:
        return rows.waiting() if value else rows


class ChallengeFilter(Narrowed):
    class Meta:
        model = Challenge
        fields = ("state",)


class StoppableFilter(Narrowed):
    class Meta:
        model = Cluster
        fields = ("state",)
