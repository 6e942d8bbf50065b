"""Filling the table of outcodes from a file."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from places.distance import miles
from places.models import Outcode
from places.postcodes import UnknownOutcode, council_of, outcode_of

pytestmark = pytest.mark.django_db
REFERENCE = Path(__file__).resolve().parents[3] / "shared" / "data" / "geo" / "uk-outcodes-centroids.csv"


def test_a_file_fills_and_replaces_and_says_what_it_left_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "outcodes.csv"
    lines = [
        "outcode,lat,lon,town,council",
        "ls1,53.796,-1.547,Leeds,E08000035",
        "SE15,51.47189,-0.06468,Peckham,",
        "XX,1,1,Nowhere,",
        "LS2,north,1,Leeds,",
    ]
    file.write_text("\n".join(lines))
    call_command("import_outcodes", str(file))
    said = capsys.readouterr()
    assert said.out == "2 outcodes stored.\n"
    assert said.err == "2 rows were not understood and left out; the first: 3, 4.\n"
    assert council_of("LS1") == "E08000035"
    assert council_of("SE15") == "E09000028"
    assert str(Outcode.objects.get(pk="SE15").latitude) == "51.47189"
    with pytest.raises(UnknownOutcode):
        outcode_of("LS99")


def test_a_file_that_is_not_there_gets_a_sentence() -> None:
    with pytest.raises(CommandError, match="can't be read"):
        call_command("import_outcodes", "nowhere.csv")


@pytest.mark.reference
@pytest.mark.skipif(not REFERENCE.exists(), reason="the reference outcodes are not beside the project")
def test_our_built_in_middles_are_near_the_reference_ones() -> None:
    built_in = {row.code: (float(row.latitude), float(row.longitude)) for row in Outcode.objects.all()}
    areas = miles("SE15", "M1")
    call_command("import_outcodes", str(REFERENCE))
    assert Outcode.objects.count() > 2800
    for row in Outcode.objects.filter(code__in=built_in):
        latitude, longitude = built_in[row.code]
        assert abs(float(row.latitude) - latitude) < 0.012, row.code
        assert abs(float(row.longitude) - longitude) < 0.015, row.code
    exact = miles("SE15", "M1")
    assert areas is not None
    assert exact is not None
    assert abs(areas - exact) < 5
