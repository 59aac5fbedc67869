"""What the tests of both transports share."""

from collections.abc import Callable
from typing import Any

from installation import Installation

GUID = "aaaaaaaa-0000-4000-8000-000000000001"


def customers(world: Installation, *accounts: str, **values: Any) -> None:
    for account in accounts:
        world.add("customers", Account=account, **{"Name": account, **values})


def refusing(*accounts: str) -> Callable[[str, dict[str, Any]], str]:
    return lambda name, row: f"Refused {row['Account']}." if row["Account"] in accounts else ""


def batches(world: Installation) -> list[str]:
    return [
        request.content.decode()
        for request in world.finops.requests
        if request.url.path == "/data/$batch"
    ]
