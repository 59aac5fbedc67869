"""CSV the way the service writes it: UTF-16 LE with byte order mark, comma, quotes, CRLF."""

import codecs
import csv
import io
from collections.abc import Iterable, Sequence


def unicode_csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """Return a CSV-Unicode file."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows(rows)
    return codecs.BOM_UTF16_LE + text.getvalue().encode("utf-16-le")
