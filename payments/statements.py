"""A provider's statement: what became owed to them, what was sent, what they owe back."""

from datetime import datetime

from ledger import selectors as book
from ledger.selectors import Statement
from payments.models import Payee


def for_payee(payee: Payee, *, since: datetime, until: datetime, cursor: str = "", limit: int = 100) -> Statement:
    """Over all councils, of what was recorded from `since` and before `until`. Plus: owed to them; minus: sent, or owed back. Three queries."""
    return book.statement(book.owned([f"payee:{payee.pk}"]), since=since, until=until, cursor=cursor, limit=limit)
