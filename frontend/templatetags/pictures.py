"""Template tags for pictures: {% person figure="hijab" strand=1 %}, {% table_cloth people %}, {% strand_bar "held" strand=2 %}."""

from collections.abc import Callable, Iterable, Sequence

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from frontend.pictures import loose_ends, people, scenes, strands, things

register = template.Library()


def _drawn(svg: str) -> SafeString:
    """Our own drawing. Its one foreign text, a name, is escaped in `frontend.pictures.scenes`."""
    return mark_safe(svg)  # noqa: S308


@register.simple_tag
def mark(size: int = 44) -> SafeString:
    """The mark: three heads, three strands."""
    return _drawn(things.mark(size))


@register.simple_tag
def strand_patterns() -> SafeString:
    """The paints of the eight strands; once a page, in base.html."""
    return _drawn(strands.patterns())


@register.simple_tag
def person(figure: str = "plain", strand: int = 1, skin: str = "", cloth: str = "") -> SafeString:
    """Head and body of one person, for the top of a panel."""
    return _drawn(people.portrait(figure, strand, skin=skin, cloth=cloth))


@register.simple_tag
def avatar(figure: str = "plain", strand: int | None = 1, size: int = 56, skin: str = "", cloth: str = "") -> SafeString:
    """A small head in a circle; write the name beside it."""
    return _drawn(people.avatar(figure, strands.slot(strand), size=size, skin=skin, cloth=cloth))


@register.simple_tag
def strand_bar(state: str, strand: int = 1, start: float = 0, length: float = 100) -> SafeString:
    """A straight piece of strand: promised, yours, held, going, paid, back, disputed or whole."""
    return _drawn(strands.bar(state, strand, start=start, length=length))


@register.simple_tag
def path_piece(state: str, strand: int = 1) -> SafeString:
    """The strand's piece in one cell of the path table."""
    return _drawn(strands.path_piece(state, strand))


@register.simple_tag
def strand_fit(strand: int, pence: int, promised_pence: int) -> SafeString:
    """A price inside a promise, both in pence."""
    return _drawn(strands.fit(strand, of_promise=100 * pence / promised_pence if promised_pence else 100))


@register.simple_tag
def strand_line(strand: int = 1) -> SafeString:
    """One strand on a gentle curve, for lists of strands."""
    line = strands.strand(strand, "M22 46C90 46 110 20 160 20S240 40 280 40", 28)
    return _drawn(f'<svg viewBox="0 0 300 64" aria-hidden="true" focusable="false">{line}</svg>')


@register.simple_tag
def strip(owners: Iterable[int] | int | str | None) -> SafeString:
    """Whose page it is: one strand (mine), the members', the provider's, or "council" (five: everybody). Nothing for a public page."""
    if not owners:
        return _drawn("")
    which = list(range(1, 6)) if owners == "council" else [owners] if isinstance(owners, int) else [int(each) for each in owners]
    return _drawn(f'<div class="strip" aria-hidden="true">{strands.strip(which)}</div>')


@register.simple_tag
def table_cloth(people: Sequence[scenes.AtTable]) -> SafeString:
    """A group's table, wide and for phones; `people` in the order they joined, guests (strand None) last."""
    return _drawn(f'<div class="scene">{scenes.table_cloth(people)}{scenes.table_cloth(people[:4], wide=False)}</div>')


@register.simple_tag
def home_picture() -> SafeString:
    """The picture of the front page, wide and upright."""
    return _drawn(scenes.home() + scenes.home_tall())


@register.simple_tag
def loose_end(figure: str = "hijab", strand: int = 1, skin: str = "", cloth: str = "") -> SafeString:
    """Nothing found: a strand that goes on to an empty head."""
    return _drawn(scenes.loose_end(figure, strand, skin=skin, cloth=cloth))


@register.simple_tag
def loose_ends_of(which: int, found: int, missing: int, each: int) -> SafeString:
    """How many found help and how many did not, a strand for so many people each; its table stands beside it."""
    return _drawn(loose_ends.loose_ends(loose_ends.strand_of(which), found=found, missing=missing, each=each))


@register.simple_tag
def trend_lines(points: Sequence[tuple[str, int | None, int | None]]) -> SafeString:
    """Found and not found over some quarters; its table stands beside it."""
    return _drawn(loose_ends.trend(points))


@register.simple_tag
def finished(strand: int = 1) -> SafeString:
    """A strand that ends in a tick."""
    return _drawn(scenes.finished(strand))


@register.simple_tag
def at_the_door(figure: str = "plain", strand: int = 4, skin: str = "", cloth: str = "") -> SafeString:
    """The person who comes, beside a door."""
    return _drawn(scenes.at_the_door(figure, strand, skin=skin, cloth=cloth))


@register.simple_tag
def leaving(strand: int, others: Sequence[int], to: str = "") -> SafeString:
    """One strand goes out whole, the others run on. `to`: who has it back, written where it ends."""
    return _drawn(f'<div class="runs">{scenes.leaving(strand, others, to)}</div>')


@register.simple_tag
def held_picture(owners: Sequence[int]) -> SafeString:
    """Strands under the band."""
    return _drawn(scenes.held(owners))


_SCENES = {
    "three-people": scenes.three_people,
    "provider": scenes.provider,
    "loose-ends": scenes.loose_ends,
    "story": scenes.story,
}


@register.simple_tag
def scene(name: str) -> SafeString:
    """A picture that never changes: three-people, provider, loose-ends, story."""
    return _drawn(_SCENES[name]())


_IDEAS: dict[str, Callable[[int], str]] = {
    "people": lambda _: scenes.three_people(),
    "provider": lambda _: scenes.provider(),
    "door": lambda _: scenes.at_the_door(),
    "promise": lambda strand: strands.bar("promised", strand),
    "inside": lambda strand: strands.fit(strand, of_promise=70),
    "whole": lambda strand: strands.bar("whole", strand),
    "held": lambda strand: strands.bar("held", strand),
    "paid": lambda strand: strands.bar("paid", strand),
    "home": lambda strand: strands.bar("back", strand),
    "going": lambda strand: strands.bar("going", strand),
    "waits": lambda strand: strands.bar("disputed", strand),
    "clock": lambda _: _sign("clock", 72),
    "tick": lambda _: _sign("tick", 72),
    "talk": lambda _: _sign("talk", 72),
}


@register.simple_block_tag
def idea(content: SafeString, picture: str, strand: int = 1, day: int | None = None) -> SafeString:
    """{% idea "held" 2 %}It is held.{% endidea %}: one line of a page in easy view, a picture (a key of _IDEAS, or a calendar leaf with `day`)
    beside one short sentence. Goes into <ul class="ideas">.
    """
    drawn = things.calendar(str(int(day))) if day else _IDEAS[picture](strands.slot(strand))
    return format_html('<li><span class="idea">{}</span><p>{}</p></li>', _drawn(drawn), content)


_ICONS = {
    "clock": '<circle cx="10" cy="10" r="8" stroke-width="2.8"/><path d="M10 5v5l3.4 2.4" stroke-width="2.8"/>',
    "tick": '<path d="M3 11l5 5L17 4" stroke-width="3.4"/>',
    "home": '<path d="M8 3L3 8l5 5M3 8h9a5 5 0 0 1 0 10H9" stroke-width="2.8"/>',
    "talk": '<path d="M3 4h14v9H9l-4 4v-4H3Z" stroke-width="2.6"/>',
    "cross": '<path d="M5 5l10 10M15 5L5 15" stroke-width="3"/>',
}


@register.simple_tag
def icon(name: str) -> SafeString:
    """A small sign beside a word: clock, tick, home (came back), talk, cross (take off)."""
    return _drawn(_sign(name, 18))


def _sign(name: str, size: int) -> str:
    look = 'fill="none" stroke="currentColor" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false"'
    return f'<svg viewBox="0 0 20 20" width="{size}" height="{size}" {look}>{_ICONS[name]}</svg>'
