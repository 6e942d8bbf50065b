"""Where Stripe tells us something: stored at once, worked on later."""

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from payments import tasks
from payments.services import inbox


# Stripe has no cookie of ours to protect: the signature is what lets it in.
@csrf_exempt
@require_POST
def receive(request: HttpRequest, endpoint: str) -> HttpResponse:
    """200 once the event is stored, also when it was stored before; 400 when it is not from Stripe."""
    try:
        inbox.store(payload=request.body, signature=request.headers.get("Stripe-Signature", ""), endpoint=endpoint)
    except inbox.NotFromStripe as refusal:
        return HttpResponse(refusal.sentence, status=400, content_type="text/plain")
    transaction.on_commit(tasks.wake)
    return HttpResponse(status=200)
