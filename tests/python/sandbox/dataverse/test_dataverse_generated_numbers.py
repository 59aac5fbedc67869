"""Numbers of generated rows, of which there may be a million."""

from pathlib import Path

import duckdb

import sandbox.generator


def test_a_number_that_is_longer_than_its_width_stays_whole() -> None:
    """Cut to four places, orders 4730 and 47300 had one number, and no sandbox of a million rows began."""
    words = (Path(sandbox.generator.__path__[0]) / "00_words.sql").read_text()
    (macro,) = (statement for statement in words.split(";") if "macro padded(" in statement)
    with duckdb.connect() as connection:
        connection.execute(macro)
        found = connection.execute("select padded(47, 4), padded(4730, 4), padded(47300, 4)")
        assert found.fetchone() == ("0047", "4730", "47300")


def test_no_number_of_a_row_is_cut() -> None:
    for path in Path(sandbox.generator.__path__[0]).glob("*.sql"):
        for line in path.read_text().splitlines():
            # a die has a highest number
            assert "lpad(" not in line or "die(" in line or "macro padded(" in line, path.name
