"""Speed, measured as a ratio to a yardstick in the same run on the same server. Each module gives `run(seconds) -> figures`."""

import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure. `yardstick` says what `ratio` compares with; both empty where there is nothing to compare.

    `p50_ms`, `p99_ms`: how long one transaction took. `cpu_us`: the database's processor time for one transfer, in microseconds.
    What was not measured is null.
    """

    figure: str
    value: float | None
    unit: str
    yardstick: str = ""
    ratio: float | None = None
    note: str = ""
    p50_ms: float | None = None
    p99_ms: float | None = None
    cpu_us: float | None = None

    def line(self) -> str:
        """One JSON object on one line."""
        return json.dumps(asdict(self), ensure_ascii=False)
