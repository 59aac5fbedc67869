"""What staged rows find elsewhere: themselves, their related rows, what locks them.

The temporary table `lookups` holds `_row`, `_key`, `_exists`, for each lock that is looked at a
column `_locked` with its number and, for each attribute with a related table, a column of its name:
true when the value is blank, known there, or not looked up for such a row.
"""

from collections.abc import Collection, Iterator

import duckdb

from sandbox.finops.locks import LOCKS, Lock
from sandbox.finops.metadata import COMPANY, Attribute, Entity
from sandbox.finops.relations import LEGAL_ENTITY, RELATIONS, Related
from sandbox.finops.store import empty_value, key_expression, quoted, table


def look_up(cursor: duckdb.DuckDBPyConnection, entity: Entity, given: Collection[str]) -> None:
    """Fill `lookups` from `staged`; `given` are the attributes that `staged` has as columns."""
    columns, joins = ["c._row", "c._key", "t._key is not null as _exists"], []
    for number, (name, related) in enumerate(related_attributes(entity).items()):
        if name in given:
            attribute, alias = entity.attribute(name), f"r{number}"
            columns.append(f"{_is_known(attribute, related, given, alias)} as {quoted(name)}")
            joins.append(_join(attribute, related, given, alias))
    for number, lock in locks(entity, given):
        columns.append(f"coalesce({lock.condition}, false) as _locked{number}")
        joins.append(lock.join)
    cursor.execute(
        f"""
        create or replace temporary table lookups as
        select {", ".join(columns)}
        from (select *, {key_expression(entity.key, "staged")} as _key from staged) as c
        left join {table(entity)} as t on t._key = c._key
        {" ".join(joins)}
        """
    )


def related_attributes(entity: Entity) -> dict[str, Related]:
    """Map attribute name to the table its values must exist in."""
    company = {COMPANY: LEGAL_ENTITY} if entity.company_specific else {}
    return company | RELATIONS.get(entity.name, {})


def locks(entity: Entity, given: Collection[str]) -> Iterator[tuple[int, Lock]]:
    """Yield the locks that are looked at for rows that give these attributes, with a number."""
    for number, lock in enumerate(LOCKS.get(entity.name, ())):
        if all(name in given for name in lock.needs):
            yield number, lock


def _is_known(attribute: Attribute, related: Related, given: Collection[str], alias: str) -> str:
    column = f"c.{quoted(attribute.name)}"
    known = f"{column} is null or {column} = {empty_value(attribute)} or {alias}.value is not null"
    if related.only_for:
        other, number = related.only_for
        known += f" or coalesce({_as_it_will_be(other, given)}, 0) <> {number}"
    return f"({known})"


def _as_it_will_be(name: str, given: Collection[str]) -> str:
    """Return SQL for a value after the write: what the row gives, else what is stored."""
    return f"c.{quoted(name)}" if name in given else f"t.{quoted(name)}"


def _join(attribute: Attribute, related: Related, given: Collection[str], alias: str) -> str:
    """Return the left join of a value; many `exists` in one statement take seconds to plan."""
    value = f"lower(c.{quoted(attribute.name)})"
    if related.segment:
        value = f"split_part({value}, '-', 1)"
    company = ""
    if not related.is_shared:
        wanted = f'c."{COMPANY}"'
        if related.company_from:
            other = _as_it_will_be(related.company_from, given)
            wanted = f"coalesce(nullif({other}, ''), {wanted})"
        company = f" and {alias}.company = lower({wanted})"
    source = f"select distinct company, value from ({related.source})"
    return f"left join ({source}) as {alias} on {alias}.value = {value}{company}"
