"""What words for strangers may not tell, and how easy they are to read. Pure.

A brief is read by providers: it must not be a burglar's list (abuse.md, "Data and control"). Found are things with a shape; what has none
(a health story that only fits one neighbour) is what the second pair of eyes is for.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

STREETS = "street|road|avenue|lane|crescent|terrace|estate|gardens|mews|mansions"
ALSO_PLAIN = "St|Rd|Ave|Close|Court|House|Drive|Way|Place|Square|Walk|Grove|Row|Hill|Park|Green|Rise|Buildings|Tower|Point"
"""Ends of street names that are plain words too: with a capital, after words with a capital."""
SHAPES = {
    "an e-mail address": re.compile(r"\S+@\S+\.\w{2,}|\b\w+ ?\(at\) ?\w+", re.IGNORECASE),
    "a web address": re.compile(r"https?://\S+|\bwww\.\S+|(?<![@\w.-])[\w-]+\.(?:com|co\.uk|org|org\.uk|net)\b", re.IGNORECASE),
    "a phone number": re.compile(r"(?<!\d)(?:\+\s?44|0)(?:[\s().-]*\d){9,10}(?!\d)"),
    "a number that stands for a person": re.compile(r"\b\d{3}[ -]?\d{3}[ -]?\d{4}\b|\b[A-Z]{2} ?\d{2} ?\d{2} ?\d{2} ?[A-D]\b", re.IGNORECASE),
    "a whole postcode": re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b", re.IGNORECASE),
    "an address": re.compile(
        rf"\b\d+[A-Za-z]?,?\s+(?:[\w'’-]+\s+){{1,3}}(?i:{STREETS})\b|\b\d+[A-Za-z]?,?\s+(?:[A-Z][\w'’-]*\s+){{1,3}}(?:{ALSO_PLAIN})\b"
        r"|\b(?i:flat|apartment|block|door|house number|room)\s+(?:no\.?\s*)?\d+"
    ),
    "the hour of the day": re.compile(r"\b\d{1,2}(?:[:.]\d{2})?\s?(?:am|pm|a\.m\.|p\.m\.)|\b\d{1,2}:\d{2}\b|\b\d{1,2} ?o['’]clock\b", re.IGNORECASE),
    "where a key is": re.compile(r"\bkey\s?safe\b|\bdoor code\b|\bentry code\b|\bspare key\b", re.IGNORECASE),
}
# Names that are words too: only taken for a name in the middle of a sentence, with a capital.
ALSO_WORDS = frozenset(
    re.findall(
        r"\w+",
        """amber angel april art august autumn baker bill brown carer clay cook dawn dean earl faith frank gay gene grace grant gray green hall
        heather holly hope hunter iris ivy jack jay jean jewel joy june king lane lily long major mark may mercy miles mill pat patience page
        pearl penny poppy price prince ray rich rob robin rose ruby sandy short small star sterling sue summer white will winter wood wren young""",
    )
)
GRADE_TO_AGE = 5
MOST_EASY_AGE = 11
"""Reading age above which a page says so. It never refuses: people's own words are theirs."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that should not stand in `field`: what it is, in words, and the words themselves."""

    field: str
    what: str
    words: str

    @property
    def sentence(self) -> str:
        return f"“{self.words}” looks like {self.what}. Take it out: people you do not know will read this."


def personal(texts: Iterable[tuple[str, str]], names: Iterable[str] = (), *, name_is: str = "somebody’s name") -> list[Finding]:
    """What in these (field, text) pairs would tell strangers who or where somebody is. `names`: whole names; each word of them is looked for."""
    parts = sorted({part for name in names for part in re.findall(r"[^\W\d_]{3,}", _plain(name))})
    found = []
    for field, text in texts:
        plain = _plain(text)
        for what, shape in SHAPES.items():
            found += [Finding(field, what, match.group().strip()) for match in shape.finditer(plain)]
        found += [Finding(field, name_is, match) for part in parts for match in _name_in(part, plain)]
    return found


def naming(texts: Iterable[tuple[str, str]], names: Iterable[str]) -> list[Finding]:
    """Where these texts name a provider, whole: a brief is for everybody who can do it (abuse.md 5)."""
    found = []
    for field, text in texts:
        plain = _plain(text).lower()
        found += [Finding(field, "the name of a provider", name) for name in names if re.search(rf"\b{re.escape(_plain(name).lower())}\b", plain)]
    return found


def reading_age(text: str) -> int:
    """The age at which most people can read it: the Flesch-Kincaid grade of US schools, plus five. Rough; for English. At least 5."""
    sentences = max(1, len(re.findall(r"[.!?\n]+", text.strip() + ".")))
    words = re.findall(r"[A-Za-z'’-]+", text)
    if not words:
        return GRADE_TO_AGE
    beats = sum(_syllables(word) for word in words)
    # Kincaid and others, 1975, times 100 so that no float is needed.
    grade = (39 * len(words) * 100 // sentences + 1180 * beats * 100 // len(words) - 155900) // 10000
    return max(GRADE_TO_AGE, grade + GRADE_TO_AGE)


def _syllables(word: str) -> int:
    low = re.sub(r"[^a-z]", "", word.lower())
    groups = len(re.findall(r"[aeiouy]+", low))
    silent = low.endswith("e") and not low.endswith(("le", "ee")) and groups > 1
    return max(1, groups - silent)


def _name_in(part: str, text: str) -> list[str]:
    if part.lower() in ALSO_WORDS:
        return re.findall(rf"(?<=[a-z,;] ){part.capitalize()}\b", text)
    return [match.group() for match in re.finditer(rf"\b{re.escape(part)}\b", text, re.IGNORECASE)]


def _plain(text: str) -> str:
    """The same letters and figures however they were typed: wide figures, accents apart, letters of no width."""
    whole = unicodedata.normalize("NFKC", text)
    return "".join(letter for letter in whole if unicodedata.category(letter) != "Cf")
