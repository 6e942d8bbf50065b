"""Filling the table of outcodes from a file."""

import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from places.distance import miles
from places.grid import position
from places.models import Area, Outcode
from places.postcodes import UnknownOutcode, council_of, outcode_of
from places.shapes import round_a_place

pytestmark = pytest.mark.django_db
REFERENCE = Path(__file__).resolve().parents[3] / "shared" / "data" / "geo" / "uk-outcodes-centroids.csv"
COUNCILS = REFERENCE.with_name("england-utla-153.geojson")


def test_a_file_of_outcodes_fills_and_replaces(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "outcodes.csv"
    file.write_text("outcode,lat,lon,town,council\nls1,53.796,-1.547,Leeds,E08000035\n\nSE15,51.47189,-0.06468,,\n")
    call_command("import_places", str(file))
    assert capsys.readouterr().out == "2 outcodes stored.\n"
    assert council_of("LS1") == "E08000035"
    known = Outcode.objects.get(pk="SE15")
    assert (str(known.latitude), known.council_code, known.town) == ("51.47189", "E09000028", "Peckham")
    with pytest.raises(UnknownOutcode):
        outcode_of("LS99")


def test_one_bad_row_keeps_all_out_and_each_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "outcodes.csv"
    lines = ["outcode,latitude,longitude,council", "LS1,53.796,-1.547,", "XX,1,1,", "LS2,north,1,", "LS3,-1.5,53.8,", "LS4,53.8,-1.5,Leeds"]
    file.write_text("\n".join(lines))
    with pytest.raises(CommandError, match="4 rows make no sense"):
        call_command("import_places", str(file))
    assert capsys.readouterr().err.splitlines() == [
        "Row 3: “XX” is no outcode.",
        "Row 4: its latitude or longitude is no number.",
        "Row 5: it lies outside the United Kingdom.",
        "Row 6: “Leeds” is no council’s code.",
    ]
    assert not Outcode.objects.filter(code__startswith="LS").exists()


def test_of_the_postcode_directory_the_middle_of_each_outcode_is_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "onspd.csv"
    lines = [
        "pcd,pcds,doterm,oslaua,lat,long",
        "LS1 1AA,LS1 1AA,,E08000035,53.7,-1.5",
        "LS1 1AB,LS1 1AB,,E08000035,53.8,-1.6",
        "LS1 9ZZ,LS1 9ZZ,199606,E08000036,50.0,0.0",
        "GY1 1AA,GY1 1AA,,L99999999,99.999999,0.0",
        "LS2 1AA,LS2 1AA,,E08000036,99.999999,0.0",
    ]
    file.write_text("\n".join(lines))
    call_command("import_places", str(file))
    assert capsys.readouterr().out.splitlines() == ["1 outcodes stored.", "3 rows have no position or no longer exist, and were passed over."]
    leeds = Outcode.objects.get(pk="LS1")
    assert (float(leeds.latitude), float(leeds.longitude), leeds.council_code, leeds.town) == (53.75, -1.55, "E08000035", "Leeds")


def test_code_point_open_gives_eastings_and_northings(tmp_path: Path) -> None:
    file = tmp_path / "no.csv"
    file.write_text('"NR291AA",10,651409,313177,"E92000001","","","","E07000145","E05013001"\n"NR291AB",90,0,0,"E92000001","","","","",""\n')
    call_command("import_places", str(file))
    found = Outcode.objects.get(pk="NR29")
    assert (found.latitude, found.longitude, found.council_code) == (Decimal("52.65798"), Decimal("1.71604"), "E07000145")


def test_the_worked_example_of_the_guide_to_coordinates() -> None:
    latitude, longitude = position(651409.903, 313177.270)
    assert abs(latitude - (52 + 39 / 60 + 28.72 / 3600)) < 0.00001
    assert abs(longitude - (1 + 42 / 60 + 57.79 / 3600)) < 0.00001


@pytest.mark.parametrize(("text", "said"), [("", "There is nothing in it"), ("a,b\n1,2\n", "latitude, longitude, outcode")])
def test_a_file_of_something_else_gets_a_sentence(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "other.csv"
    file.write_text(text)
    with pytest.raises(CommandError, match=said):
        call_command("import_places", str(file))


def test_a_file_that_is_not_there_gets_a_sentence() -> None:
    with pytest.raises(CommandError, match="can't be read"):
        call_command("import_places", "nowhere.csv")


@pytest.mark.reference
@pytest.mark.skipif(not REFERENCE.exists(), reason="the reference outcodes are not beside the project")
def test_our_built_in_middles_are_near_the_reference_ones() -> None:
    built_in = {row.code: (float(row.latitude), float(row.longitude)) for row in Outcode.objects.all()}
    areas = miles("SE15", "M1")
    call_command("import_places", str(REFERENCE))
    assert Outcode.objects.count() > 2800
    for row in Outcode.objects.filter(code__in=built_in):
        latitude, longitude = built_in[row.code]
        assert abs(float(row.latitude) - latitude) < 0.012, row.code
        assert abs(float(row.longitude) - longitude) < 0.015, row.code
    exact = miles("SE15", "M1")
    assert areas is not None
    assert exact is not None
    assert abs(areas - exact) < 5


# --- outlines of councils ---


def _areas(tmp_path: Path, **first: Any) -> Path:
    """Two councils side by side: Southwark with an island of its own, and Lewisham."""
    ring = [[-0.11, 51.42], [-0.03, 51.42], [-0.03, 51.51], [-0.11, 51.51], [-0.11, 51.42]]
    island = [[x + 0.2, y] for x, y in ring]
    southwark = {
        "properties": {"areacd": "E09000028", "areanm": "Southwark"},
        "geometry": {"type": "MultiPolygon", "coordinates": [[ring], [island]]},
    }
    next_to = [[x + 0.08, y] for x, y in ring]
    lewisham = {"properties": {"CTYUA23CD": "E09000023", "CTYUA23NM": "Lewisham"}, "geometry": {"type": "Polygon", "coordinates": [next_to]}}
    file = tmp_path / "areas.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": [southwark | first, lewisham]}))
    return file


def test_outlines_are_loaded_in_place_of_those_before_and_found_by_where_one_looks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(2):
        call_command("import_areas", str(_areas(tmp_path)), source="Whose they are")
    assert capsys.readouterr().out == "2 areas stored.\n" * 2
    found = round_a_place("SE15", 3)
    assert found is not None
    assert [(one.name, len(one.rings), one.source) for one in found[1]] == [("Lewisham", 1, "Whose they are"), ("Southwark", 2, "Whose they are")]
    assert found[0].west < -0.065 < found[0].east
    assert round_a_place("M1", 1) is None
    assert round_a_place("ZZ99", 1) is None


@pytest.mark.parametrize(
    ("first", "sentence"),
    [
        ({"properties": {"areanm": "Southwark"}}, "each needs a code and a name"),
        ({"properties": {"areacd": "28", "areanm": "Southwark"}}, "“Southwark” has no council’s code"),
        ({"geometry": {"type": "Point", "coordinates": [0, 51]}}, "It must be GeoJSON with polygons"),
        ({"geometry": {"type": "Polygon", "coordinates": [[[51.4, -0.1], [51.5, -0.1], [51.4, -0.2]]]}}, "Positions are longitude, then latitude."),
    ],
)
def test_one_wrong_outline_keeps_all_out(tmp_path: Path, first: dict[str, Any], sentence: str) -> None:
    with pytest.raises(CommandError, match=re.escape(sentence)):
        call_command("import_areas", str(_areas(tmp_path, **first)))
    assert not Area.objects.exists()


@pytest.mark.reference
@pytest.mark.skipif(not COUNCILS.exists(), reason="the reference outlines of councils are not here")
def test_the_reference_outlines_of_england_are_read() -> None:
    call_command("import_areas", str(COUNCILS))
    found = round_a_place("SE15", 10)
    assert found is not None
    assert Area.objects.count() == 153
    assert {"Southwark", "Lewisham", "Lambeth"} <= {one.name for one in found[1]}
