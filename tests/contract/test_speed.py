"""How fast it is. Printed, never a gate."""

import statistics
import time

from tests.contract.conftest import top_up


def test_speed_of_a_transfer_is_told(api, sandbox, provider, capsys):
    top_up(api, sandbox)
    taken = []
    for _ in range(200):
        begun = time.perf_counter()
        api.transfers.create({"amount": 1, "currency": "gbp", "destination": provider.id})
        taken.append(time.perf_counter() - begun)
    with capsys.disabled():
        print(f"\nsandbox transfer through the SDK: p50 {statistics.median(taken) * 1000:.1f} ms, p95 {sorted(taken)[190] * 1000:.1f} ms")
