"""What can happen in a step. Each module plays one part; a step is a function with `@step(weight)`.

It takes the world, does one thing, has it judged (`world.ask`, `world.run`), and gives False when there was nothing for it to do.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from config.simulation.world import World

Step = Callable[["World"], bool | None]
STEPS: dict[Step, int] = {}
FAULTS: dict[Step, int] = {}


def step(weight: int, *, is_fault: bool = False) -> Callable[[Step], Step]:
    """Registers a step: how often it comes up beside the others; a fault only with `--faults`."""

    def register(function: Step) -> Step:
        (FAULTS if is_fault else STEPS)[function] = weight
        return function

    return register
