"""Rows of one model that are each other's parents: parents first, at any depth."""

from collections.abc import Callable
from typing import Any

import pytest
from installation import Installation, classes, counts, reasons


def task(world: Installation, name: str, parent: str | None = None, **values: Any) -> Any:
    return world.add("tasks", Task=name, ParentTask=parent, **{"Name": name, **values})


def noting(seen: list[str]) -> Callable[[str, dict[str, Any]], str]:
    """A target that refuses tasks called bad, and tasks whose parent it does not have."""
    there: set[str] = set()

    def note(name: str, row: dict[str, Any]) -> str:
        seen.append(row["Task"])
        if row.get("ParentTask") and row["ParentTask"].lower() not in there:
            return "The parent does not exist."
        if row["Name"] == "bad":
            return "Bad name."
        there.add(row["Task"].lower())
        return ""

    return note


@pytest.mark.parametrize("transport", ["package", "odata"])
def test_parents_go_before_their_children_at_any_depth(world: Installation, transport: str) -> None:
    world.transport = transport
    seen: list[str] = []
    # in an order of keys that is not the order of levels
    task(world, "T9")
    for number in range(8, -1, -1):
        task(world, f"T{number}", f"t{number + 1} ")
    world.finops.refuse = noting(seen)
    report = world.load()
    assert (report.exit_code, counts(report, "tasks")) == (0, {"inserted": 10})
    assert list(dict.fromkeys(seen)) == [f"T{number}" for number in range(9, -1, -1)]
    assert counts(world.load(), "tasks") == {"unchanged": 10}


def test_one_level_goes_in_one_package(world: Installation) -> None:
    for name in ("A", "B"):
        task(world, name)
        task(world, f"{name}1", name)
        task(world, f"{name}2", name)
    world.load()
    assert [len(rows) for _, _, rows in world.finops.packages] == [2, 4]


def test_all_below_a_refused_row_waits_and_its_siblings_go(world: Installation) -> None:
    seen: list[str] = []
    task(world, "A", Name="bad")
    task(world, "A1", "A")
    task(world, "A11", "A1")
    task(world, "B")
    task(world, "B1", "B")
    world.finops.refuse = noting(seen)
    report = world.load()
    assert (report.exit_code, counts(report, "tasks")) == (
        3,
        {"inserted": 2, "failed": 1, "held": 2},
    )
    assert "A1" not in seen
    said = world.plan()
    assert classes(said, "tasks") == {"A": "refused", "A1": "held", "A11": "held"}
    assert (
        reasons(said, "tasks")["A1"] == "its parent in tasks (usmf, A) is not accepted: Bad name."
    )
    world.rows["tasks"][0]["Name"] = "good"
    assert counts(world.load(), "tasks") == {"inserted": 3, "unchanged": 2}


def test_a_parent_nobody_describes_holds_all_below_it(world: Installation) -> None:
    task(world, "A1", "A")
    task(world, "A11", "A1")
    task(world, "B")
    assert classes(world.plan(), "tasks") == {"A1": "held", "A11": "held", "B": "insert"}


def test_a_circle_of_parents_is_held_with_all_below_it(world: Installation) -> None:
    task(world, "A", "C")
    task(world, "B", "A")
    task(world, "C", "B")
    task(world, "D", "C")
    task(world, "S", "S")
    task(world, "G")
    plan = world.plan()
    held = dict.fromkeys(("A", "B", "C", "D", "S"), "held")
    assert classes(plan, "tasks") == {**held, "G": "insert"}
    assert {reasons(plan, "tasks")[name] for name in held} == {
        "the way up through its parents leads in a circle, so none of them can go first"
    }
    assert counts(world.load(), "tasks") == {"inserted": 1, "held": 5}


def test_a_new_child_of_an_accepted_row_is_of_the_first_level(world: Installation) -> None:
    task(world, "A")
    world.load()
    task(world, "A1", "A")
    world.finops.packages.clear()
    assert counts(world.load(), "tasks") == {"inserted": 1, "unchanged": 1}
    assert len(world.finops.packages) == 1


def test_a_task_of_another_company_is_no_parent(world: Installation) -> None:
    task(world, "A", dataAreaId="demf")
    task(world, "A1", "A")
    assert classes(world.plan(), "tasks") == {"A": "insert", "A1": "held"}
