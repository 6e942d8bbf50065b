"""What strangers may not read in a brief, and how easy words are."""

import pytest

from marketplace.rules.wording import naming, personal, reading_age

NAMES = ["Amina Warfa", "Will Grace", "Zoë O’Neil"]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("ring 020 7525 0001", "a phone number"),
        ("ring +44 7700 900 123", "a phone number"),
        ("ring ０７７００９００１２３", "a phone number"),
        ("ring 07\u200b700 900123", "a phone number"),
        ("a.b@example.org", "an e-mail address"),
        ("amani (at) example", "an e-mail address"),
        ("see www.example.net", "a web address"),
        ("we are at se15 4st", "a whole postcode"),
        ("12 rye lane", "an address"),
        ("14a, Bird In Bush Road", "an address"),
        ("4 Heron Court", "an address"),
        ("flat 12", "an address"),
        ("come at 6.30 pm", "the hour of the day"),
        ("come at 18:30", "the hour of the day"),
        ("at 6 o’clock", "the hour of the day"),
        ("943 476 5919", "a number that stands for a person"),
        ("QQ 12 34 56 C", "a number that stands for a person"),
        ("the key safe is green", "where a key is"),
        ("amina cooks", "somebody’s name"),
        ("We like WARFA", "somebody’s name"),
        ("it is for Will, mostly", "somebody’s name"),
        ("Zoë comes", "somebody’s name"),
    ],
)
def test_it_finds_what_tells_who_or_where_somebody_is(text: str, what: str) -> None:
    assert what in {one.what for one in personal([("problem", text)], NAMES)}


@pytest.mark.parametrize(
    "text",
    [
        "Three women near SE15 want 3 visits of 60 minutes, in the evening.",
        "Will you come? Grace and patience help. We thank you with good grace.",
        "Up to £1,250.00 in 2026, 12 weeks.",
        "There are 2 people here, way off the road.",
        "Somebody who speaks Somali, or learns it.",
        "A person for each of us: 3 in all.",
    ],
)
def test_it_lets_plain_words_be(text: str) -> None:
    assert personal([("problem", text)], NAMES) == []


def test_it_finds_the_name_of_a_provider_in_any_letters_and_not_a_part_of_it() -> None:
    assert [one.words for one in naming([("problem", "we want BARWAAQO care.")], ["Barwaaqo Care"])] == ["Barwaaqo Care"]
    assert naming([("problem", "we want care")], ["Barwaaqo Care"]) == []


def test_each_finding_says_where_and_what_to_do() -> None:
    found = personal([("must_haves", "flat 12")])[0]
    assert found.field == "must_haves"
    assert found.sentence == "“flat 12” looks like an address. Take it out: people you do not know will read this."


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        ("", 5, 5),
        ("We want warm food. She cooks it with us.", 5, 7),
        ("We would like a Somali-speaking woman to cook with us in the evening. She knows Ramadan.", 8, 11),
        ("Organisational infrastructure notwithstanding, demonstrable sociocultural competencies are indispensable prerequisites.", 18, 60),
    ],
)
def test_the_reading_age_follows_long_words_and_sentences(text: str, least: int, most: int) -> None:
    assert least <= reading_age(text) <= most
