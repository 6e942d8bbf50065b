"""Speed, measured as a ratio to a yardstick in the same run on the same server. Each module gives `run(seconds) -> figures`."""

import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure. `yardstick` says what `ratio` compares with; both empty where there is nothing to compare."""

    figure: str
    value: float
    unit: str
    yardstick: str = ""
    ratio: float | None = None
    note: str = ""

    def line(self) -> str:
        """One JSON object on one line."""
        return json.dumps(asdict(self), ensure_ascii=False)
