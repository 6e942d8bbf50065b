"""What nobody types, and somebody sends: every field of every form spoilt with it, one after the other."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.architecture.forms import CHOSEN, Answers, PageForm

GARBAGE = (
    "\0",
    "-1",
    "9" * 40,
    "0001-01-01",
    "31 December 9999",
    "1 January 0001",
    "1e400",
    "x" * 10_000,
    "\u202e﷽💛\ud7ff\uffff",
    "24:60",
    "<script>alert(1)</script>",
    "{'a': [None]}",
    "٣",
    " ",
    "",
    "line\r\nline\u2028line",
    "£-0.001",
    "2147483648",
)
FORM = "application/x-www-form-urlencoded"
FILES = (b"", b"\0" * 50, b"\xff\xfe\x00\xd8", b"a,b\n" * 3_000, b'"' * 9, b"PK\x03\x04" + b"x" * 100)
# What no browser sends: another shape, letters that are none (half of a pair), a part that never ends, many times too many.
RAW = (
    (b'{"a": 1}', "application/json"),
    (b"\xff\xfe%ff=%ED%A0%80&%00=%00&=&&;", FORM),
    (b'--x\r\nContent-Disposition: form-data; name="a"', "multipart/form-data; boundary=x"),
    (b"a=1", "text/plain; charset=nothing"),
    (b"", "multipart/form-data"),
    (b"&".join(b"a=1" for _ in range(2_000)), FORM),
)


def _file(kind: bytes) -> Any:
    return SimpleUploadedFile("a.csv", kind, "text/csv")


def spoilt(form: PageForm, right: Answers, *, kinds: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """The name of the field that is wrong, and all that is sent: each with so many kinds of garbage, missing, said three times."""
    for place, name in enumerate(right):
        if name in form.fields and form.fields[name].kind == "file":
            yield from ((name, {**right, name: [_file(kind)]}) for kind in FILES)
            continue
        for kind in range(min(kinds, len(GARBAGE))):
            yield name, {**right, name: [GARBAGE[(kind + place) % len(GARBAGE)]]}
        yield name, {other: said for other, said in right.items() if other != name}
        yield name, {**right, name: [*right[name], GARBAGE[place % len(GARBAGE)], *right[name]]}


def not_offered(form: PageForm, right: Answers, *, most: int) -> Iterator[tuple[str, Answers]]:
    """Somebody else's: one of the choices of a form replaced by one that is not shown, numbers by other numbers."""
    for one in form.fields.values():
        if one.kind not in CHOSEN or not one.offered:
            continue
        numbers = all(value.isdecimal() for value in one.offered if value)
        others = [str(number) for number in range(1, 200) if str(number) not in one.offered] if numbers else ["nothing-of-ours"]
        for value in others[:most]:
            yield one.name, {**right, one.name: [value]}


def surrogates(right: Answers) -> Iterator[tuple[bytes, str]]:
    """Each field with half a pair, as bytes that no letter has."""
    for name in right:
        yield urlencode({**right, name: ["\ud83d"]}, doseq=True, errors="surrogatepass").encode(), FORM
