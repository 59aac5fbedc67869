"""JSON values of a request body, turned into the typed values of a row.

Raises Refusal (400) for a property the type lacks, a wrong type, an unknown enumeration member, a
null where the type has none. A text loses its trailing blanks; a moment of a date attribute becomes
noon of its UTC day, whatever offset it came with.
"""

import json
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from sandbox.finops.addresses import GUID, MOMENT, NOON
from sandbox.finops.answers import Refusal, bad_payload
from sandbox.finops.metadata import NAMESPACE, Attribute, Entity

INTEGER_BITS = {"Int32": 31, "Int64": 63}
SCALE = Decimal(1).scaleb(-16)
LIMIT = Decimal(10) ** 16

Row = dict[str, object]


def read_body(body: bytes) -> dict[str, object]:
    """Return the object of a JSON body; decimals stay exact."""
    try:
        parsed = json.loads(body, parse_float=Decimal, parse_constant=_no_constant)
    except (ValueError, UnicodeDecodeError) as error:
        raise bad_payload("The request body is not valid JSON.") from error
    if not isinstance(parsed, dict):
        raise bad_payload("The request body must be a JSON object.")
    return parsed


def typed_row(entity: Entity, body: dict[str, object]) -> Row:
    """Return attribute name -> value for the properties given; annotations are passed over."""
    row: Row = {}
    for name, value in body.items():
        if "@odata." in name:
            continue
        attribute = entity.public.get(name)
        if attribute is None:
            raise bad_payload(
                f"The property '{name}' does not exist on type "
                f"'{NAMESPACE}.{entity.entity_type}'. Make sure to only use property names that "
                "are defined by the type."
            )
        row[attribute.name] = _typed(attribute, value)
    return row


def _typed(attribute: Attribute, value: object) -> object:
    if value is None:
        return _null(attribute)
    if attribute.data_type == "String":
        return value.rstrip(" ") if isinstance(value, str) else _refuse(attribute, value)
    if attribute.enumeration:
        known = isinstance(value, str) and value in attribute.enumeration.members
        return value if known else _refuse(attribute, value)
    if attribute.data_type == "Guid":
        known = isinstance(value, str) and GUID.fullmatch(value) is not None
        return str(value).lower() if known else _refuse(attribute, value)
    if attribute.data_type in INTEGER_BITS:
        limit = 1 << INTEGER_BITS[attribute.data_type]
        whole = isinstance(value, int) and not isinstance(value, bool) and -limit <= value < limit
        return value if whole else _refuse(attribute, value)
    if attribute.data_type == "Real":
        return _decimal(attribute, value)
    return _moment(attribute, value)


def _decimal(attribute: Attribute, value: object) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise _refusal(attribute, value)
    try:
        number = Decimal(value).quantize(SCALE, ROUND_HALF_UP)
    except InvalidOperation as error:
        raise _refusal(attribute, value) from error
    if abs(number) >= LIMIT:
        raise _refusal(attribute, value)
    return number


def _moment(attribute: Attribute, value: object) -> datetime:
    if not isinstance(value, str) or not MOMENT.fullmatch(value):
        raise _refusal(attribute, value)
    try:
        moment = datetime.fromisoformat(value).astimezone(UTC).replace(tzinfo=None)
    except (ValueError, OverflowError) as error:
        raise _refusal(attribute, value) from error
    return datetime.combine(moment.date(), NOON) if attribute.data_type == "Date" else moment


def _null(attribute: Attribute) -> object:
    if not attribute.nullable:
        kind = f"{attribute.edm_type}[Nullable=False]"
        raise bad_payload(
            f"A null value was found for the property named '{attribute.odata_name}', which has "
            f"the expected type '{kind}'. The expected type '{kind}' does not allow null values."
        )
    return attribute.enumeration.members[0] if attribute.enumeration else ""


def _refuse(attribute: Attribute, value: object) -> object:
    raise _refusal(attribute, value)


def _refusal(attribute: Attribute, value: object) -> Refusal:
    return bad_payload(
        f"Cannot convert the literal '{value}' to the expected type '{attribute.edm_type}'."
    )


def _no_constant(text: str) -> object:
    raise ValueError(text)
