"""Addresses under /data: the collection, the key in parentheses and what follows them.

A key names every key field, in any order. Texts stand in single quotes with inner quotes doubled;
GUIDs, numbers and moments stand bare. Anything else is no route of the service.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time
from decimal import Decimal, InvalidOperation
from urllib.parse import parse_qsl, unquote, urlsplit

from sandbox.finops.answers import NoRoute
from sandbox.finops.metadata import Attribute, Entity, by_collection

GUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
COLLECTION = re.compile(r"(?P<name>\w+)(?P<rest>.*)", re.DOTALL)
KEY = re.compile(r"\((?P<inside>(?:[^')]|'(?:[^']|'')*')*)\)(?P<rest>.*)", re.DOTALL)
PART = re.compile(r"\s*(?P<name>\w+)\s*=\s*(?P<value>'(?:[^']|'')*'|[^,'()\s]+)\s*(?:,|$)")
MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,7})?)?(Z|[+-]\d{2}:\d{2})")
NOON = time(12)
ROOT = "/data/"

KeyValue = str | int | Decimal | datetime


@dataclass(frozen=True, slots=True)
class Address:
    """A taken-apart address.

    key: attribute name -> value, None when the collection itself is meant.
    rest: what follows, without the leading slash (`$count`, an action name, or blank).
    """

    entity: Entity
    key: dict[str, KeyValue] | None
    rest: str
    options: dict[str, str]
    url: str

    @property
    def is_cross_company(self) -> bool:
        """Tell whether the call looks beyond the default company."""
        return self.options.get("cross-company", "").lower() == "true"


def read_address(url: str) -> Address:
    """Take apart an absolute or relative address. Raises NoRoute (404)."""
    parts = urlsplit(url)
    path = unquote(parts.path)
    path = path[len(ROOT) :] if path.startswith(ROOT) else path.lstrip("/")
    plain = unquote(url)
    start = COLLECTION.fullmatch(path)
    entity = by_collection().get(start["name"]) if start else None
    if start is None or entity is None:
        raise NoRoute(plain)
    key, rest = None, start["rest"]
    if rest.startswith("("):
        match = KEY.fullmatch(rest)
        key = _key(entity, match["inside"]) if match else None
        if match is None or key is None:
            raise NoRoute(plain)
        rest = match["rest"]
    if rest and not rest.startswith("/"):
        raise NoRoute(plain)
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    return Address(entity, key, rest.removeprefix("/"), options, url)


def _key(entity: Entity, inside: str) -> dict[str, KeyValue] | None:
    if len(entity.key) == 1 and "=" not in inside:
        inside = f"{entity.key[0].odata_name}={inside}"
    given: dict[str, str] = {}
    position = 0
    while position < len(inside):
        match = PART.match(inside, position)
        if match is None or match["name"] in given:
            return None
        given[match["name"]] = match["value"]
        position = match.end()
    if set(given) != {attribute.odata_name for attribute in entity.key}:
        return None
    values: dict[str, KeyValue] = {}
    for attribute in entity.key:
        value = _value(attribute, given[str(attribute.odata_name)])
        if value is None:
            return None
        values[attribute.name] = value
    return values


def _value(attribute: Attribute, text: str) -> KeyValue | None:
    """Return the typed value, or None when the text is not written the way the type wants it."""
    if attribute.data_type == "String":
        return text[1:-1].replace("''", "'").rstrip(" ") if text.startswith("'") else None
    if attribute.data_type == "Guid":
        return text.lower() if GUID.fullmatch(text) else None
    if attribute.data_type == "Date":
        return _day(text)
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    if attribute.data_type == "Real":
        return number if number.is_finite() else None
    return int(number) if number.is_finite() and number == number.to_integral_value() else None


def _day(text: str) -> datetime | None:
    """Return noon of the UTC day of a moment, as dates are kept."""
    if not MOMENT.fullmatch(text):
        return None
    try:
        moment = datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return datetime.combine(moment.date(), NOON)
