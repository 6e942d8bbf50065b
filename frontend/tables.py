"""Tables to take away: CSV that a spreadsheet opens as text and never runs."""

import csv
from collections.abc import Iterable, Sequence

from django.http import HttpResponse

_RUNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def safe_cell(value: object) -> str:
    """A cell as text. One that a spreadsheet would run as a formula gets an apostrophe before it."""
    text = str(value)
    return f"'{text}" if text.startswith(_RUNS) or text.lstrip().startswith(_RUNS) else text


def csv_response(name: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> HttpResponse:
    """A CSV file called `name`, every cell quoted and safe, with the mark by which spreadsheets know that it is UTF-8."""
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    response.write("\N{BYTE ORDER MARK}")
    writer = csv.writer(response, quoting=csv.QUOTE_ALL)
    writer.writerows([safe_cell(cell) for cell in row] for row in [columns, *rows])
    return response
