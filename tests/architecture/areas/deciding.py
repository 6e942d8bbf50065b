"""Deciding: see the package. Questions of Our Own Words, each in another state; the group itself is stopped by whoever may."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from config.demo_story import cast
from config.demo_story.cast import AMINA, YUSUF
from pooling.models import Ballot, Challenge, Cluster, Proposal
from pooling.services import proposals
from tests.architecture.route import SIGNED_IN_ASKS, Route, act, own, page, press

# fmt: off
ROUTES: tuple[Route, ...] = (
    page("groups/<int:pk>/questions/", "i..... +++..+..++", pk="group"),
    page("groups/<int:pk>/questions/new/", "i..... ++...+...+", "i..... ??...?...?", pk="group"),
    page("groups/questions/<int:pk>/", "i..... +++..+..++", "i..... ??!..!..!?", pk="question of Amina"),
    page("groups/questions/<int:pk>/words/", "i..... .........+", "i..... .........?", pk="question in talk"),
    press("groups/questions/<int:pk>/take-back/", "i..... .........>", pk="question of Amina"),
    page("groups/questions/<int:pk>/not-right/", "i..... ++.......+", "i..... ??.......?", pk="decision"),
    page("groups/<int:pk>/give-up/", "i.+... ..........", "i.>... ..........", pk="the garden"),
    page("groups/<int:pk>/stop/", "i..... ...++...+.", "i..... ...??...?.", pk="group"),
    page("operator/groups/", "i..... ........+."),
    page("operator/groups/questions/<int:pk>/", "i..... ........+.", "i..... ........?.", pk="challenged decision"),
    page("looking-after/groups/", "i...+. ...++....."),
    # The API
    act("api/v1/clusters/<int:pk>/abandon/", "i..... xxx..!..xx", pk="group"),
    own("api/v1/proposals/", SIGNED_IN_ASKS),
    page("api/v1/proposals/<int:pk>/", "i..... +++..+..++", pk="question of Amina"),
    act("api/v1/proposals/<int:pk>/amend/", "i..... ???..?..??", pk="question in talk"),
    act("api/v1/proposals/<int:pk>/open-vote/", "i..... xxx..!..xx", pk="question in talk"),
    act("api/v1/proposals/<int:pk>/answer/", "i..... ???..?..??", pk="question of Amina"),
    act("api/v1/proposals/<int:pk>/withdraw/", "i..... xxx..x..x+", pk="question of Amina"),
    act("api/v1/proposals/<int:pk>/reopen/", "i..... ???..?..??", pk="question of Amina"),
    act("api/v1/proposals/<int:pk>/challenge/", "i..... ???..?..??", pk="decision"),
    act("api/v1/proposals/<int:pk>/uphold/", "i..... ???..?..??", pk="challenged decision"),
    act("api/v1/proposals/<int:pk>/reject-challenge/", "i..... ???..?..??", pk="challenged decision"),
    own("api/v1/ballots/"),
    page("api/v1/ballots/<int:pk>/", "i..... ..+.....++", pk="ballot"),
    own("api/v1/challenges/"),
    page("api/v1/challenges/<int:pk>/", "i..... +++..+..++", pk="challenge"),
    own("api/v1/stoppable-groups/"),
    page("api/v1/stoppable-groups/<int:pk>/", "i..... ...++...+.", pk="group"),
    act("api/v1/stoppable-groups/<int:pk>/freeze/", "i..... ...??...?.", pk="group"),
    act("api/v1/stoppable-groups/<int:pk>/renew/", "i..... ...!!...!.", pk="group"),
    act("api/v1/stoppable-groups/<int:pk>/propose-unfreeze/", "i..... ...??...?.", pk="group"),
    act("api/v1/stoppable-groups/<int:pk>/unfreeze/", "i..... ...!!...!.", pk="group"),
    act("api/v1/stoppable-groups/<int:pk>/end/", "i..... ...??...?.", pk="group"),
)
# fmt: on
# What Amina answered is hers, and those see it who sit beside her or run the site.
SECRETS: Mapping[str, str] = {"Amina says: mornings tire me": "Amina Nasra Olive"}


def arrive(at: datetime) -> None:
    """Four questions: to answer, to talk about, decided, challenged."""
    group, amina = Cluster.objects.get(name="Our Own Words"), cast.person(AMINA)
    words: dict[str, Any] = {"cluster": group, "kind": "other", "text": "", "by": amina, "at": at}
    running = proposals.put_to_group(title="Shall we meet on Tuesdays?", urgent=True, **words)
    place = group.memberships.get(person=amina)
    proposals.cast(proposal=running, membership=place, answer="aside", reason="Amina says: mornings tire me", by=amina, at=at)
    proposals.put_to_group(title="Shall we have tea after?", **words)
    _decided(group, "Shall we visit the library?", words)
    challenged = _decided(group, "Shall we sing?", words)
    yusuf = cast.person(YUSUF)
    proposals.challenge(proposal=challenged, membership=group.memberships.get(person=yusuf), reason="I was not told.", by=yusuf, at=at)


def _decided(group: Cluster, title: str, words: Mapping[str, Any]) -> Proposal:
    question = proposals.put_to_group(title=title, urgent=True, **words)
    for ballot in question.ballots.select_related("membership__person"):
        proposals.cast(proposal=question, membership=ballot.membership, answer="yes", by=ballot.membership.person, at=words["at"])
    return question


def things() -> dict[str, Any]:
    running = Proposal.objects.get(title="Shall we meet on Tuesdays?")
    return {
        "question of Amina": running.pk,
        "question in talk": Proposal.objects.get(title="Shall we have tea after?").pk,
        "decision": Proposal.objects.get(title="Shall we visit the library?").pk,
        "challenged decision": Proposal.objects.get(title="Shall we sing?").pk,
        "ballot": Ballot.objects.get(proposal=running, membership__person__email=AMINA.email).pk,
        "challenge": Challenge.objects.get().pk,
    }
