"""What orders, receipts and invoices have in common: refusals, numbers, rows the service makes."""

from collections.abc import Mapping
from typing import Final

import duckdb

from sandbox.finops.metadata import by_name
from sandbox.finops.store import as_text, first_row, normalised_key, quoted, table

TABLES: Final = """
create table if not exists finops.last_numbers (
    company varchar not null, series varchar not null, number integer not null,
    primary key (company, series)
);
"""
NEXT_VERSION: Final = "_recversion = 1 + hash(t._recid, t._recversion) % 2147483646"


class DocumentRefused(Exception):
    """The document cannot go on; the message is what a person would read."""


class NoSuchDocument(Exception):
    """There is no document of that number in the company."""


def next_number(cursor: duckdb.DuckDBPyConnection, company: str, series: str) -> str:
    """Take the next number of a series of `company`, such as `usmf-SI-000001`."""
    row = first_row(
        cursor.execute(
            "insert into finops.last_numbers values (lower(?), ?, 1) "
            "on conflict do update set number = number + 1 returning company, number",
            [company, series],
        )
    )
    code, number = row or (company, 0)
    return f"{code}-{series}-{number:06}"


def make_rows(
    cursor: duckdb.DuckDBPyConnection,
    entity_name: str,
    values: Mapping[str, str],
    source: str,
    parameters: Mapping[str, object] | None = None,
) -> None:
    """Insert rows of an entity: attribute -> SQL over `source`; the other attributes are empty."""
    entity = by_name()[entity_name]
    key = normalised_key(
        as_text(attribute, f"({values[attribute.name]})") for attribute in entity.key
    )
    cursor.execute(
        f"insert into {table(entity)} (_key, {', '.join(quoted(name) for name in values)}) "
        f"select {key}, {', '.join(values.values())} from {source}",
        dict(parameters or {}),
    )


def change_rows(
    cursor: duckdb.DuckDBPyConnection, entity_name: str, change: str, keys: str
) -> None:
    """Change rows of an entity: `change` is SQL over `t`, `keys` a relation with their `_key`."""
    cursor.execute(
        f"update {table(by_name()[entity_name])} as t set {NEXT_VERSION}, {change} "
        f"where t._key in (select _key from {keys})"
    )
