"""The outcodes of South East London, where the demo lives: middles to about half a mile, and the council most of each lies in.

Other areas fall back to the middle of the postcode area (`places/areas.py`) until an installation imports its own table.
"""

from django.db import migrations

GREENWICH, LEWISHAM, SOUTHWARK, LAMBETH, BROMLEY, CROYDON = "E09000011", "E09000023", "E09000028", "E09000022", "E09000006", "E09000008"
OUTCODES = [
    ("SE1", "51.4985", "-0.0900", SOUTHWARK, "Borough"),
    ("SE2", "51.4890", "0.1190", GREENWICH, "Abbey Wood"),
    ("SE3", "51.4690", "0.0240", GREENWICH, "Blackheath"),
    ("SE4", "51.4600", "-0.0350", LEWISHAM, "Brockley"),
    ("SE5", "51.4730", "-0.0920", SOUTHWARK, "Camberwell"),
    ("SE6", "51.4360", "-0.0130", LEWISHAM, "Catford"),
    ("SE7", "51.4840", "0.0350", GREENWICH, "Charlton"),
    ("SE8", "51.4810", "-0.0280", LEWISHAM, "Deptford"),
    ("SE9", "51.4470", "0.0560", GREENWICH, "Eltham"),
    ("SE10", "51.4840", "0.0050", GREENWICH, "Greenwich"),
    ("SE11", "51.4890", "-0.1100", LAMBETH, "Kennington"),
    ("SE12", "51.4430", "0.0150", LEWISHAM, "Lee"),
    ("SE13", "51.4570", "-0.0110", LEWISHAM, "Lewisham"),
    ("SE14", "51.4760", "-0.0410", LEWISHAM, "New Cross"),
    ("SE15", "51.4720", "-0.0650", SOUTHWARK, "Peckham"),
    ("SE16", "51.4960", "-0.0540", SOUTHWARK, "Rotherhithe"),
    ("SE17", "51.4880", "-0.0930", SOUTHWARK, "Walworth"),
    ("SE18", "51.4830", "0.0740", GREENWICH, "Woolwich"),
    ("SE19", "51.4170", "-0.0870", CROYDON, "Upper Norwood"),
    ("SE20", "51.4110", "-0.0590", BROMLEY, "Penge"),
    ("SE21", "51.4410", "-0.0870", SOUTHWARK, "Dulwich"),
    ("SE22", "51.4530", "-0.0710", SOUTHWARK, "East Dulwich"),
    ("SE23", "51.4430", "-0.0490", LEWISHAM, "Forest Hill"),
    ("SE24", "51.4550", "-0.0990", LAMBETH, "Herne Hill"),
    ("SE25", "51.3990", "-0.0750", CROYDON, "South Norwood"),
    ("SE26", "51.4260", "-0.0540", LEWISHAM, "Sydenham"),
    ("SE27", "51.4300", "-0.1020", LAMBETH, "West Norwood"),
    ("SE28", "51.5010", "0.1080", GREENWICH, "Thamesmead"),
]


def load(apps, schema_editor):
    outcode = apps.get_model("places", "Outcode")
    rows = [
        outcode(code=code, latitude=latitude, longitude=longitude, council_code=council, town=town)
        for code, latitude, longitude, council, town in OUTCODES
    ]
    outcode.objects.using(schema_editor.connection.alias).bulk_create(rows)


class Migration(migrations.Migration):
    dependencies = [("places", "0001_initial")]

    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
