"""The words an installation starts with."""

from django.db import migrations

# slug, label, checks a provider must show, regulated (personal care). Record checks: who cares for, washes, moves money for or takes
# out an adult because of age, illness or disability may have an enhanced one; a basic one may be asked of anybody (care-rules.md 2.8).
CATEGORIES = [
    ("meals", "Meals and cooking", ["identity", "insurance", "dbs_basic"], False),
    ("home_jobs", "Cleaning and jobs at home", ["identity", "insurance", "dbs_basic"], False),
    ("personal_care", "Washing, dressing, toilet or eating", ["identity", "insurance", "dbs_enhanced", "references"], True),
    ("out_and_about", "Shopping and getting out and about", ["identity", "insurance", "dbs_enhanced"], False),
    ("company", "Company", ["identity", "insurance", "dbs_basic"], False),
    ("carer_break", "A break for the person who looks after me", ["identity", "insurance", "dbs_enhanced", "references"], False),
    ("garden_repairs", "Garden or small repairs", ["identity", "insurance"], False),
    ("groups", "Classes and groups", ["identity", "insurance", "dbs_basic"], False),
    ("other", "Something else", ["identity", "insurance", "dbs_basic"], False),
]
PURPOSES = [
    ("help_at_home", "Help at home"),
    ("meals_together", "Cooking and eating together"),
    ("going_out", "Going out together"),
    ("company", "Company"),
    ("being_active", "Being active"),
    ("learning", "Learning something new"),
    ("breaks", "Breaks for those who look after us"),
    ("garden", "A garden together"),
    ("other", "Something else"),
]
# The outcomes of the Care and Support (Eligibility Criteria) Regulations 2015, regulation 2(2), in plain words.
OUTCOMES = [
    ("nutrition", "Eating well"),
    ("hygiene", "Keeping clean"),
    ("toilet", "Managing the toilet"),
    ("clothed", "Getting dressed for the day"),
    ("home_safe", "Being safe at home"),
    ("home_kept", "Keeping my home as I like it"),
    ("relationships", "Family, friends and people to talk to"),
    ("work_learning", "Work, learning or helping others"),
    ("community", "Using what is near me"),
    ("children", "Looking after a child"),
]
LANGUAGES = [
    ("english", "English"), ("somali", "Somali"), ("arabic", "Arabic"), ("bengali", "Bengali"), ("bsl", "British Sign Language"),
    ("cantonese", "Cantonese"), ("french", "French"), ("gujarati", "Gujarati"), ("hindi", "Hindi"), ("italian", "Italian"),
    ("makaton", "Makaton"), ("polish", "Polish"), ("portuguese", "Portuguese"), ("punjabi", "Punjabi"), ("romanian", "Romanian"),
    ("spanish", "Spanish"), ("sylheti", "Sylheti"), ("tamil", "Tamil"), ("turkish", "Turkish"), ("urdu", "Urdu"),
    ("vietnamese", "Vietnamese"), ("welsh", "Welsh"), ("yoruba", "Yoruba"),
]  # fmt: skip
ACCESS = [
    ("step_free", "No steps"),
    ("toilet", "A toilet for wheelchair users"),
    ("hoist", "A hoist and a changing bench"),
    ("hearing_loop", "A hearing loop"),
    ("quiet", "A quiet room"),
    ("parking", "Parking at the door"),
    ("easy_read", "Words in easy read"),
]


def load(apps, schema_editor):
    term = apps.get_model("vocabulary", "Term")
    rows = [
        term(kind="category", slug=slug, label=label, checks=checks, regulated=regulated, position=position)
        for position, (slug, label, checks, regulated) in enumerate(CATEGORIES)
    ]
    for kind, words in (("purpose", PURPOSES), ("outcome", OUTCOMES), ("language", LANGUAGES), ("access", ACCESS)):
        rows += [term(kind=kind, slug=slug, label=label, position=position) for position, (slug, label) in enumerate(words)]
    term.objects.using(schema_editor.connection.alias).bulk_create(rows)


class Migration(migrations.Migration):
    dependencies = [("vocabulary", "0001_initial")]

    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
