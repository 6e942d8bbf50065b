"""What a page of search shows by the dozen: choices, things to tick, services. In Python, because templates took longer over them than the database
over finding what they show."""

from collections.abc import Iterable

from django import template
from django.template.defaultfilters import truncatechars
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from frontend import words
from frontend.pictures import people, strands
from frontend.presenters.found import Way
from frontend.presenters.offers import Offer
from frontend.templatetags.pictures import icon

register = template.Library()
SELECTED, TICKED, NOTHING = mark_safe(" selected"), mark_safe(" checked"), mark_safe("")
LONGEST = 160  # of what is said about a thing that is free
CARD = """<article class="res"><div>{}</div><div class="res-main"><h3><a href="{}">{}</a></h3>
<p class="soft">{}</p>{}<p>{}</p>{}{}</div>
<p class="res-price">{}</p></article>"""
CHECKS = '<ul class="checks"><li>{}<span>{}</span></li></ul>'
TICK = (
    '<div class="choice no-print"><input type="checkbox" id="pick-{0}" name="pick" value="{0}">'
    '<label for="pick-{0}">Keep or compare<span class="vh">: {1}</span></label></div>'
)
WAY = '<div class="choice"><input type="checkbox" id="id_{0}_{1}" name="{0}" value="{1}"{2}><label for="id_{0}_{1}">{3}</label></div>'
FREE = mark_safe('<span class="money-xl">Free</span>')
FOR_TIME = format_html("{} for an hour of your time back, when you can", FREE)


@register.simple_tag
def options(ways: Iterable[Way]) -> SafeString:
    """What a list lets one pick, inside its <select>."""
    return format_html_join("", '<option value="{}"{}>{}</option>', ((way.value, SELECTED if way.is_now else NOTHING, way.said) for way in ways))


@register.simple_tag
def boxes(ways: Iterable[Way]) -> SafeString:
    """What can be ticked."""
    return format_html_join("", WAY, ((way.name, way.value, TICKED if way.is_now else NOTHING, way.said) for way in ways))


@register.simple_tag
def tick(code: str, title: str) -> SafeString:
    """To keep a thing that was found, or compare it."""
    return format_html(TICK, code, title)


@register.simple_tag
def offer_cards(offers: Iterable[Offer]) -> SafeString:
    """Services as a list shows them: who, how far, when, which papers we saw, what it costs."""
    # Reversing the name of a page takes as long as writing a card: once, with a number to put others in place of.
    before, _, after = reverse("service", args=(0,)).rpartition("0")
    return mark_safe("\n".join(_card(offer, f"{before}{offer.listing_id}{after}") for offer in offers))  # noqa: S308 - each is safe


def _card(offer: Offer, address: str) -> SafeString:
    face = mark_safe(people.avatar(offer.figure, strands.slot(offer.strand), size=88))  # noqa: S308 - our own drawing
    return format_html(
        CARD,
        face,
        address,
        offer.title,
        f"{offer.enterprise}, {offer.miles_said}" if offer.miles_said else offer.enterprise,
        format_html("<p>{}</p>", truncatechars(offer.description, LONGEST)) if offer.charge != "paid" and offer.description else NOTHING,
        _when(offer),
        format_html(CHECKS, icon("tick"), offer.checks_said) if offer.checks_said else NOTHING,
        tick(offer.code, offer.title),
        _price(offer),
    )


def _when(offer: Offer) -> str:
    said = [f"{offer.when}.", f"Speaks {offer.languages}." if offer.languages else "", f"{offer.access}." if offer.access else ""]
    return " ".join(one for one in said if one)


def _price(offer: Offer) -> SafeString:
    if offer.charge != "paid":
        return FREE if offer.charge == "free" else FOR_TIME
    alone = format_html('<span class="money-xl">{}</span> {} for one person', words.pounds(offer.alone_pence), offer.unit_said)
    if not offer.each_pence:
        return alone
    return format_html('{}<br><b class="money">{}</b> each for {} together', alone, words.pounds(offer.each_pence), offer.people)
