"""One JSON value to one typed value: exact, slow, and able to say what is wrong.

Used where the fast reader of whole pages gives up: for legal but unusual spellings, and to find
the value that does not fit its declared type.
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_EVEN, Context, Decimal, InvalidOperation
from typing import Any

from connection.datatypes import DataType

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_MOMENT = re.compile(
    r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})?", re.ASCII
)
_NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d+)?", re.ASCII)
_EXACT = Context(prec=200, traps=[InvalidOperation], rounding=ROUND_HALF_EVEN)
_LIMITS = {"integer": 2**31, "bigint": 2**63}


class DoesNotFitError(ValueError):
    """A value that its declared type cannot hold."""


def convert(value: Any, data_type: DataType, *, is_double: bool = False) -> Any:
    """Return `value`, as JSON with exact decimals gives it, in the declared type.

    is_double: the service stores binary floating point, so a decimal is rounded half to even.
    Raises DoesNotFitError.
    """
    if value is None:
        return None
    if data_type.kind == "decimal":
        return _decimal(value, data_type, is_double)
    return _CONVERTERS[data_type.kind](value)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise DoesNotFitError
    # Text cut in the middle of an emoji leaves half a surrogate pair, which UTF-8 cannot hold.
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _whole(limit: int) -> Callable[[Any], int]:
    def convert_whole(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            raise DoesNotFitError
        if not -limit <= value < limit or value != int(value):
            raise DoesNotFitError
        return int(value)

    return convert_whole


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise DoesNotFitError
    return value


def _date(value: Any) -> date:
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise DoesNotFitError
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise DoesNotFitError from None


def _moment(value: Any) -> datetime:
    """Return UTC without zone; digits beyond the microsecond are cut."""
    if not isinstance(value, str) or not (_MOMENT.fullmatch(value) or _DAY.fullmatch(value)):
        raise DoesNotFitError
    try:
        moment = datetime.fromisoformat(value)
        return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
    except (ValueError, OverflowError):
        raise DoesNotFitError from None


def _decimal(value: Any, data_type: DataType, is_double: bool) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        raise DoesNotFitError
    if isinstance(value, str) and not _NUMBER.fullmatch(value):
        raise DoesNotFitError
    number = Decimal(value)
    try:
        fitted = number.quantize(Decimal(1).scaleb(-data_type.scale), context=_EXACT)
    except InvalidOperation:
        raise DoesNotFitError from None
    if fitted != number and not is_double:
        raise DoesNotFitError
    if len(fitted.as_tuple().digits) > data_type.precision:
        raise DoesNotFitError
    return fitted


_CONVERTERS: dict[str, Callable[[Any], Any]] = {
    "string": _text,
    "integer": _whole(_LIMITS["integer"]),
    "bigint": _whole(_LIMITS["bigint"]),
    "boolean": _boolean,
    "date": _date,
    "timestamp": _moment,
}
