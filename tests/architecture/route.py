"""Every address of the site, and what each person gets there. test_roles_and_routes.py asks for all of them.

Sixteen letters a line, one a person (tests/architecture/roles.py). First those who have no business with the group "Our Own Words":

  nobody (not signed in), Stella (lives in another council), Mary (in another group), Fatuma (another provider),
  Kofi (another organisation that looks after money), Lena (plans for another council);

then those who have some part in it:

  Yusuf, Halima (pay with Amina), Nasra (Amina's sister, sits beside her), Sam (looks after Yusuf's money), Colin (after Halima's),
  Ruth (helps the group), Hodan (the provider), Priya (plans for this council), Olive (runs the site), Amina (whose things they are).

  +  gets it                          i  is sent to sign in (API: 401)     m  405: this address is for another verb
  .  404: even whether it exists      >  is sent on to another page        ?  422 or 400: what was sent was not good enough to act on
     is private                       x  403                               !  409: a sentence says why not
  <  sent back to a page that says     #  5xx
     why not; nothing was written      *  not asked: the answer is Stripe's, over a commit of its own; the walk in the browser does it

`post` is there where a press changes something; what is pressed is taken back after each question. `sent` is what is sent with it: by itself,
or a name from roles.things(); without it nothing is sent, so the right person gets "?" and the wrong one is turned away before anybody looks at it.
`about` names the things that fill the address in.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

EVERYBODY = "++++++ ++++++++++"
SIGNED_IN = "i+++++ ++++++++++"
ANYBODY_ASKS = "?????? ??????????"
SIGNED_IN_ASKS = "i????? ??????????"
PRESS_ONLY = "immmmm mmmmmmmmmm"
PRESS_ONLY_FOR_ALL = "mmmmmm mmmmmmmmmm"


@dataclass(frozen=True)
class Route:
    """One address, as it is written where it is made. `tells`: secrets it may tell everybody, with | between, and why is said beside it."""

    address: str
    get: str
    post: str = ""
    sent: Mapping[str, Any] | str | None = None
    about: Mapping[str, str] = field(default_factory=dict)
    tells: str = ""

    @property
    def title(self) -> str:
        return self.address or "(home)"


def public(address: str, post: str = "", tells: str = "", **about: str) -> Route:
    """Everybody reads it."""
    return Route(address, EVERYBODY, post, about=about, tells=tells)


def own(address: str, post: str = "") -> Route:
    """Everybody who is signed in, each sees their own."""
    return Route(address, SIGNED_IN, post)


def press(address: str, post: str, **about: str) -> Route:
    """A button on another page."""
    return Route(address, PRESS_ONLY, post, about=about)


def act(address: str, post: str, sent: Mapping[str, Any] | str | None = None, **about: str) -> Route:
    """Of the API: something done, never read."""
    return Route(address, "", post, sent, about)


def page(address: str, get: str, post: str = "", sent: Mapping[str, Any] | str | None = None, **about: str) -> Route:
    return Route(address, get, post, sent, about)
