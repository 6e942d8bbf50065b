"""What tests/architecture/test_roles_and_routes.py asks of the API, so that nothing is asked twice.

It asks every address of the API, by reading and by posting, as sixteen people, in the story at its end. What it expects is written in its table.
A question that stands there with the same answer, of somebody who stands to the thing in the same way, need not be asked here.
"""

import functools
import re

from tests.architecture import roles
from tests.architecture.routes import ROUTES

# The same people by their names there. Amina asks here as well: what is not there for others must be there. The stranger is nobody's equal
# there: asked to help Amina, and not confirmed.
THERE = {"nobody": "nobody", "neighbour": "Stella", "rival": "Fatuma", "operator": "Olive"} | {
    name: name.capitalize() for name in ("priya", "yusuf", "halima", "sam", "colin", "ruth", "hodan")
}
STATUS = {"+": 200, "i": 401, "x": 403, ".": 404}
API = "api/v1/"


@functools.cache
def _marks() -> dict[tuple[str, str], dict[str, str]]:
    """By address and verb: the mark each person has to get."""
    who, marks = [roles.name(part) for part in roles.EVERYBODY], {}
    for route in ROUTES:
        if not route.address.startswith(API):
            continue
        path = re.sub(r"<\w+:\w+>", "{}", route.address.removeprefix(API))
        for method, expected in (("get", route.get), ("post", route.post)):
            marks[path, method] = dict(zip(who, expected.replace(" ", ""), strict=bool(expected)))
    return marks


def status_there(path: str, method: str, name: str) -> int:
    """The status that this person's equal has to get there; 0 when they are not asked, or for any other answer."""
    mark = _marks().get((path, method), {}).get(THERE.get(name, ""), "")
    return STATUS.get(mark, 0)
