"""What staged rows find elsewhere: themselves, their related rows, a posted invoice.

The temporary table `lookups` holds `_row`, `_key`, `_exists`, `_posted` and, for each attribute
with a related table, a column of its name: true when the value is blank or known there.
"""

from collections.abc import Collection

import duckdb

from sandbox.finops.metadata import COMPANY, Attribute, Entity
from sandbox.finops.relations import (
    LEGAL_ENTITY,
    LOCKED_BY_POSTING,
    POSTED_INVOICES,
    RELATIONS,
    Related,
)
from sandbox.finops.store import empty_value, key_expression, quoted, table


def look_up(cursor: duckdb.DuckDBPyConnection, entity: Entity, given: Collection[str]) -> None:
    """Fill `lookups` from `staged`; `given` are the attributes that `staged` has as columns."""
    columns, joins = ["c._row", "c._key", "t._key is not null as _exists"], []
    for number, (name, related) in enumerate(related_attributes(entity).items()):
        if name in given:
            attribute, alias = entity.attribute(name), f"r{number}"
            columns.append(f"{_is_known(attribute, alias)} as {quoted(name)}")
            joins.append(_join(attribute, related, alias))
    posted = entity.name in LOCKED_BY_POSTING
    columns.append("p.value is not null as _posted" if posted else "false as _posted")
    if posted:
        joins.append(
            f"left join ({POSTED_INVOICES}) as p "
            f'on p.value = lower(c."ExternalInvoiceId") and p.company = lower(c."{COMPANY}")'
        )
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


def _is_known(attribute: Attribute, alias: str) -> str:
    column = f"c.{quoted(attribute.name)}"
    blank = f"{column} is null or {column} = {empty_value(attribute)}"
    return f"({blank} or {alias}.value is not null)"


def _join(attribute: Attribute, related: Related, alias: str) -> str:
    """Return the left join of a value; many `exists` in one statement take seconds to plan."""
    value = f"lower(c.{quoted(attribute.name)})"
    if related.segment:
        value = f"split_part({value}, '-', 1)"
    company = "" if related.is_shared else f' and {alias}.company = lower(c."{COMPANY}")'
    source = f"select distinct company, value from ({related.source})"
    return f"left join ({source}) as {alias} on {alias}.value = {value}{company}"
