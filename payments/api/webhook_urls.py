"""Stripe's way in. The addresses for people and programs are in the rooms that know what is paid for."""

from django.urls import path

from payments.api import webhooks

urlpatterns = [
    path("stripe/webhook/platform", webhooks.receive, {"endpoint": "platform"}, name="stripe-webhook-platform"),
    path("stripe/webhook/connect", webhooks.receive, {"endpoint": "connect"}, name="stripe-webhook-connect"),
]
