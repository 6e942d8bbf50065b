"""Acts that move money or place an order happen once for each Idempotency-Key, whatever is sent again, and however we were stopped.

The key is stored first, committed by itself. The act and its answer are then one transaction under a lock on that row: killed half-way, neither
stands and the next try does it; two at once, the second is told to wait; done before, the first answer is given again. What must follow the
commit (calling Stripe) is the act's `then`: it is safe to repeat, and repeated if we were killed before its answer was kept.
"""

import hashlib
import json
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from rest_framework.authentication import SessionAuthentication, TokenAuthentication
from rest_framework.exceptions import APIException
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

from audit import clock
from audit.api.schema import PROBLEM_JSON
from config.problems import as_problem, problem
from config.services import kept_answers
from people.models import Person

MOST_LETTERS = 200
WORDS = {
    "key_is_used": (422, "This Idempotency-Key was used for something else. Choose a new one for each act."),
    "key_in_use": (409, "The same request is being worked on this moment. Ask again in a few seconds."),
    "key_is_wrong": (400, f"An Idempotency-Key has 1 to {MOST_LETTERS} letters or numbers, without spaces around it."),
}
Answer = tuple[int, Any]


class KeepAnswers:
    """Middleware: runs a marked act (`audit.api.edge.verb`, kept=True) with its key. Everything else passes by."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        act = _act(request, view)
        if act is None:
            return None
        then = getattr(act, "then", None)
        key = request.headers.get("Idempotency-Key")
        person = _person(request) if key is not None else None

        def run() -> Answer:
            answer = view(request, *args, **kwargs)
            return answer.status_code, _plain(getattr(answer, "data", None))

        if key is None or person is None:
            return None if then is None else _without_key(view(request, *args, **kwargs), then)
        if not (key.isprintable() and key == key.strip() and 1 <= len(key) <= MOST_LETTERS):
            return _refused("key_is_wrong")
        return _keep(person, key, _digest(request), run, then)


def _without_key(answer: Any, then: Any) -> HttpResponse:
    if answer.status_code >= 300:
        return answer  # type: ignore[no-any-return]
    return _answered(_followed((answer.status_code, answer.data), then))


def _act(request: HttpRequest, view: Any) -> Any:
    if request.method != "POST":
        return None
    act = getattr(getattr(view, "cls", None), (getattr(view, "actions", None) or {}).get("post", ""), None)
    return act if getattr(act, "kept", False) else None


def _person(request: HttpRequest) -> Person | None:
    """Who asks, as the view itself will find out; None when it will refuse them."""
    try:
        person = Request(request, authenticators=[TokenAuthentication(), SessionAuthentication()]).user
    except APIException:
        return None
    return person if isinstance(person, Person) else None


def _digest(request: HttpRequest) -> str:
    """Of what is asked, where: the same key with another body is a mistake that must show."""
    words = f"{request.method} {request.get_full_path()} {request.content_type}\n".encode()
    return hashlib.sha256(words + request.body).hexdigest()


def _keep(person: Person, key: str, digest: str, run: Callable[[], Answer], then: Any) -> HttpResponse:
    try:
        status, body, is_final = kept_answers.once(person=person, key=key, digest=digest, act=run, at=clock.now())
    except kept_answers.KeyIsUsed:
        return _refused("key_is_used")
    except kept_answers.KeyIsInUse:
        return _refused("key_in_use")
    if is_final or then is None:
        return _answered((status, body))
    status, body = _followed((status, body), then)
    if status < 500:
        kept_answers.finish(person=person, key=key, status=status, body=_plain(body))
    return _answered((status, body))


def _followed(answer: Answer, then: Any) -> Answer:
    """The answer after what had to wait for the commit; an answer that is a refusal stays as it is."""
    if answer[0] >= 300:
        return answer
    try:
        return answer[0], then(answer[1])
    except Exception as failure:
        foreseen = as_problem(failure, {})
        if foreseen is None:
            raise
        return foreseen.status_code, foreseen.data


def _plain(body: Any) -> Any:
    return json.loads(JSONRenderer().render(body) or b"null")


def _refused(code: str) -> HttpResponse:
    status, sentence = WORDS[code]
    return _answered((status, problem(status, code, sentence).data))


def _answered(answer: Answer) -> HttpResponse:
    status, body = answer
    return HttpResponse(JSONRenderer().render(body), status=status, content_type=PROBLEM_JSON if status >= 400 else "application/json")
