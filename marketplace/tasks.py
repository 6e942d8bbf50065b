"""Celery: one task per timer. Each reads the clock once."""

from celery import shared_task

from audit.clock import now
from marketplace.services import agreements, milestones, shares


@shared_task(name="marketplace.advance_agreements", ignore_result=True)
def advance_agreements() -> int:
    return agreements.advance_due(at=now())


@shared_task(name="marketplace.advance_milestones", ignore_result=True)
def advance_milestones() -> int:
    return milestones.advance_due(at=now())


@shared_task(name="marketplace.advance_shares", ignore_result=True)
def advance_shares() -> int:
    return shares.advance_due(at=now())
