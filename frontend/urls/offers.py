"""Sealed offers: a provider's own, and the group's way to a choice."""

from django.urls import path

from frontend.views import choosing, sealed

urlpatterns = [
    path("provider/wanted/", sealed.wanted, name="provider-wanted"),
    path("provider/wanted/<int:pk>/offer/", sealed.ready, name="offer-ready"),
    path("provider/wanted/parts/<int:pk>/send/", sealed.answer, name="offer-answer"),
    path("provider/wanted/parts/<int:pk>/begin/", sealed.begin, name="offer-begin"),
    path("provider/offers/<int:pk>/", sealed.show, name="offer"),
    path("provider/offers/<int:pk>/change/", sealed.change, name="offer-change"),
    path("provider/offers/<int:pk>/send/", sealed.send, name="offer-send"),
    path("provider/offers/<int:pk>/out/", sealed.pull_out, name="offer-out"),
    path("provider/offers/<int:pk>/yes/", sealed.accept, name="offer-yes"),
    path("provider/offers/<int:pk>/again/", sealed.come_back, name="offer-again"),
    path("provider/offers/<int:pk>/unfair/", sealed.unfair, name="offer-unfair"),
    path("wants/<int:pk>/offers/", choosing.offers, name="offers"),
    path("wants/<int:pk>/offers/ties/", choosing.ties, name="offers-ties"),
    path("wants/<int:pk>/offers/closely/", choosing.shortlist, name="offers-closely"),
    path("wants/<int:pk>/offers/nobody/", choosing.nobody, name="offers-nobody"),
    path("wants/<int:pk>/offers/<int:offer>/points/", choosing.points, name="offers-points"),
    path("wants/<int:pk>/offers/<int:offer>/ask/", choosing.ask, name="offers-ask"),
    path("agreements/<int:pk>/send/", choosing.send, name="agreement-send"),
    path("operator/choices/", choosing.judged, name="operator-choices"),
    path("operator/choices/<int:pk>/", choosing.judge, name="operator-choice"),
]
