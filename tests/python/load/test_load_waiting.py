"""Rows that wait: for their children, for the rest of their document, for a lock."""

from typing import Any

import pytest
from installation import Installation, classes, counts, reasons


@pytest.fixture(params=["package", "odata"])
def either(request: pytest.FixtureRequest, world: Installation) -> Installation:
    """The world with each transport."""
    world.transport = request.param
    return world


def order(world: Installation, number: str = "W1", **values: Any) -> dict[str, Any]:
    return world.add("orders", OrderNumber=number, **{"Status": "Open", "Name": "n", **values})


def line(world: Installation, number: str = "W1", line: str = "1", **values: Any) -> dict[str, Any]:
    return world.add(
        "order_lines", OrderNumber=number, LineNumber=line, **{"Amount": "1", **values}
    )


def status_of(world: Installation) -> Any:
    return world.finops.of("orders")[0].get("Status")


def refuse_bad(name: str, row: dict[str, Any]) -> str:
    return "Bad name." if row.get("Name") == "bad" else ""


def test_a_status_is_raised_after_the_lines_are_accepted(either: Installation) -> None:
    order(either)
    line(either)
    seen: list[Any] = []

    def note(name: str, row: dict[str, Any]) -> str:
        seen.append((name, row.get("Status")))
        return ""

    either.finops.refuse = note
    report = either.load()
    assert list(dict.fromkeys(seen)) == [
        ("orders", None),
        ("order_lines", None),
        ("orders", "Open"),
    ]
    assert (report.exit_code, counts(report, "orders")) == (0, {"inserted": 2})
    again = either.load()
    assert (again.exit_code, counts(again, "orders")) == (0, {"unchanged": 2})


def test_a_new_status_waits_for_a_changed_line_at_the_last_accepted_one(
    either: Installation,
) -> None:
    head, one = order(either), line(either)
    either.load()
    head.update(Status="Done", Name="changed")
    one["Name"] = "bad"
    either.finops.refuse = refuse_bad
    report = either.load()
    assert counts(report, "orders") == {"updated": 1, "held": 1, "failed": 1}
    assert (status_of(either), either.finops.of("orders")[0]["Name"]) == ("Open", "changed")
    assert classes(either.plan(), "orders") == {"W1": "waiting"}
    one["Name"] = "good"
    assert counts(either.load(), "orders") == {"updated": 2}
    assert status_of(either) == "Done"


def test_an_incomplete_order_waits_and_is_not_sent_again(either: Installation) -> None:
    head = order(either, _is_complete=False)
    report = either.load()
    assert (report.exit_code, counts(report, "orders")) == (3, {"inserted": 1, "held": 1})
    assert status_of(either) is None
    either.finops.requests.clear()
    report = either.load()
    assert (report.exit_code, counts(report, "orders")) == (3, {"held": 1})
    assert either.finops.writes() == []
    head["_is_complete"] = True
    assert counts(either.load(), "orders") == {"updated": 1}
    assert status_of(either) == "Open"


def test_trailing_blanks_in_a_status_make_nobody_wait(world: Installation) -> None:
    head = order(world, Status="Open ")
    world.load()
    head["_is_complete"] = False
    assert classes(world.plan(), "orders") == {}


def test_a_line_cancelled_before_it_was_sent_holds_no_status_back(world: Installation) -> None:
    order(world)
    line(world, _is_cancelled=True)
    report = world.load()
    assert (report.exit_code, status_of(world)) == (0, "Open")


def test_a_refused_order_is_tried_once_and_its_lines_wait(either: Installation) -> None:
    order(either, Name="bad")
    line(either)
    tried: list[str] = []

    def note(name: str, row: dict[str, Any]) -> str:
        tried.append(name)
        return refuse_bad(name, row)

    either.finops.refuse = note
    assert counts(either.load(), "orders") == {"held": 1, "failed": 1}
    assert tried == ["orders"]
    assert counts(either.load(retry=True), "orders") == {"held": 1, "failed": 1}
    assert tried == ["orders", "orders"]
    assert reasons(either.plan(), "order_lines") == {
        "W1/1": "its parent in orders (usmf, W1) is not accepted: Bad name."
    }


def test_a_status_the_target_refuses_leaves_the_order_without_it(either: Installation) -> None:
    order(either)
    line(either)
    either.finops.refuse = lambda name, row: "No status." if row.get("Status") else ""
    report = either.load()
    assert (report.exit_code, counts(report, "orders")) == (3, {"inserted": 2, "failed": 1})
    assert reasons(either.plan(), "orders") == {"W1": "No status."}


def invoice(world: Installation, *lines: str, number: str = "F1", **values: Any) -> None:
    world.add("invoices", InvoiceId=number, **{"Name": "n", **values})
    for name in lines:
        world.add("invoice_lines", InvoiceId=number, LineNumber=name, Name=name)


def test_one_row_that_cannot_go_holds_its_whole_document_and_no_other(world: Installation) -> None:
    invoice(world, "1", "2")
    invoice(world, "1", number="F2")
    world.rows["invoice_lines"][1]["Item"] = "unknown item"
    plan = world.plan()
    assert classes(plan, "invoices") == {"F1": "held", "F2": "insert"}
    assert classes(plan, "invoice_lines") == {"F1/1": "held", "F1/2": "held", "F2/1": "insert"}
    assert "items (usmf, unknown item)" in reasons(plan, "invoice_lines")["F1/2"]
    assert "held in invoice_lines" in reasons(plan, "invoices")["F1"]
    report = world.load()
    assert (report.exit_code, counts(report, "invoices")) == (3, {"inserted": 2, "held": 3})
    assert len(world.finops.of("invoices")) == 1


def test_a_header_that_cannot_go_holds_its_lines(world: Installation) -> None:
    invoice(world, "1", Customer="nobody")
    assert classes(world.plan(), "invoice_lines") == {"F1/1": "held"}
    report = world.load()
    assert counts(report, "invoices") == {"held": 2}
    assert world.finops.of("invoice_lines") == []


def test_a_line_whose_other_parent_is_refused_in_this_load_holds_the_header(
    world: Installation,
) -> None:
    invoice(world, "1")
    world.add("items", Item="I1", Name="bad")
    world.rows["invoice_lines"][0]["Item"] = "I1"
    world.finops.refuse = refuse_bad
    assert classes(world.plan(), "invoices") == {"F1": "insert"}
    assert counts(world.load(), "invoices") == {"held": 2}
    assert world.finops.of("invoices") == []


def test_a_locked_document_is_left_alone_even_if_only_a_line_changed(world: Installation) -> None:
    invoice(world, "1", "2")
    invoice(world, "1", number="F2")
    world.load()
    world.finops.of("invoices")[0]["IsPosted"] = "Yes"
    world.rows["invoice_lines"][0]["Amount"] = "7"
    world.rows["invoice_lines"][2]["Amount"] = "7"
    invoice_row = world.rows["invoices"][1]
    invoice_row["Name"] = "changed"
    plan = world.plan()
    assert classes(plan, "invoice_lines") == {"F1/1": "locked", "F2/1": "update"}
    assert classes(plan, "invoices") == {"F2": "update"}
    report = world.load()
    assert (report.exit_code, counts(report, "invoices")) == (
        3,
        {"updated": 2, "unchanged": 2, "held": 1},
    )


def test_a_locked_header_takes_no_new_lines(world: Installation) -> None:
    invoice(world, "1")
    world.load()
    world.finops.of("invoices")[0]["IsPosted"] = "Yes"
    world.rows["invoices"][0]["Name"] = "changed"
    world.add("invoice_lines", InvoiceId="F1", LineNumber="2")
    plan = world.plan()
    assert classes(plan, "invoices") == {"F1": "locked"}
    assert classes(plan, "invoice_lines") == {"F1/2": "locked"}


def test_locks_are_asked_for_only_where_something_changes(world: Installation) -> None:
    invoice(world, "1")
    world.load()
    world.finops.requests.clear()
    world.load()
    assert [r.url.path for r in world.finops.requests if r.url.path.startswith("/data")] == []


def test_a_line_rejected_since_holds_the_rest_of_its_document(world: Installation) -> None:
    invoice(world, "1", "2")
    invoice(world, "1", number="F2")
    world.load()
    for row in (*world.rows["invoices"], *world.rows["invoice_lines"]):
        row["Name"] = "changed"
    gone = world.rows["invoice_lines"].pop(1)
    world.rejected = [("invoice_lines", gone["_source_id"])]
    plan = world.plan()
    assert classes(plan, "invoices") == {"F1": "held", "F2": "update"}
    assert classes(plan, "invoice_lines") == {
        "F1/1": "held",
        "F1/2": "rejected_now",
        "F2/1": "update",
    }
    assert "rejected_now in invoice_lines" in reasons(plan, "invoices")["F1"]


def test_a_locked_row_is_not_taken_over(world: Installation) -> None:
    for number in ("F1", "F2"):
        posted = "Yes" if number == "F1" else "No"
        world.finops.put(
            "invoices", dataAreaId="usmf", InvoiceId=number, Name="Theirs", IsPosted=posted
        )
        invoice(world, number=number)
    report = world.load(adopt=["invoices"])
    assert counts(report, "invoices") == {"updated": 1, "held": 1}
    assert [row["Name"] for row in world.finops.of("invoices")] == ["Theirs", "n"]
