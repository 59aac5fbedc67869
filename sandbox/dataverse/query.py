"""The query options of a read: checked against the table, ready to run."""

from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote

from sandbox.dataverse.answers import bad_request, unknown_property
from sandbox.dataverse.filters import to_sql
from sandbox.dataverse.metadata import Table
from sandbox.dataverse.paging import Cookie, read_cookie

SUPPORTED = frozenset(
    {"$select", "$filter", "$orderby", "$top", "$count", "$skiptoken", "$deltatoken"}
)
REFUSED = {
    "$skip": "Skip Clause is not supported in CRM",
    "$search": "Search Clause is not supported in CRM",
    "$format": "The query parameter $format is not supported",
    "$expand": "The sandbox does not expand rows; read the related table by itself.",
    "$apply": "The sandbox does not aggregate; read the rows.",
}
TRACKING_REFUSES = ("$filter", "$orderby", "$expand", "$top")


@dataclass(frozen=True, slots=True)
class Query:
    """One read of an entity set.

    properties: what each row shows, primary key included. selected: as $select named them, for
    the context. where: SQL over `source` with `parameters`. order: property, descending.
    link_base: the query string as it came, less its tokens; delta_part: its $deltatoken.
    """

    properties: tuple[str, ...]
    selected: tuple[str, ...]
    where: str
    parameters: tuple[object, ...]
    order: tuple[tuple[str, bool], ...]
    top: int | None
    count: bool
    cookie: Cookie | None
    delta: str | None
    link_base: str
    delta_part: str


def read_query(table: Table, raw: str, *, tracking: bool = False) -> Query:
    """Parse the raw query string of a read; raises ApiError 400 with the service's words."""
    options = _options(raw)
    tracked = tracking or "$deltatoken" in options
    for name in options:
        if tracked and name in TRACKING_REFUSES:
            raise bad_request(
                f'The "${name[1:]}" query parameter isn\'t supported when Change Tracking is '
                "enabled."
            )
        if name in REFUSED:
            raise bad_request(REFUSED[name])
        if name.startswith("$") and name not in SUPPORTED:
            raise bad_request(f"The query parameter {name} is not supported")
    selected = _names(options.get("$select", ""), table)
    where, parameters = ("true", list[object]())
    if "$filter" in options:
        where, parameters = to_sql(options["$filter"], table)
    return Query(
        properties=_properties(selected, table),
        selected=selected,
        where=where,
        parameters=tuple(parameters),
        order=_order(options.get("$orderby", ""), table),
        top=_top(options),
        count=options.get("$count", "false") == "true",
        cookie=read_cookie(options["$skiptoken"]) if "$skiptoken" in options else None,
        delta=options.get("$deltatoken"),
        link_base="&".join(part for part in raw.split("&") if part and not _is_token(part)),
        delta_part="".join(part for part in raw.split("&") if _is_token(part, ("$deltatoken",))),
    )


def _options(raw: str) -> dict[str, str]:
    options: dict[str, str] = {}
    for name, value in parse_qsl(raw, keep_blank_values=True):
        if name in options and name.startswith("$"):
            raise bad_request(f"Query option '{name}' was specified more than once.")
        options[name] = value
    return options


def _is_token(part: str, names: tuple[str, ...] = ("$skiptoken", "$deltatoken")) -> bool:
    return unquote(part.partition("=")[0]) in names


def _names(text: str, table: Table) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    for name in names:
        if name not in table.properties:
            raise unknown_property(name, table.name)
    return names


def _properties(selected: tuple[str, ...], table: Table) -> tuple[str, ...]:
    """Return what a row shows: the selection, its money columns' currency and the primary key."""
    if not selected:
        return tuple(table.properties)
    added = [table.primary_key]
    has_money = any(table.properties[name].type == "money" for name in selected)
    if has_money and "transactioncurrencyid" in table.columns:
        added.append("_transactioncurrencyid_value")
    return tuple(dict.fromkeys([*selected, *added]))


def _order(text: str, table: Table) -> tuple[tuple[str, bool], ...]:
    order = []
    for item in filter(None, (part.strip() for part in text.split(","))):
        name, _, direction = item.partition(" ")
        if name not in table.properties:
            raise unknown_property(name, table.name)
        if direction.strip() not in ("", "asc", "desc"):
            raise bad_request(f"Syntax error in the $orderby item '{item}'.")
        order.append((name, direction.strip() == "desc"))
    return tuple(order)


def _top(options: dict[str, str]) -> int | None:
    text = options.get("$top")
    if text is None:
        return None
    if not text.isdigit():
        raise bad_request(f"Invalid value '{text}' for $top query option found.")
    return int(text)
