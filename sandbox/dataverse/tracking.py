"""Change tracking: a full read that ends in a delta link, and the deltas that follow.

A delta holds changed rows in the order of their versions, then tombstones. Everything up to the
newest version at its first page belongs to it; later changes belong to the next one.
"""

import json
from datetime import datetime, timedelta

from sandbox.dataverse.answers import Answer, Call
from sandbox.dataverse.paging import (
    Cookie,
    delta_token,
    expired_token,
    read_delta_token,
)
from sandbox.dataverse.reading import Reader, collection, context, link
from sandbox.dataverse.storage import newest_version
from sandbox.switches import Switches

DELTA_PAGE = """
with changes as (
    select versionnumber as version, false as is_deleted, {key} as row_id
    from dataverse."{table}"
    where versionnumber > $after and versionnumber <= $until
    union all
    select version, true as is_deleted, row_id
    from sandbox.deleted_rows
    where table_name = $table and version > $after and version <= $until
)
select row_id, is_deleted, version from changes
where (cast(is_deleted as integer), version) > ($last_kind, $last_version)
order by is_deleted, version
limit $size
"""


def first_read(reader: Reader, call: Call, size: int, now: datetime) -> Answer:
    """Return a page of the full read; the last one carries the delta link."""
    cookie = reader.query.cookie
    version = newest_version(reader.cursor) if cookie is None else cookie.version
    page = reader.page(size, version)
    head = {"@odata.context": json.dumps(context(call, reader.table, reader.query))}
    return _answer(reader, call, head, page.rows, page.following, version or 0, now)


def changes(reader: Reader, call: Call, size: int, switches: Switches, now: datetime) -> Answer:
    """Return a page of what changed since the query's delta token."""
    after = check_token(reader, switches, now)
    cookie = reader.query.cookie
    until = newest_version(reader.cursor) if cookie is None else cookie.version or 0
    last_kind, _, last_version = (cookie.last if cookie is not None else "0-0").partition("-")
    found = reader.cursor.execute(
        DELTA_PAGE.format(key=f'"{reader.table.primary_key}"', table=reader.table.name),
        {
            "after": after,
            "until": until,
            "table": reader.table.name,
            "size": size + 1,
            "last_kind": int(last_kind),
            "last_version": int(last_version),
        },
    ).fetchall()
    page, more = found[:size], len(found) > size
    rows = _changed_rows(reader, [row_id for row_id, is_deleted, _ in page if not is_deleted])
    rows += [_tombstone(reader, call, row_id) for row_id, is_deleted, _ in page if is_deleted]
    number = 2 if cookie is None else cookie.page + 1
    keys = [f"{int(is_deleted)}-{version}" for _, is_deleted, version in page]
    following = Cookie(number, keys[0], keys[-1], until) if more else None
    head = {"@odata.context": json.dumps(context(call, reader.table, reader.query, "/$delta"))}
    return _answer(reader, call, head, ",".join(rows), following, until, now)


def check_token(reader: Reader, switches: Switches, now: datetime) -> int:
    """Return the version the query's delta token stands for; raises ApiError when expired."""
    scopes = ("dataverse", reader.table.entity_set, reader.table.name)
    if switches.take("dataverse_delta_expired", *scopes):
        raise expired_token()
    life = switches.value("dataverse_delta_life_days", *scopes)
    days = life if isinstance(life, int | float) else 0
    return read_delta_token(reader.query.delta or "", now, timedelta(days=days))


def count_changes(reader: Reader, after: int) -> int:
    """Return how many rows changed or went away after a version."""
    found = reader.cursor.execute(
        f'select (select count(*) from dataverse."{reader.table.name}"'
        " where versionnumber > $after)"
        " + (select count(*) from sandbox.deleted_rows"
        " where table_name = $table and version > $after)",
        {"after": after, "table": reader.table.name},
    ).fetchone()
    return int(found[0]) if found else 0


def _changed_rows(reader: Reader, row_ids: list[object]) -> list[str]:
    if not row_ids:
        return []
    rows = reader.cursor.execute(
        f'select {reader.row} from dataverse."{reader.table.name}" as source '
        f'where list_contains($ids, source."{reader.table.primary_key}") '
        "order by source.versionnumber",
        {"ids": row_ids},
    ).fetchall()
    return [str(row[0]) for row in rows]


def _tombstone(reader: Reader, call: Call, row_id: object) -> str:
    return json.dumps(
        {
            "@odata.context": (f"{call.root}/$metadata#{reader.table.entity_set}/$deletedEntity"),
            "id": str(row_id),
            "reason": "deleted",
        }
    )


def _answer(
    reader: Reader,
    call: Call,
    head: dict[str, str],
    rows: str,
    following: Cookie | None,
    version: int,
    now: datetime,
) -> Answer:
    """Return one page: with a next link, or with the delta link when it is the last."""
    if following is None:
        token = "$deltatoken=" + delta_token(version, now)
        head["@odata.deltaLink"] = json.dumps(link(call, reader.table, reader.query, token))
        return collection(head, rows, reader.preferences)
    tokens = [reader.query.delta_part, "$skiptoken=" + following.encode(reader.table.primary_key)]
    address = link(call, reader.table, reader.query, "&".join(filter(None, tokens)))
    return collection(head, rows, reader.preferences, next_link=address)
