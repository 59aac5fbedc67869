"""Rows that do not fit into memory."""

from pathlib import Path

from load.ledger import open_ledger


def test_what_does_not_fit_into_memory_spills_and_cannot_be_read(tmp_path: Path) -> None:
    file = tmp_path / "ledger.duckdb"
    with open_ledger(file) as ledger:
        ledger.connection.execute("set memory_limit = '80MB'")
        ledger.connection.execute(
            "create temp table wide as "
            "select number, repeat('a personal value ' || number, 20) as content "
            "from range(500000) as numbers (number)"
        )
        spilled = list(Path(f"{file}.tmp").glob("*.tmp"))
        assert sum(part.stat().st_size for part in spilled) > 10_000_000
        for part in spilled:
            assert part.stat().st_mode & 0o077 == 0
            assert b"a personal value" not in part.read_bytes()
        counted = ledger.connection.execute("select count(distinct content) from wide").fetchone()
        assert counted == (500_000,)
    assert not Path(f"{file}.tmp").exists()
