"""Celery's way in: each reads the clock once and makes one call. All are safe to repeat and to lose."""

import structlog
from celery import shared_task
from kombu.exceptions import OperationalError

from audit import clock
from payments.services import arrivals, inbox, operations, payees, reconciliation, refunds, remittances, setting_off

log = structlog.get_logger()


@shared_task(name="payments.perform_due", ignore_result=True)
def perform_due() -> int:
    return operations.perform_due(at=clock.now())


@shared_task(name="payments.process_due", ignore_result=True)
def process_due() -> int:
    return inbox.process_due(at=clock.now())


@shared_task(name="payments.clear_due", ignore_result=True)
def clear_due() -> int:
    return arrivals.clear_due(at=clock.now())


@shared_task(name="payments.refresh_payees_due", ignore_result=True)
def refresh_payees_due() -> int:
    return payees.refresh_due(at=clock.now())


@shared_task(name="payments.set_off_due", ignore_result=True)
def set_off_due() -> int:
    return setting_off.set_off_due(at=clock.now())


@shared_task(name="payments.plan_remittances_due", ignore_result=True)
def plan_remittances_due() -> int:
    return remittances.plan_due(at=clock.now())


@shared_task(name="payments.plan_refunds_due", ignore_result=True)
def plan_refunds_due() -> int:
    return refunds.plan_due(at=clock.now())


@shared_task(name="payments.reconcile", ignore_result=True)
def reconcile() -> int:
    return reconciliation.run_due(at=clock.now())


def wake() -> None:
    """Has the worker look at the inbox now. When it can't be reached, the timetable gets there."""
    try:
        process_due.apply_async(retry=False, ignore_result=True)
    except (OperationalError, OSError) as error:
        log.warning("worker_not_woken", error=type(error).__name__)
