"""Reading collections and rows: one company or all, options, pages of at most 10,000 rows."""

import base64
import json
from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import urlencode

import duckdb

from sandbox.finops.addresses import Address
from sandbox.finops.answers import bad_query, not_found
from sandbox.finops.filters import Parameters, condition, ordered, selected
from sandbox.finops.metadata import Entity
from sandbox.finops.store import (
    as_text,
    company_condition,
    first_row,
    normalised_key,
    row_json,
)
from sandbox.finops.views import shown

OPTIONS: Final = frozenset(
    ("$filter", "$select", "$orderby", "$top", "$skip", "$count", "$format", "$skiptoken")
)
KEY_TYPES: Final = {"Real": "decimal(32, 16)", "Date": "timestamp"}
"""How a bound key value is typed; whole numbers stay texts, whatever their size."""


def page(
    cursor: duckdb.DuckDBPyConnection,
    address: Address,
    *,
    base: str,
    default_company: str,
    page_size: int,
    level: str,
) -> str:
    """Return one page of a collection as JSON text, with `@odata.nextLink` when rows remain."""
    options = _checked_options(address)
    entity = address.entity
    where, parameters = _where(address, default_company)
    delivered = _delivered(options.get("$skiptoken"))
    # one row more than a page shows whether there is another page
    limit = page_size + 1
    if "$top" in options:
        limit = min(limit, max(0, _number(options, "$top", 0) - delivered))
    rows = cursor.execute(
        f"select {row_json(entity, selected(entity, options.get('$select')), level, base)} "
        f"from {shown(entity)} where {where} order by {ordered(entity, options.get('$orderby'))} "
        "limit ? offset ?",
        [*parameters, limit, _number(options, "$skip", 0) + delivered],
    ).fetchall()
    head = f'"@odata.context":{json.dumps(f"{base}$metadata#{entity.collection}")},'
    if options.get("$count") == "true":
        head += f'"@odata.count":{_count(cursor, entity, where, parameters)},'
    tail = ""
    if len(rows) > page_size:
        link = _next_link(address, base, delivered + page_size)
        tail = f',"@odata.nextLink":{json.dumps(link)}'
    return f'{{{head}"value":[{",".join(row[0] for row in rows[:page_size])}]{tail}}}'


def count_text(cursor: duckdb.DuckDBPyConnection, address: Address, *, default_company: str) -> str:
    """Return the answer to `/$count`."""
    _checked_options(address)
    where, parameters = _where(address, default_company)
    return str(_count(cursor, address.entity, where, parameters))


def one(
    cursor: duckdb.DuckDBPyConnection,
    address: Address,
    *,
    base: str,
    default_company: str,
    level: str,
) -> str:
    """Return one row as JSON text. Raises Refusal (404) when it is not there or not visible."""
    entity = address.entity
    options = _checked_options(address)
    where, parameters = _where(address, default_company)
    key, values = key_parameter(entity, address.key or {})
    row = first_row(
        cursor.execute(
            f"select {row_json(entity, selected(entity, options.get('$select')), level, base)} "
            f"from {shown(entity)} where {where} and _key = {key}",
            [*parameters, *values],
        )
    )
    if row is None:
        raise not_found()
    context = json.dumps(f"{base}$metadata#{entity.collection}/$entity")
    return f'{{"@odata.context":{context},{row[0][1:]}'


def key_parameter(entity: Entity, key: Mapping[str, object]) -> tuple[str, list[object]]:
    """Return SQL for the normalised key of bound values, and the values."""
    parts: list[str] = []
    values: list[object] = []
    for attribute in entity.key:
        kind = KEY_TYPES.get(attribute.data_type, "varchar")
        parts.append(as_text(attribute, f"cast(? as {kind})"))
        values.append(key[attribute.name])
    return normalised_key(parts), values


def content(cursor: duckdb.DuckDBPyConnection, entity: Entity) -> str:
    """Return every row of every company, ordered by key, without etags, as a JSON array.

    An entity without a public type shows all its attributes.
    """
    properties = tuple(entity.public.values()) if entity.is_public else entity.attributes
    rows = cursor.execute(
        f"select {row_json(entity, properties, 'none', '')} from {shown(entity)} order by _key"
    ).fetchall()
    return f"[{','.join(row[0] for row in rows)}]"


def _where(address: Address, default_company: str) -> tuple[str, Parameters]:
    company = None if address.is_cross_company else default_company
    where, values = company_condition(address.entity, company)
    parameters: Parameters = list(values)
    if "$filter" in address.options:
        filtered, more = condition(address.entity, address.options["$filter"])
        where, parameters = f"{where} and {filtered}", [*parameters, *more]
    return where, parameters


def _count(
    cursor: duckdb.DuckDBPyConnection, entity: Entity, where: str, parameters: Sequence[object]
) -> int:
    row = first_row(
        cursor.execute(f"select count(*) from {shown(entity)} where {where}", list(parameters))
    )
    return int(row[0]) if row else 0


def _checked_options(address: Address) -> dict[str, str]:
    for name in address.options:
        if name.startswith("$") and name not in OPTIONS:
            raise bad_query(f"The query parameter '{name}' is not supported.")
    return address.options


def _number(options: dict[str, str], name: str, default: int) -> int:
    text = options.get(name)
    if text is None:
        return default
    if not text.isdecimal():
        raise bad_query(f"Invalid value '{text}' for {name} query option found.")
    return int(text)


def _next_link(address: Address, base: str, delivered: int) -> str:
    token = base64.urlsafe_b64encode(str(delivered).encode()).decode()
    options = {**address.options, "$skiptoken": token}
    return f"{base}{address.entity.collection}?{urlencode(options)}"


def _delivered(token: str | None) -> int:
    if token is None:
        return 0
    try:
        return int(base64.urlsafe_b64decode(token).decode())
    except ValueError as error:
        raise bad_query("The skip token is not valid.") from error
