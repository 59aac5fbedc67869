"""Writing rows: staged, checked, then stored, any number of rows of one entity at a time.

Everything happens on the cursor of the caller, whose transaction decides what stays.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import duckdb
import pyarrow as pa

from sandbox.finops.answers import Finding, Refusal, WriteRefused, missing_row
from sandbox.finops.checks import Mode, Policy, check
from sandbox.finops.defaults import DEFAULTS
from sandbox.finops.metadata import COMPANY, Entity, by_name
from sandbox.finops.orders import forget_totals
from sandbox.finops.relations import LINES_OF
from sandbox.finops.store import empty_value, first_row, quoted, row_address, row_json, table
from sandbox.finops.values import Row
from sandbox.finops.views import shown

ARROW_TYPES: Final[dict[str, pa.DataType]] = {
    "String": pa.string(),
    "Enum": pa.string(),
    "Guid": pa.string(),
    "Int32": pa.int32(),
    "Int64": pa.int64(),
    "Real": pa.decimal128(32, 16),
    "Date": pa.timestamp("us"),
    "UtcDateTime": pa.timestamp("us"),
}


@dataclass(frozen=True, slots=True)
class Rules:
    """What the switches and the place of the request say about writing."""

    inferred_lengths: bool
    refused_status: int
    duplicate_status: int


@dataclass(frozen=True, slots=True)
class Created:
    """A row that was made: its address under /data/ and itself as JSON text."""

    address: str
    text: str


@dataclass(frozen=True, slots=True)
class Counts:
    """How many rows were created and updated."""

    created: int
    updated: int


def write(
    cursor: duckdb.DuckDBPyConnection,
    entity: Entity,
    rows: Sequence[Row],
    mode: Mode,
    rules: Rules,
) -> list[Created]:
    """Create, merge or delete `rows` of distinct keys.

    Returns the created rows in order; nothing for the other modes.
    Raises Refusal for the first row that is refused; nothing is stored then.
    """
    given = [
        attribute.name
        for attribute in entity.attributes
        if attribute.is_key or any(attribute.name in row for row in rows)
    ]
    with staged(cursor, entity, rows, given):
        check(cursor, entity, given, mode, Policy(rules.inferred_lengths))
    refusal = _first_refusal(cursor, entity, mode, rules)
    if refusal:
        raise refusal
    if mode is Mode.DELETE:
        _delete(cursor, entity)
    else:
        store(cursor, entity, given, mode)
    return _created_rows(cursor, entity) if mode is Mode.CREATE else []


@contextmanager
def staged(
    cursor: duckdb.DuckDBPyConnection, entity: Entity, rows: Sequence[Row], given: Sequence[str]
) -> Iterator[None]:
    """Offer `rows` as the relation `staged`, in order; what a row does not give is null."""
    columns = {"_row": pa.array(range(len(rows)), pa.int64())}
    for name in given:
        kind = ARROW_TYPES[entity.attribute(name).data_type]
        columns[name] = pa.array([row.get(name) for row in rows], kind)
    cursor.register("staged", pa.table(columns))
    try:
        yield
    finally:
        cursor.unregister("staged")


def store(
    cursor: duckdb.DuckDBPyConnection, entity: Entity, given: Sequence[str], mode: Mode
) -> Counts:
    """Store the good rows of `checked`: update those that exist, insert the others."""
    updated = 0
    if mode is not Mode.CREATE:
        updated = _changed(cursor.execute(_update(entity, given, mode)))
    created = 0
    if mode is not Mode.MERGE:
        created = _changed(cursor.execute(_insert(entity, given)))
    forget_totals(cursor, entity.name, given)
    return Counts(created, updated)


def findings(cursor: duckdb.DuckDBPyConnection) -> Iterator[tuple[int, tuple[Finding, ...]]]:
    """Yield row number and findings of each refused row of `checked`, in order."""
    cursor.execute("select _row, _findings from checked where len(_findings) > 0 order by _row")
    for row, found in cursor.fetchall():
        yield row, tuple(Finding(**finding) for finding in found)


def _first_refusal(
    cursor: duckdb.DuckDBPyConnection, entity: Entity, mode: Mode, rules: Rules
) -> Refusal | None:
    absent = "not _exists" if mode in (Mode.MERGE, Mode.DELETE) else "false"
    found = first_row(
        cursor.execute(
            f"""
        select _exists, _findings from checked
        where {absent} or len(_findings) > 0 order by _row limit 1
        """
        )
    )
    if found is None:
        return None
    exists, refused = found
    if absent != "false" and not exists:
        return missing_row()
    finding = Finding(**refused[0])
    is_duplicate = mode is Mode.CREATE and finding.severity == "Info"
    status = rules.duplicate_status if is_duplicate else rules.refused_status
    return WriteRefused(entity.name, finding.infolog, status)


def _created_rows(cursor: duckdb.DuckDBPyConnection, entity: Entity) -> list[Created]:
    properties = tuple(entity.public.values())
    rows = cursor.execute(
        f"select {row_address(entity)}, {row_json(entity, properties, 'minimal', '')} "
        f"from (select t.*, c._row from {shown(entity)} as t "
        "inner join checked as c on t._key = c._key) order by _row"
    ).fetchall()
    return [Created(address, text) for address, text in rows]


def _update(entity: Entity, given: Sequence[str], mode: Mode) -> str:
    changes = ["_recversion = 1 + hash(t._recid, t._recversion) % 2147483646"]
    for name in given:
        attribute = entity.attribute(name)
        if attribute.is_key:
            continue
        kept = f"t.{quoted(name)}" if mode is Mode.MERGE else empty_value(attribute)
        changes.append(f"{quoted(name)} = coalesce(c.{quoted(name)}, {kept})")
    return (
        f"update {table(entity)} as t set {', '.join(changes)} from checked as c "
        "where t._key = c._key and c._exists and len(c._findings) = 0"
    )


def _insert(entity: Entity, given: Sequence[str]) -> str:
    defaults = DEFAULTS.get(entity.name, {})
    columns, values = ["_key"], ["c._key"]
    for attribute in entity.attributes:
        choices = []
        column = f"c.{quoted(attribute.name)}"
        if attribute.name in given:
            blank = f"nullif({column}, '')" if attribute.data_type == "String" else column
            choices.append(f"lower({column})" if attribute.name == COMPANY else blank)
        if attribute.name in defaults:
            choices.append(f"({defaults[attribute.name].sql})")
        if choices:
            columns.append(quoted(attribute.name))
            values.append(f"coalesce({', '.join([*choices, empty_value(attribute)])})")
    sources = {default.source: None for default in defaults.values() if default.source}
    return (
        f"insert into {table(entity)} ({', '.join(columns)}) select {', '.join(values)} "
        f"from checked as c {' '.join(source.join for source in sources)} "
        "where not c._exists and len(c._findings) = 0 order by c._row"
    )


def _delete(cursor: duckdb.DuckDBPyConnection, entity: Entity) -> None:
    if entity.name in LINES_OF:
        name, shared = LINES_OF[entity.name]
        cursor.execute(
            f"delete from {table(by_name()[name])} as line "
            "where exists (select 1 from checked as c "
            f'where lower(line."{COMPANY}") = lower(c."{COMPANY}") '
            f'and lower(line."{shared}") = lower(c."{shared}"))'
        )
    cursor.execute(f"delete from {table(entity)} where _key in (select _key from checked)")
    forget_totals(cursor, entity.name, ())


def _changed(result: duckdb.DuckDBPyConnection) -> int:
    row = first_row(result)
    return int(row[0]) if row else 0
