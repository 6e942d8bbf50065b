"""What a page of search shows by the dozen: choices, things to tick, services. In Python, because templates took longer over them than the database
over finding what they show."""

from collections.abc import Iterable
from functools import lru_cache
from html import escape as _escape

from django import template
from django.conf import settings
from django.urls import reverse
from django.utils.safestring import SafeString

from frontend import words
from frontend.pictures import people, strands
from frontend.presenters.found import Way
from frontend.presenters.offers import Offer
from frontend.templatetags.pictures import icon

register = template.Library()
LONGEST = 160  # of what is said about a thing that is free
escape = lru_cache(maxsize=4_000)(_escape)  # most of what stands on a page stands on the next one too
FREE = '<span class="money-xl">Free</span>'


@register.simple_tag
def options(ways: Iterable[Way]) -> SafeString:
    """What a list lets one pick, inside its <select>."""
    return _html(f'<option value="{escape(way.value)}"{" selected" if way.is_now else ""}>{escape(way.said)}</option>' for way in ways)


@register.simple_tag
def picks(lists: Iterable[tuple[str, str, list[Way]]]) -> SafeString:
    """Lists to pick one from, each with its label; those with nothing to pick are left out."""
    return _html(_pick(escape(name), escape(label), ways) for name, label, ways in lists if ways)


def _pick(name: str, label: str, ways: Iterable[Way]) -> str:
    chosen = f'<select id="id_{name}" name="{name}"><option value="">Any</option>{options(ways)}</select>'
    return f'<div class="field"><label for="id_{name}">{label}</label><div class="control">{chosen}</div></div>'


@register.simple_tag
def boxes(ways: Iterable[Way]) -> SafeString:
    """What can be ticked."""
    return _html(_box(way) for way in ways)


def _box(way: Way) -> str:
    name, value, ticked = escape(way.name), escape(way.value), " checked" if way.is_now else ""
    box = f'<input type="checkbox" id="id_{name}_{value}" name="{name}" value="{value}"{ticked}>'
    return f'<div class="choice">{box}<label for="id_{name}_{value}">{escape(way.said)}</label></div>'


@register.simple_tag
def tick(code: str, title: str) -> SafeString:
    """To keep a group that was found."""
    return _html(_tick(escape(code), escape(title), "Keep"))


def _tick(code: str, title: str, does: str = "Keep or compare") -> str:
    label = f'<label for="pick-{code}">{does}<span class="vh">: {title}</span></label>'
    return f'<div class="choice no-print"><input type="checkbox" id="pick-{code}" name="pick" value="{code}">{label}</div>'


@register.simple_tag
def offer_cards(offers: Iterable[Offer]) -> SafeString:
    """Services as a list shows them: who, how far, when, which papers we saw, what it costs."""
    (before, after), sign = _around_the_number(settings.ROOT_URLCONF), icon("tick")
    return _html(_card(offer, f"{before}{offer.listing_id}{after}", sign) for offer in offers)


@lru_cache(maxsize=4)
def _around_the_number(_: object) -> tuple[str, str]:
    """Of a service's address. Reversing the name of a page takes as long as writing a card: once, with a number to put others in place of."""
    before, _zero, after = reverse("service", args=(0,)).rpartition("0")
    return before, after


def _card(offer: Offer, address: str, sign: str) -> str:
    face, title = people.avatar(offer.figure, strands.slot(offer.strand), size=88), escape(offer.title)
    who = f"{offer.enterprise}, {offer.miles_said}" if offer.miles_said else offer.enterprise
    told = f"<p>{escape(_short(offer.description))}</p>" if offer.charge != "paid" and offer.description else ""
    checks = f'<ul class="checks"><li>{sign}<span>{escape(offer.checks_said)}</span></li></ul>' if offer.checks_said else ""
    return f"""<article class="res"><div>{face}</div><div class="res-main"><h3><a href="{address}">{title}</a></h3>
<p class="soft">{escape(who)}</p>{told}<p>{escape(_when(offer))}</p>{checks}</div>
<p class="res-price">{_price(offer)}</p>{_tick(offer.code, title)}</article>
"""


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _when(offer: Offer) -> str:
    said = [f"{offer.when}.", f"Speaks {offer.languages}." if offer.languages else "", f"{offer.access}." if offer.access else ""]
    return " ".join(one for one in said if one)


def _price(offer: Offer) -> str:
    if offer.charge != "paid":
        return FREE if offer.charge == "free" else f"{FREE} for an hour of your time back, when you can"
    alone = f'<span class="money-xl">{words.pounds(offer.alone_pence)}</span> {offer.unit_said} for one person'
    together = f'<br><b class="money">{words.pounds(offer.each_pence)}</b> each for {offer.people} together' if offer.each_pence else ""
    return alone + together


def _html(said: Iterable[str]) -> SafeString:
    """What somebody wrote went through `escape`: anything in here that comes from a row does."""
    return SafeString("".join(said))
