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
  #  5xx                              *  not asked: the answer is Stripe's, over a commit of its own; the walk in the browser does it

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


# fmt: off
ROUTES = (
    # For machines, and signing in (allauth; every form of it is in our words)
    public("healthz"),
    public("metrics"),  # asked from this machine: config/metrics.py says who else may not
    page("readyz", "###### ##########"),  # no worker runs in these tests, and it says so
    page("accounts/login/", "+>>>>> >>>>>>>>>>"),
    page("accounts/logout/", ">+++++ ++++++++++", ">>>>>> >>>>>>>>>>"),
    public("accounts/inactive/"),
    page("accounts/signup/", "+>>>>> >>>>>>>>>>"),
    own("accounts/reauthenticate/"),
    own("accounts/email/", "i>>>>> >>>>>>>>>>"),
    public("accounts/confirm-email/"),
    page("accounts/^confirm-email/(?P<key>[-:\\w]+)/$", EVERYBODY, key="MQ"),
    own("accounts/password/change/"),
    page("accounts/password/set/", "i>>>>> >>>>>>>>>>"),
    public("accounts/password/reset/"),
    page("accounts/login/code/confirm/", "i>>>>> >>>>>>>>>>"),
    page("accounts/phone/verify/", "i>>>>> >>>>>>>>>>"),
    own("accounts/phone/change/"),
    page("accounts/password/reset/confirm/", "iiiiii iiiiiiiiii"),
    page("accounts/password/reset/complete/", ">>>>>> >>>>>>>>>>"),
    public("accounts/password/reset/done/"),
    page("accounts/login/code/", "+>>>>> >>>>>>>>>>"),
    own("accounts/2fa/"),
    page("accounts/2fa/authenticate/", "i>>>>> >>>>>>>>>>"),
    page("accounts/2fa/reauthenticate/", "iiiiii iiiiiiiiii"),
    page("accounts/2fa/totp/activate/", "iiiiii iiiiiiiiii"),
    page("accounts/2fa/totp/deactivate/", "i..... .........."),
    page("accounts/2fa/recovery-codes/", "i..... .........."),
    page("accounts/2fa/recovery-codes/generate/", "iiiiii iiiiiiiiii"),
    page("accounts/2fa/recovery-codes/download/", "i..... .........."),
    page("stripe/webhook/platform", PRESS_ONLY_FOR_ALL, ANYBODY_ASKS),  # unsigned: 400
    page("stripe/webhook/connect", PRESS_ONLY_FOR_ALL, ANYBODY_ASKS),
    # For everybody
    public("", tells="Amina|Halima"),  # the front door tells of a group like theirs
    public("how-it-works/"),
    public("help/"),
    public("worried/", ANYBODY_ASKS),
    public("worried/sent/"),
    public("paper/"),
    public("paper/<slug:name>/", name="start-a-group"),
    public("accessibility/"),
    public("privacy/"),
    page("easy-view/", PRESS_ONLY_FOR_ALL, ">>>>>> >>>>>>>>>>"),
    public("style/", tells="Amina|Halima|Halima Noor|Yusuf Ali|Farah|Our Own Words"),  # made-up people stand in the parts it shows
    public("near/"),
    public("near/missing/", ANYBODY_ASKS),
    public("near/missing/told/"),
    public("services/<int:pk>/", pk="service"),
    # Making a page of one's own; my own page
    page("join/", "+>>>>> >>>>>>>>>>", "?>>>>> >>>>>>>>>>"),
    own("join/helper/", SIGNED_IN_ASKS),
    page("start/", "i++>>> +++>>>>>>+"),
    press("start/asked/<int:pk>/stop/", "i.>... ..........", pk="wish of Mary"),
    own("me/"),
    own("me/reach/", SIGNED_IN_ASKS),
    own("me/words/", SIGNED_IN_ASKS),
    own("me/away/", SIGNED_IN_ASKS),
    press("me/back/", "i>>>>> >>>>>>>>>>"),
    own("me/picture/", SIGNED_IN_ASKS),
    press("me/helpers/<int:pk>/end/", "i..... .........>", pk="helper"),
    # Budgets, groups, promises
    own("budget/"),
    own("budget/add/", SIGNED_IN_ASKS),
    page("budget/<int:pk>/change/", "i..... .........+", "i..... .........?", pk="budget"),
    own("groups/"),
    own("groups/new/", SIGNED_IN_ASKS),
    page("groups/<int:pk>/", "i..... +++..+..++", pk="group"),
    page("groups/<int:pk>/rules/", "i..... +++..+..++", pk="group"),
    page("groups/<int:pk>/helper/", "i..... +++..+..++", "i..... >>.......>", sent="a helper", pk="group"),
    page("groups/<int:pk>/invite/", "i..... +++..+..++", "i..... ??...?...?", sent={"reach": "stella@example.com"}, pk="group"),
    page("groups/<int:pk>/meet/", "i.+++. ++++++++++", "i.???. ??????????", pk="the garden"),
    page("groups/people/<int:pk>/answer/", "i..... +++..+..++", "i..... >>?..?..?>", sent={"yes": "yes"}, pk="place of Dev, who is asked in"),
    page("groups/people/<int:pk>/join/", "i..... .........+", "i..... .........?", pk="place"),
    press("groups/people/<int:pk>/stop/", "i..... .........>", pk="place"),
    press("groups/people/<int:pk>/welcome/", "i..... >>>..>..>>", pk="place of Yusuf"),
    press("groups/people/<int:pk>/leave/", "i..... .........>", pk="place"),
    page("groups/<int:pk>/promise/", "i..... ++.......+", "i..... ??.......?", pk="group"),
    press("promises/<int:pk>/stop/", "i..... .........>", pk="promise"),
    # Choosing who comes, the own yes
    page("groups/<int:pk>/choose/", "i..... +++..+..++", pk="group"),
    page("groups/<int:pk>/choose/<int:listing>/", "i..... +++..+..++", "i..... >>...>...>", sent="a wish", pk="group", listing="service"),
    page("agreements/<int:pk>/", "i..... +++++++.++", pk="agreement"),
    page("agreements/<int:pk>/yes/", "i..... ++.......+", "i..... ??.......?", pk="agreement"),
    press("agreements/<int:pk>/not-this-time/", "i..... >>.......>", pk="agreement"),
    page("agreements/<int:pk>/family/", "i..... ++.......+", "i..... ??.......?", pk="agreement"),
    # Money
    own("money/"),
    own("money/payments/"),
    page("money/back/<int:membership>/<int:portion>/", "i..... .........+", "i..... .........?", membership="place", portion="part"),
    own("money/idle/"),
    own("statements/"),
    page("statements/holder/<int:pk>/", "i..... ...+....+.", pk="circle"),
    page("statements/provider/<int:pk>/", "i..... ......+.+.", pk="shop"),
    page("statements/group/<int:pk>/", "i..... ........+.", pk="group"),
    page("statements/council/<slug:code>/", "i..... ........+.", code="home council"),
    page("money/idle/<int:pk>/", "i..... .........+", "i..... .........>", sent={"answer": "keep"}, pk="idle money"),
    own("payments/"),
    page("payments/<int:pk>/", "i..... ..+.....++", pk="call"),
    press("payments/<int:pk>/card/", "i..... .........*", pk="call"),
    press("payments/<int:pk>/bank/", "i..... .........*", pk="call"),
    press("payments/<int:pk>/app/", "i..... .........*", pk="call"),
    press("payments/<int:pk>/debit/", "i..... .........>", pk="call"),
    press("payments/<int:pk>/debit/new/", "i..... .........>", pk="call"),
    page("payments/<int:pk>/debit/back/", "i..... ..>.....>>", pk="call"),
    press("payments/<int:pk>/stop/", "i..... .........>", pk="call"),
    press("payments/<int:pk>/over/", "i..... .........>", pk="call"),
    page("payments/<int:pk>/after/", "i..... ..+.....++", pk="call"),
    # Saying what happened
    own("visits/"),
    page("visits/<int:pk>/away/<int:share>/", "i..... ..+......+", "i..... .........>", pk="visit to come", share="share to come"),
    page("weeks/<int:pk>/", "i..... ..+......+", "i..... ..+......>", sent="a yes", pk="share"),  # to Nasra it says who may answer
    page("weeks/<int:pk>/wrong/", "i..... ..>......+", "i..... ..>......?", pk="paid without an answer"),
    page("questions/<int:pk>/", "i..... .+..+++.+.", pk="question of Halima"),
    page("questions/<int:pk>/reply/", "i..... ......+...", "i..... ......?...", pk="question of Halima"),
    page("questions/<int:pk>/split/", "i..... .+....+...", "i..... .?....?...", pk="question of Halima"),
    # Those who help for pay: each their own business
    public("provider/join/"),
    page("provider/join/<slug:name>/", "i++>++ ++++++>+++", "i??>?? ??????>???", name="work"),
    page("provider/", "i>>+>> >>>>>>+>>>"),
    page("provider/money/", "i..+.. ......+..."),
    page("provider/bank/", "i..+.. ......+...", "i..*.. ......*..."),
    page("provider/bank/back/", "i..*.. ......*..."),
    page("provider/agreements/", "i..+.. ......+..."),
    page("provider/agreements/<int:pk>/", "i..... ......+...", pk="agreement"),
    press("provider/agreements/<int:pk>/yes/", "i..... ......>...", pk="agreement"),
    page("provider/agreements/<int:pk>/no/", "i..... ......+...", "i..... ......?...", pk="agreement"),
    page("provider/agreements/<int:pk>/stop/", "i..... ......+...", "i..... ......>...", pk="agreement"),
    page("provider/visits/", "i..+.. ......+..."),
    page("provider/visits/<int:pk>/", "i..... ......+...", pk="visit to come"),
    page("provider/visits/<int:pk>/later/", "i..... ......+...", "i..... ......?...", pk="visit to come"),
    page("provider/visits/<int:pk>/who/", "i..... ......+...", "i..... ......?...", pk="visit to come"),
    page("provider/weeks/<int:pk>/", "i..... ......+...", pk="week"),
    page("provider/weeks/<int:pk>/send/", "i..... ......>...", pk="week"),
    page("provider/weeks/<int:pk>/short/", "i..... ......>...", pk="week to come"),
    page("provider/weeks/<int:pk>/stop/", "i..... ......>...", pk="week to come"),
    page("provider/weeks/<int:pk>/call-off/", "i..... ......+...", "i..... ......>...", pk="week to come"),
    page("provider/about/", "i..+.. ......+...", "i..?.. ......?..."),
    page("provider/people/", "i..+.. ......+..."),
    page("provider/people/add/", "i..+.. ......+...", "i..?.. ......?..."),
    page("provider/people/<int:pk>/leaves/", "i..... ......+...", "i..... ......>...", pk="worker"),
    page("provider/checks/", "i..+.. ......+..."),
    page("provider/checks/<slug:kind>/", "i..+.. ......+...", "i..?.. ......?...", kind="insurance"),
    page("provider/checks/<slug:kind>/<int:worker>/", "i..... ......+...", "i..... ......?...", kind="identity", worker="worker"),
    page("provider/services/", "i..+.. ......+..."),
    page("provider/services/new/", "i..+.. ......+...", "i..?.. ......?..."),
    page("provider/services/<int:pk>/", "i..... ......+...", "i..... ......?...", pk="service"),
    press("provider/services/<int:pk>/show/", "i..... ......>...", pk="service"),
    press("provider/services/<int:pk>/hide/", "i..... ......>...", pk="service"),
    # Those who look after money, help groups, run the site, plan for a council
    page("looking-after/", "i...+. ...++....."),
    page("looking-after/orders/<int:pk>/", "i..... ....+.....", "i..... ....?.....", pk="order of Halima"),
    page("looking-after/<int:pk>/money/", "i..... ...+......", pk="circle"),
    page("looking-after/<int:pk>/money/in/", "i..... ...+......", "i..... ...?......", pk="circle"),
    page("looking-after/<int:pk>/money/stop/", "i...m. ...mm.....", "i..... ...*......", pk="circle"),
    page("looking-after/<int:pk>/money/over/", "i...m. ...mm.....", "i..... ...>......", pk="circle"),
    page("looking-after/<int:pk>/money/out/", "i..... ...+......", "i..... ...?......", sent={"_confirm": "yes"}, pk="circle"),
    page("looking-after/<int:pk>/money/back/", "i..... ...+......", "i..... ...?......", pk="circle"),
    page("looking-after/<int:pk>/money/back/<int:move>/keep/", "i...m. ...mm.....", "i..... ...>......", pk="circle", move="sum sent back"),
    page("looking-after/budgets/<int:pk>/", "i..... ....+.....", "i..... ....?.....", pk="budget of Nasra"),
    page("helping/", "i..... .....+...."),
    page("helping/people/<int:pk>/", "i..... .....+..+.", "i..... .....?..?.", pk="person"),
    page("helping/people/met/", "i..... .....+..+.", "i..... .....?..?."),
    page("helping/letters/<int:pk>/", "i..... .....+..+.", "i..... .....?..?.", pk="budget"),
    page("weeks/<int:pk>/ask/", "i..... ...+.+....", "i..... ...?.?....", pk="answer of Yusuf"),
    page("weeks/<int:pk>/second/", "i..... ....++..+.", "i..... ....>>..>.", pk="yes of Halima"),
    page("weeks/<int:pk>/wait/", "i..... ....+...+.", "i..... ....?...?.", pk="yes of Halima"),
    page("weeks/<int:pk>/late/", "i..... ....+...+.", "i..... ....?...?.", pk="late question of Halima"),
    page("questions/<int:pk>/decide/", "i..... ....+...+.", "i..... ....?...?.", pk="question of Halima"),
    page("second/<int:pk>/", "i..... ....+...+.", "i..... ....?...?.", pk="second yes"),
    page("operator/", "i..... ........+."),
    page("operator/papers/", "i..... ........+."),
    page("operator/papers/<int:pk>/", "i..... ........+.", "i..... ........?.", pk="paper to look at"),
    page("operator/questions/", "i..... ........+."),
    page("operator/second/", "i..... ........+."),
    page("operator/worries/", "i..... ........+."),
    page("operator/people/", "i..... ........+."),
    page("operator/alarms/<int:pk>/", "i..... ........+.", "i..... ........>.", pk="alarm"),
    page("operator/calls/<uuid:pk>/", "i..... ........m.", "i..... ........*.", pk="call to Stripe"),
    page("operator/payments/", "i..... ........+."),
    page("operator/payments/<int:pk>/", "i..... ........+.", "i..... ........?.", pk="remittance that waits"),
    page("operator/ways/", "i..... ........+.", "i..... ........?."),
    page("operator/money/", "i..... ........+.", "i..... ........?."),
    page("operator/books/", "i..... ........+.", "i..... ........?."),
    page("operator/check-now/", "i..... ........m.", "i..... ........*."),
    page("operator/lists/<slug:name>/", "i..... ........+.", name="alarms"),
    page("operator/lists/<slug:name>/<str:pk>/", "i..... ........+.", "i..... ........?.", name="old-money", pk="old lot"),
    page("operator/lists/<slug:name>/<str:pk>/once/", "i..... ........m.", "i..... ........>.", name="inbox", pk="event"),
    page("council/", "i....+ .......+.."),
    page("council/asked.csv", "i....+ .......+.."),
    # The API: the same rooms, the same rules
    page("api/v1/token/", PRESS_ONLY_FOR_ALL, "?***** **********"),  # asked twice, it slows down
    own("api/v1/me/"),
    public("api/v1/councils/"),
    public("api/v1/councils/<slug:pk>/", pk="home council"),
    public("api/v1/organisations/"),
    public("api/v1/organisations/<int:pk>/", pk="circle"),
    act("api/v1/people/vouch/", SIGNED_IN_ASKS),
    own("api/v1/supporters/", SIGNED_IN_ASKS),
    page("api/v1/supporters/<int:pk>/", "i..... ..+.....++", pk="helper"),
    act("api/v1/supporters/<int:pk>/confirm/", "i..... ..x.....++", pk="helper"),
    act("api/v1/supporters/<int:pk>/end/", "i..... ..+.....++", pk="helper"),
    own("api/v1/approvals/"),
    own("api/v1/approvals/to-answer/"),
    page("api/v1/approvals/<int:pk>/", "i..... .+..+...+.", pk="second yes"),
    act("api/v1/approvals/<int:pk>/refuse/", "i..... .x..+...+.", pk="second yes"),
    act("api/v1/approvals/<int:pk>/give/", "i..... .x..+...+.", pk="second yes"),
    own("api/v1/concerns/", ANYBODY_ASKS),
    public("api/v1/terms/"),
    public("api/v1/terms/<int:pk>/", pk="word"),
    public("api/v1/outcodes/"),
    public("api/v1/outcodes/<slug:pk>/", pk="SE15"),
    public("api/v1/enterprises/", SIGNED_IN_ASKS),
    public("api/v1/enterprises/<int:pk>/", pk="shop"),
    page("api/v1/enterprises/<int:pk>/checks-left/", "i..... ......+.+.", pk="shop"),
    act("api/v1/enterprises/<int:pk>/onboard/", "ixxxxx xxxxxx*xxx", pk="shop"),
    page("api/v1/enterprises/<int:pk>/payee/", "i..... ......+.+.", pk="shop"),
    page("api/v1/enterprises/<int:pk>/remittances/", "i..... ......+.+.", pk="shop"),
    act("api/v1/enterprises/<int:pk>/resume/", "ixxxxx xxxxxxxx+x", pk="shop"),
    act("api/v1/enterprises/<int:pk>/suspend/", SIGNED_IN_ASKS, pk="shop"),
    public("api/v1/workers/", SIGNED_IN_ASKS),
    public("api/v1/workers/<int:pk>/", pk="worker"),
    act("api/v1/workers/<int:pk>/leave/", "ixxxxx xxxxxx+x+x", pk="worker"),
    own("api/v1/checks/", SIGNED_IN_ASKS),
    page("api/v1/checks/<int:pk>/", "i..... ......+.+.", pk="paper to look at"),
    act("api/v1/checks/<int:pk>/confirm/", "i..... ......?.?.", pk="paper to look at"),
    act("api/v1/checks/<int:pk>/refuse/", "i..... ......?.?.", pk="paper to look at"),
    public("api/v1/listings/", SIGNED_IN_ASKS),
    page("api/v1/listings/near/", ANYBODY_ASKS),
    public("api/v1/listings/<int:pk>/", pk="service"),
    act("api/v1/listings/<int:pk>/pause/", "ixxxxx xxxxxx+x+x", pk="service"),
    act("api/v1/listings/<int:pk>/publish/", "ixxxxx xxxxxx+xxx", pk="service"),
    own("api/v1/budgets/", SIGNED_IN_ASKS),
    page("api/v1/budgets/<int:pk>/", "i..... ..+..+..++", pk="budget"),
    act("api/v1/budgets/<int:pk>/revise/", "i..... ..?..?..??", pk="budget"),
    act("api/v1/budgets/<int:pk>/vouch/", "i..... ..?..?..??", pk="budget"),
    own("api/v1/portions/"),
    page("api/v1/portions/<int:pk>/", "i..... ..+.....++", pk="part"),
    public("api/v1/funding-modes/", SIGNED_IN_ASKS),
    public("api/v1/funding-modes/<int:pk>/", pk="mode"),
    own("api/v1/clusters/", SIGNED_IN_ASKS),
    own("api/v1/clusters/listed/"),
    page("api/v1/clusters/<int:pk>/", "i..... +++..+..++", pk="group"),
    act("api/v1/clusters/<int:pk>/apply/", "i..... !!!..!..!!", pk="group"),
    act("api/v1/clusters/<int:pk>/ask-facilitator/", "i..... ???..?..??", pk="group"),
    page("api/v1/clusters/<int:pk>/facilitators/", "i..... +++..+..++", pk="group"),
    act("api/v1/clusters/<int:pk>/invite/", "i..... ???..?..??", pk="group"),
    page("api/v1/clusters/<int:pk>/money/", "i..... +++..+..++", pk="group"),
    own("api/v1/charters/"),
    page("api/v1/charters/<int:pk>/", "i..... +++..+..++", pk="rules"),
    own("api/v1/memberships/"),
    own("api/v1/memberships/questions/"),
    page("api/v1/memberships/<int:pk>/", "i..... +++..+..++", pk="place"),
    act("api/v1/memberships/<int:pk>/accept-charter/", "i..... xxx..x..x!", pk="place"),
    act("api/v1/memberships/<int:pk>/decline/", "i..... xxx..x..x!", pk="place"),
    act("api/v1/memberships/<int:pk>/leave-now/", "i..... xxx..x..x!", pk="place"),
    act("api/v1/memberships/<int:pk>/answer/", "i..... ???..?..??", pk="place"),
    act("api/v1/memberships/<int:pk>/welcome/", "i..... !!!..!..!!", pk="place"),
    act("api/v1/memberships/<int:pk>/withdraw/", "i..... xxx..x..x!", pk="place"),
    own("api/v1/pledges/", SIGNED_IN_ASKS),
    act("api/v1/pledges/quote/", SIGNED_IN_ASKS),
    page("api/v1/pledges/<int:pk>/", "i..... ..+.....++", pk="promise"),
    act("api/v1/pledges/<int:pk>/cancel/", "i..... ..x.....x!", pk="promise"),
    act("api/v1/pledges/<int:pk>/revise/", "i..... ..?.....??", pk="promise"),
    own("api/v1/calls/"),
    page("api/v1/calls/<int:pk>/", "i..... ..+.....++", pk="call"),
    act("api/v1/calls/<int:pk>/accept-order/", "i..... ..?.....??", pk="call"),
    act("api/v1/calls/<int:pk>/call-again/", "i..... ..?.....??", pk="call"),
    act("api/v1/calls/<int:pk>/pay-bill/", "i..... ..x.....x!", pk="call"),
    act("api/v1/calls/<int:pk>/pay-by-bank/", "i..... ..x.....x*", pk="call"),
    act("api/v1/calls/<int:pk>/pay-by-card/", "i..... ..x.....x*", pk="call"),
    act("api/v1/calls/<int:pk>/pay-by-app/", "i..... ..x.....x*", pk="call"),
    act("api/v1/calls/<int:pk>/pay-by-debit/", "i..... ..x.....x!", pk="call"),
    act("api/v1/calls/<int:pk>/set-up-debit/", "i..... ..x.....x!", pk="call"),
    act("api/v1/calls/<int:pk>/stop-payment/", "i..... ..x.....x+", pk="call"),
    act("api/v1/calls/<int:pk>/send-cash-back/", "i..... ..x.....x!", pk="call"),
    page("api/v1/calls/<int:pk>/ways/", "i..... ..+.....++", pk="call"),
    page("api/v1/calls/<int:pk>/payments/", "i..... ..+.....++", pk="call"),
    act("api/v1/calls/<int:pk>/refresh/", "i..... ..+.....++", pk="call"),
    own("api/v1/holders/"),
    own("api/v1/money/"),
    own("api/v1/holds/"),
    page("api/v1/holds/<int:pk>/", "i..... ..+.....++", pk="hold"),
    own("api/v1/wallets/"),
    page("api/v1/wallets/<int:pk>/", "i..... ...+......", pk="circle"),
    page("api/v1/wallets/<int:pk>/needs/", "i..... ...+......", pk="circle"),
    act("api/v1/wallets/<int:pk>/pay-in/", "i..... ...?......", pk="circle"),
    act("api/v1/wallets/<int:pk>/stop/", "i..... ...+......", pk="circle"),
    act("api/v1/wallets/<int:pk>/hand-out/", "i..... ...?......", pk="circle"),
    act("api/v1/wallets/<int:pk>/send-back/", "i..... ...?......", pk="circle"),
    act("api/v1/wallets/<int:pk>/send-cash-back/", "i..... ...!......", pk="circle"),
    own("api/v1/wallet-moves/"),
    page("api/v1/wallet-moves/<int:pk>/", "i..... ...+....+.", pk="sum sent back"),
    act("api/v1/wallet-moves/<int:pk>/keep/", "i..... ...!....x.", pk="sum sent back"),
    public("api/v1/way-switches/", SIGNED_IN_ASKS),
    public("api/v1/way-switches/<int:pk>/", pk="way switch"),
    own("api/v1/idle-offers/"),
    page("api/v1/idle-offers/<int:pk>/", "i..... ..+.....++", pk="idle money"),
    act("api/v1/idle-offers/<int:pk>/send-back/", "i..... ..x.....x?", pk="idle money"),
    act("api/v1/idle-offers/<int:pk>/keep-here/", "i..... ..x.....x+", pk="idle money"),
    own("api/v1/withdrawals/", SIGNED_IN_ASKS),
    page("api/v1/withdrawals/<int:pk>/", "i..... ..+.....++", pk="money going back"),
    act("api/v1/withdrawals/<int:pk>/keep/", "i..... ..x.....x!", pk="money going back"),
    own("api/v1/needs/", ANYBODY_ASKS),
    page("api/v1/needs/<int:pk>/", "i.+... ..........", pk="wish of Mary"),
    act("api/v1/needs/<int:pk>/met-freely/", "i.!... ..........", pk="wish of Mary"),
    act("api/v1/needs/<int:pk>/share/", "i.?... ..........", pk="wish of Mary"),
    act("api/v1/needs/<int:pk>/withdraw/", "i.+... ..........", pk="wish of Mary"),
    own("api/v1/to-do/"),
    own("api/v1/agreements/", SIGNED_IN_ASKS),
    act("api/v1/agreements/quote/", SIGNED_IN_ASKS),
    page("api/v1/agreements/<int:pk>/", "i..... +++++++.++", pk="agreement"),
    act("api/v1/agreements/<int:pk>/ask-exception/", "i..... ???????.??", pk="agreement"),
    act("api/v1/agreements/<int:pk>/decline/", "i..... !!.......!", pk="agreement"),
    act("api/v1/agreements/<int:pk>/end-early/", "i..... ???????.??", pk="agreement"),
    act("api/v1/agreements/<int:pk>/provider-refuse/", "i..... ???????.??", pk="agreement"),
    act("api/v1/agreements/<int:pk>/provider-sign/", "i..... ???????.??", pk="agreement"),
    act("api/v1/agreements/<int:pk>/resume/", "i..... xxxxxxx.!x", pk="agreement"),
    act("api/v1/agreements/<int:pk>/sign/", "i..... ???????.??", pk="agreement"),
    act("api/v1/agreements/<int:pk>/suspend/", "i..... ???????.??", pk="agreement"),
    own("api/v1/payers/"),
    page("api/v1/payers/<int:pk>/", "i..... ..+..+..++", pk="part in it"),
    own("api/v1/milestones/"),
    page("api/v1/milestones/<int:pk>/", "i..... +++++++.++", pk="week"),
    act("api/v1/milestones/<int:pk>/call-off/", "i..... xxxxxx!.xx", pk="week"),
    act("api/v1/milestones/<int:pk>/go-ahead/", "i..... xxxxxx!.xx", pk="week"),
    act("api/v1/milestones/<int:pk>/say-no/", "i..... xxxxxx!.xx", pk="week"),
    act("api/v1/milestones/<int:pk>/stop-work/", "i..... xxxxxx!.xx", pk="week"),
    act("api/v1/milestones/<int:pk>/submit/", "i..... xxxxxx!.xx", pk="week"),
    own("api/v1/visits/"),
    act("api/v1/visits/begin/", SIGNED_IN_ASKS),
    own("api/v1/visits/coming/"),
    act("api/v1/visits/record-later/", SIGNED_IN_ASKS),
    page("api/v1/visits/<int:pk>/", "i..... ..+..++.++", pk="visit to come"),
    act("api/v1/visits/<int:pk>/away/", "i..... ..?..??.??", pk="visit to come"),
    act("api/v1/visits/<int:pk>/finish/", "i..... ..x..x!.xx", pk="visit to come"),
    act("api/v1/visits/<int:pk>/name-worker/", "i..... ..?..??.??", pk="visit to come"),
    act("api/v1/visits/<int:pk>/write-end/", "i..... ..?..??.??", pk="visit to come"),
    own("api/v1/shares/"),
    page("api/v1/shares/<int:pk>/", "i..... ..+..++.++", pk="share"),
    act("api/v1/shares/<int:pk>/agree-to-large-payment/", "i..... ..!..!x.!x", pk="share"),
    act("api/v1/shares/<int:pk>/confirm-decision/", "i..... ..?..??.??", pk="share"),
    act("api/v1/shares/<int:pk>/confirm-dismissal/", "i..... ..?..??.??", pk="share"),
    act("api/v1/shares/<int:pk>/confirm-hold-back/", "i..... ..x..xx.!x", pk="share"),
    act("api/v1/shares/<int:pk>/not-sure/", "i..... ..x..xx.x+", pk="share"),
    act("api/v1/shares/<int:pk>/propose-decision/", "i..... ..?..??.??", pk="share"),
    act("api/v1/shares/<int:pk>/propose-dismissal/", "i..... ..?..??.??", pk="share"),
    act("api/v1/shares/<int:pk>/propose-hold-back/", "i..... ..?..??.??", pk="share"),
    act("api/v1/shares/<int:pk>/query-late/", "i..... ..?..??.??", pk="share"),
    act("api/v1/shares/<int:pk>/question/", "i..... ..?..??.??", pk="share"),
    act("api/v1/shares/<int:pk>/record-for-person/", "i..... ..?..??.??", pk="share"),
    act("api/v1/shares/<int:pk>/refuse-dismissal/", "i..... ..x..xx.!x", pk="share"),
    act("api/v1/shares/<int:pk>/refuse-decision/", "i..... ..!..!!.!!", pk="share"),
    act("api/v1/shares/<int:pk>/reply/", "i..... ..?..??.??", pk="share"),
    act("api/v1/shares/<int:pk>/answer/", "i..... ..?..??.??", pk="share"),
    act("api/v1/shares/<int:pk>/settle/", "i..... ..?..??.??", pk="share"),
    act("api/v1/shares/<int:pk>/yes/", "i..... ..x..xx.x+", pk="share"),
    page("api/v1/enterprises/<int:pk>/money/", "i..... ......+.+.", pk="shop"),
    page("api/v1/enterprises/<int:pk>/weeks/", "i..... ......?.?.", pk="shop"),
    own("api/v1/payments/"),
    page("api/v1/payments/<uuid:pk>/", "i..... ........++", pk="card payment"),
    act("api/v1/payments/<uuid:pk>/refresh/", "i..... ........**", pk="card payment"),
    page("api/v1/top-ups/", "ixxxxx xxxxxxxxmx", "ixxxxx xxxxxxxx?x"),
    page("api/v1/floats/<slug:pk>/", "ixxxxx xxxxxxxx+x", pk="home council"),
    own("api/v1/alarms/"),
    page("api/v1/alarms/<int:pk>/", "i..... ........+.", pk="alarm"),
    act("api/v1/alarms/<int:pk>/close/", "i..... ........+.", pk="alarm"),
    own("api/v1/remittances/"),
    page("api/v1/remittances/<int:pk>/", "i..... ........+.", pk="remittance that waits"),
    act("api/v1/remittances/<int:pk>/ask/", "i..... ........?.", pk="remittance that waits"),
    act("api/v1/remittances/<int:pk>/give-up/", "i..... ........!.", pk="remittance that waits"),
    act("api/v1/remittances/<int:pk>/hold/", "i..... ........!.", pk="remittance that waits"),
    act("api/v1/remittances/<int:pk>/unhold/", "i..... ........!.", pk="remittance that waits"),
    own("api/v1/refunds/"),
    page("api/v1/refunds/<int:pk>/", "i..... ........+.", pk="refund"),
    own("api/v1/stripe-events/"),
    page("api/v1/stripe-events/<str:pk>/", "i..... ........+.", pk="event"),
    act("api/v1/stripe-events/<str:pk>/retry/", "i..... ........+.", pk="event"),
    own("api/v1/stripe-lines/"),
    page("api/v1/stripe-lines/<str:pk>/", "i..... ........+.", pk="line"),
    own("api/v1/reconcile-runs/"),
    page("api/v1/reconcile-runs/<int:pk>/", "i..... ........+.", pk="run"),
    own("api/v1/disputes/"),
    page("api/v1/disputes/<int:pk>/", "i..... ........+.", pk="dispute"),
    own("api/v1/recoveries/"),
    page("api/v1/recoveries/<int:pk>/", "i..... ........+.", pk="recovery"),
    own("api/v1/lots/"),
    page("api/v1/lots/<uuid:pk>/", "i..... ........+.", pk="old lot"),
    act("api/v1/lots/<uuid:pk>/propose/", "i..... ........?.", pk="old lot"),
    own("api/v1/statements/"),
    page("api/v1/statements/holder/<int:number>/", "i..... ...+....+.", number="circle"),
    page("api/v1/statements/provider/<int:number>/", "i..... ......+.+.", number="shop"),
    page("api/v1/statements/group/<int:number>/", "i..... ........+.", number="group"),
    page("api/v1/statements/council/<slug:code>/", "i..... ........+.", code="home council"),
    own("api/v1/books/"),
    page("api/v1/books/<slug:pk>/", "i..... ........+.", pk="home council"),
    act("api/v1/books/<slug:pk>/propose/", "i..... ........?.", pk="home council"),
    act("api/v1/books/<slug:pk>/close/", "i..... ........?.", pk="home council"),
    own("api/v1/operations/"),
    page("api/v1/operations/<uuid:pk>/", "i..... ........+.", pk="call to Stripe"),
    own("api/v1/entries/"),
    page("api/v1/entries/<int:pk>/", "i..... ........+.", pk="entry"),
    own("api/v1/deliveries/"),
    page("api/v1/deliveries/<int:pk>/", "i..... ........+.", pk="news"),
    act("api/v1/people/", "?***** **********"),  # slows down too
    public("api/v1/", tells="Amina|amina@example.com"),  # its examples are of made-up people
    public("api/v1/schema/"),
    page("api/v1/^.+$", "...... .........."),  # anything else
)
# fmt: on

# There in the demo only; the browser walk uses them.
DEMO = (
    Route("demo/clock/", ""),
    Route("demo/switch/", ""),
    Route("demo/outbox/", ""),
    Route("demo/bank/<uuid:pk>/", "", about={"pk": "bank payment of Yusuf"}),
)

# What stands in which page nobody else may read: the words, and who may. First names are known in the group, by who helps it, visits it or decides.
SECRETS: Mapping[str, str] = {
    "amina@example.com": "Amina Olive",
    "halima@example.com": "Halima Olive",
    "long walk home": "Yusuf",  # the words that stand in every message to him
    "seven dates": "Halima",
    "£250.00": "Yusuf Sam Ruth Olive",  # his budget, and nobody else's sum
    "had to go": "Halima Colin Ruth Hodan Olive",  # what Halima asks about
    "walked to Rye": "Yusuf Halima Nasra Hodan Amina",  # what the visitor wrote down: private to who was visited
    "Our Own Words": "Yusuf Halima Nasra Sam Colin Ruth Olive Amina",
    "Farah": "Nasra Ruth Olive Amina",
    "Yusuf Ali": "Yusuf Sam Ruth Olive",
    "Halima Noor": "Halima Colin Ruth Olive",
    "Amina": "Yusuf Halima Nasra Ruth Hodan Olive Amina",
    "Halima": "Yusuf Halima Nasra Colin Ruth Hodan Olive Amina",
    "SWK-2026": "Halima Colin Hodan Olive",  # the council's order
    "020 7525 0001": "Yusuf Halima Nasra Hodan Amina",  # whom to ring when nobody can come
    "to swim with": "Mary Olive",  # her wish in her own words; the council gets a count
    "acct_": "Olive",  # Stripe's names of things are nobody's business
    "cus_": "Olive",
    "pi_": "Olive",
}
