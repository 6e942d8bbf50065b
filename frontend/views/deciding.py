"""Questions for us: the list, a new one, one with my answer and its receipt, saying it better, taking it back, saying it was not done right."""

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST

from audit import clock
from frontend.forms.deciding import AnswerForm, ChallengeForm, JudgeForm, QuestionForm, WordsForm
from frontend.presenters import deciding as presenter
from frontend.views.flow import back_to, form_page, press
from frontend.views.roles import for_operators
from frontend.views.who import SignedIn, found, signed_in
from people.models import Person
from pooling.models import Cluster, Proposal
from pooling.services import proposals
from pooling.services.clusters import current_charter
from pooling.services.proposal_records import may_ask


def _cluster(person: Person, pk: int) -> Cluster:
    return get_object_or_404(Cluster.objects.visible_to(person), pk=pk)


def _question(person: Person, pk: int) -> Proposal:
    row: Proposal = found(_visible, person, Proposal(pk=pk))
    return row


def _visible(person: Person, proposal: Proposal) -> QuerySet[Proposal]:
    return Proposal.objects.visible_to(person).filter(pk=proposal.pk).select_related("cluster", "written_as__person")


@signed_in
def questions(request: SignedIn, pk: int) -> HttpResponse:
    """The group's questions: those that wait for my answer first."""
    cluster = _cluster(request.user, pk)
    context = {"cluster": cluster, "rows": presenter.rows(cluster, request.user)}
    return render(request, "deciding/list.html", {**context, "may_ask": may_ask(by=request.user, cluster=cluster, at=clock.now())})


@signed_in
def new(request: SignedIn, pk: int) -> HttpResponse:
    """Ask the group something."""
    cluster, at = _cluster(request.user, pk), clock.now()
    if not may_ask(by=request.user, cluster=cluster, at=at):
        raise Http404

    def act(form: QuestionForm) -> str:
        said = form.cleaned_data
        words = {"kind": said["kind"], "title": said["title"], "text": said["text"], "cost_pence": said["cost"], "urgent": said["urgent"] == "yes"}
        made = proposals.put_to_group(cluster=cluster, by=request.user, at=at, **words)
        messages.success(request, "Your group can see it now.")
        return back_to("group-question", pk=made.pk)

    form = QuestionForm(request.POST or None, charter=current_charter(cluster))
    return form_page(request, form=form, act=act, template="deciding/new.html", context={"cluster": cluster})


@signed_in
def show(request: SignedIn, pk: int) -> HttpResponse:
    """One question, my answer to it and the receipt. What was typed is kept when an answer is refused."""
    proposal, at = _question(request.user, pk), clock.now()
    page = presenter.page(proposal, request.user, at)
    if not page.may_answer:
        return render(request, "deciding/show.html", {"page": page}, status=409 if request.method == "POST" else 200)

    def act(form: AnswerForm) -> str:
        said, place = form.cleaned_data, form.ballot.membership
        words = {"answer": said["answer"], "reason": said["reason"], "how": said.get("how", ""), "version": said["version"]}
        proposals.cast(proposal=proposal, membership=place, **words, by=request.user, at=at)
        messages.success(request, "We have your answer. Your receipt is on this page.")
        return back_to("group-question", pk=pk)

    form = AnswerForm(request.POST or None, question=page.question, viewer=request.user)
    return form_page(request, form=form, act=act, template="deciding/show.html", context={"page": page})


@signed_in
def reword(request: SignedIn, pk: int) -> HttpResponse:
    """Its author says it better while people talk; after an objection anybody in the group puts it again."""
    proposal, at = _question(request.user, pk), clock.now()
    page = presenter.page(proposal, request.user, at)
    if not (page.may_change or page.may_reopen):
        raise Http404

    def act(form: WordsForm) -> str:
        verb = proposals.amend if page.may_change else proposals.reopen
        verb(proposal=proposal, title=form.cleaned_data["title"], text=form.cleaned_data["text"], by=request.user, at=at)
        messages.success(request, "Your group sees the new words. The old ones are kept.")
        return back_to("group-question", pk=pk)

    form = WordsForm(request.POST or None, initial={"title": proposal.title, "text": proposal.text})
    return form_page(request, form=form, act=act, template="deciding/words.html", context={"page": page})


@signed_in
@require_POST
def take_back(request: SignedIn, pk: int) -> HttpResponse:
    """Its author takes it back before it is decided."""
    proposal = _question(request.user, pk)

    def act() -> str:
        verb = proposals.drop if proposal.state == Proposal.State.REWORKING else proposals.withdraw
        verb(proposal=proposal, by=request.user, at=clock.now())
        messages.success(request, "You took it back. Nothing changes.")
        return back_to("group-question", pk=pk)

    return press(request, act, refused=back_to("group-question", pk=pk))


@signed_in
def challenge(request: SignedIn, pk: int) -> HttpResponse:
    """Say within three days that a decision was not made as it should be."""
    proposal, at = _question(request.user, pk), clock.now()
    page = presenter.page(proposal, request.user, at)
    place = page.question.own_place
    if not page.may_challenge or place is None:
        raise Http404

    def act(form: ChallengeForm) -> str:
        proposals.challenge(proposal=proposal, membership=place, reason=form.cleaned_data["reason"], by=request.user, at=at)
        messages.success(request, "It waits now. Somebody outside your group looks at it and writes down why they decide as they do.")
        return back_to("group-question", pk=pk)

    return form_page(request, form=ChallengeForm(request.POST or None), act=act, template="deciding/challenge.html", context={"page": page})


@for_operators
def judge(request: SignedIn, pk: int) -> HttpResponse:
    """An operator without an interest in it says whether a question was asked and counted as it should be."""
    proposal, at = _question(request.user, pk), clock.now()
    if proposal.state != Proposal.State.CHALLENGED:
        raise Http404

    def act(form: JudgeForm) -> str:
        verb = proposals.uphold if form.cleaned_data["upheld"] else proposals.reject_challenge
        verb(proposal=proposal, answer=form.cleaned_data["answer"], by=request.user, at=at)
        messages.success(request, "The group reads your answer now.")
        return back_to("operator-groups")

    context = {"page": presenter.page(proposal, request.user, at)}
    return form_page(request, form=JudgeForm(request.POST or None), act=act, template="operator/judge.html", context=context)
