"""Until every room's routes are in the settings, the facts of this room's story travel by these."""

from typing import Any

import pytest

ROUTES = {
    "pooling.call_covered": ["marketplace.consumers.call_covered"],
    "pooling.call_missed": ["marketplace.consumers.call_missed"],
    "pooling.call_paid": ["marketplace.consumers.call_paid"],
    "payments.remittance_paid": ["marketplace.consumers.remittance_paid"],
}


@pytest.fixture(autouse=True)
def routes(settings: Any) -> None:
    settings.FACT_ROUTES = {**settings.FACT_ROUTES, **ROUTES}
