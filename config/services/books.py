"""The quick proof of the books: the ledger against itself, of a large one the sums and what is new.

The whole proof, with Stripe's lines, is `manage.py check_books`.
"""

from config.models import Pulse
from config.services import pulses
from ledger.services import proof


def prove_and_note() -> list[str]:
    """Proves, notes the result for `/readyz`, and returns what differs as sentences; none when all is well."""
    differences = proof.prove(lately=True)
    pulses.note(name=Pulse.Name.BOOKS, is_fine=not differences, says=" ".join(differences[:3]))
    return differences
