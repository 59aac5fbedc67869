"""From Dataverse to Finance and back to nothing to do, with real processes and sockets."""

import signal
import subprocess
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from world import COLLECTIONS, ROOT, World, free_port

Fresh = Callable[[World], World]


def as_finance_tells(value: Any) -> Any:
    """A value of an integration table as Finance shows it: dates at noon, empty for null."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return value.normalize()
    if hasattr(value, "isoformat"):
        return f"{value.isoformat()}T12:00:00Z"
    return value.rstrip() if isinstance(value, str) else Decimal(value)


def as_told(value: Any) -> Any:
    if value is None or value == "1900-01-01T12:00:00Z":
        return ""
    return Decimal(str(value)).normalize() if isinstance(value, int | float) else value


def wire_names(row: dict[str, Any]) -> dict[str, str]:
    return {name.lower(): name for name in row}


def refused(world: World) -> set[tuple[str, str]]:
    """(model, source id) of rows that are not in Finance as they stand in the warehouse."""
    with duckdb.connect(str(world.folder / "ledger.duckdb"), read_only=True) as ledger:
        rows = ledger.execute(
            "select model, source_id from ledger where state not in ('in_target', 'processed')"
        ).fetchall()
    return set(rows)


@pytest.mark.parametrize("transport", ["package", "odata"])
def test_finance_holds_what_the_integration_tables_say(
    built: World, fresh: Fresh, transport: str
) -> None:
    world = fresh(built)
    report = world.json("load", "--transport", transport)
    content = world.content()
    for model in COLLECTIONS:
        missing = 0
        with duckdb.connect(str(world.folder / "warehouse.duckdb"), read_only=True) as warehouse:
            relation = warehouse.execute(f"select * from integration.{model}")
            columns = [name for name, *_ in relation.description or ()]
            desired = [dict(zip(columns, row, strict=True)) for row in relation.fetchall()]
        held = refused(world)
        keys = key_columns(model)
        told = {
            tuple(str(as_told(row[wire_names(row)[key.lower()]])).lower() for key in keys): row
            for row in content[model]
        }
        for row in desired:
            key = tuple(str(as_finance_tells(row[name])).lower() for name in keys)
            if key not in told or (model, row["_source_id"]) in held:
                missing += 1
                continue
            names = wire_names(told[key])
            for name, value in row.items():
                if name.startswith("_") or value is None:
                    continue
                if name == "ExternalWorkOrderStatus":
                    continue
                assert as_told(told[key][names[name.lower()]]) == as_finance_tells(value), (model, name)
        assert missing < len(desired) * 0.5, (model, missing, len(desired))
    assert {row["template"] for row in report["templates"]} == {
        "accounts", "projects_and_contracts", "work_orders", "agreement_invoices",
    }
