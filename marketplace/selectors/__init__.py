"""Composed reads, as frozen rows: prices before asking, who is coming, what needs doing, a provider's week and money, the proof for `check_books`."""

from marketplace.selectors.agreements import AgreementView, agreement_view
from marketplace.selectors.buying import Quote, earliest_start, purchase_facts, purchase_verdict, quote
from marketplace.selectors.helping import Task, to_do, to_help
from marketplace.selectors.paying import ProviderMoney, provider_money
from marketplace.selectors.proof import proof
from marketplace.selectors.silence import silence_facts
from marketplace.selectors.visiting import ComingVisit, ProviderWeek, coming_visits, provider_week

__all__ = [
    "AgreementView",
    "ComingVisit",
    "ProviderMoney",
    "ProviderWeek",
    "Quote",
    "Task",
    "agreement_view",
    "coming_visits",
    "earliest_start",
    "proof",
    "provider_money",
    "provider_week",
    "purchase_facts",
    "purchase_verdict",
    "quote",
    "silence_facts",
    "to_do",
    "to_help",
]
