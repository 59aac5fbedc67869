"""What a plan says of each row, and that a load does it."""

import pytest
from installation import Installation, classes, counts, reasons, result


@pytest.mark.parametrize("transport", ["package", "odata"])
def test_a_row_is_inserted_then_unchanged_then_updated(world: Installation, transport: str) -> None:
    world.transport = transport
    row = world.add("customers", Account="C1", Name="One", CreditLimit="10.50")
    assert classes(world.plan(), "customers") == {"C1": "insert"}
    report = world.load()
    assert (report.exit_code, counts(report, "accounts")) == (0, {"inserted": 1})
    assert [row["Name"] for row in world.finops.of("customers")] == ["One"]
    world.finops.requests.clear()
    report = world.load()
    assert (report.exit_code, counts(report, "accounts")) == (0, {"unchanged": 1})
    assert world.finops.writes() == []
    row["CreditLimit"] = "11"
    plan = world.plan()
    assert [planned.changed for planned in plan.rows] == [("CreditLimit",)]
    assert counts(world.load(), "accounts") == {"updated": 1}
