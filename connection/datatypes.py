"""The column types a declaration may use."""

import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal["string", "integer", "bigint", "boolean", "date", "timestamp", "decimal"]

SIMPLE: tuple[Kind, ...] = ("string", "integer", "bigint", "boolean", "date", "timestamp")
_DECIMAL = re.compile(r"decimal\s*\(\s*(\d+)\s*,\s*(\d+)\s*\)")


@dataclass(frozen=True, slots=True)
class DataType:
    """A declared type. precision and scale are 0 except for decimals (digits, of them decimals)."""

    kind: Kind
    precision: int = 0
    scale: int = 0

    def __str__(self) -> str:
        """Return the declaration, such as `decimal(19, 4)`."""
        return f"decimal({self.precision}, {self.scale})" if self.kind == "decimal" else self.kind


def parse_data_type(text: str) -> DataType:
    """Read a `data_type`. Raises ValueError with the list of types when it is none of them."""
    wanted = text.strip().lower()
    for kind in SIMPLE:
        if wanted == kind:
            return DataType(kind)
    match = _DECIMAL.fullmatch(wanted)
    if match:
        precision, scale = int(match[1]), int(match[2])
        if 1 <= precision <= 38 and scale <= precision:
            return DataType("decimal", precision, scale)
    raise ValueError(f"`{text}` is none of {', '.join(SIMPLE)}, decimal(p, s) with p up to 38")
