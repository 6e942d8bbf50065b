"""Facts about an agreement that is to change, about who stops, and about short weeks: people are told. As in `consumers`."""

from datetime import datetime

from audit.models import Fact
from frontend import notices_of_varying


def change_asked(*, fact: Fact, at: datetime) -> None:
    """`marketplace.change_asked`: each is asked for their own yes."""
    notices_of_varying.change_asked(change_id=fact.payload["change"], at=at)


def change_applied(*, fact: Fact, at: datetime) -> None:
    """`marketplace.change_applied`: all who must have said yes."""
    notices_of_varying.change_applied(change_id=fact.payload["change"], at=at)


def change_ended(*, fact: Fact, at: datetime) -> None:
    """`marketplace.change_ended`: it came to nothing."""
    notices_of_varying.change_ended(change_id=fact.payload["change"], at=at)


def payer_leaving(*, fact: Fact, at: datetime) -> None:
    """`marketplace.payer_leaving`: somebody has a last day, or stays after all."""
    told = fact.payload
    notices_of_varying.payer_leaving(agreement_id=told["agreement"], payer_id=told["payer"], last_day=told["last_day"], at=at)


def agreement_suspended(*, fact: Fact, at: datetime) -> None:
    """`marketplace.agreement_suspended`: the provider hears it; who pays hears `keep_going_started`."""
    notices_of_varying.suspended(agreement_id=fact.payload["agreement"], at=at)


def agreement_resumed(*, fact: Fact, at: datetime) -> None:
    """`marketplace.agreement_resumed`: everybody in it hears it."""
    notices_of_varying.resumed(agreement_id=fact.payload["agreement"], at=at)


def keep_going_started(*, fact: Fact, at: datetime) -> None:
    """`marketplace.keep_going_started`: what each wrote down for such a day counts."""
    told = fact.payload
    notices_of_varying.keep_going(agreement_id=told["agreement"], why=told["why"], milestone_id=told["milestone"], at=at)


def fewer_visits_wished(*, fact: Fact, at: datetime) -> None:
    """`marketplace.fewer_visits_wished`: the provider is asked."""
    notices_of_varying.fewer_wished(milestone_id=fact.payload["milestone"], visits=fact.payload["visits"], at=at)


def go_ahead_wished(*, fact: Fact, at: datetime) -> None:
    """`marketplace.go_ahead_wished`: the group asks the provider to come for those who are covered."""
    notices_of_varying.go_ahead_wished(milestone_id=fact.payload["milestone"], at=at)
