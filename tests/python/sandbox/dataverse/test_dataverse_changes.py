"""The change script, and what a second read sees of it."""

from collections import Counter

import httpx
import pytest
from dataverse_service import Dataverse, serve

from sandbox.changes import run_changes
from sandbox.contents import Contents, open_database
from sandbox.database import Database
from sandbox.errors import SandboxError


@pytest.fixture
def database() -> Database:
    return open_database(Contents(rows=500, seed=3))


def test_a_round_does_each_kind_of_change(database: Database) -> None:
    report = run_changes(database)
    assert report["round"] == 1
    assert isinstance(report["changes"], list)
    kinds = Counter(change["change"] for change in report["changes"])
    assert kinds.keys() == {
        "amount_raised",
        "milestone_added",
        "milestone_deleted",
        "work_order_product_deleted",
        "invoice_cancelled",
        "work_order_started",
        "work_order_line_followed",
        "account_renamed",
        "contract_line_renumbered",
        "task_renamed",
        "effort_changed",
        "actual_added",
        "actuals_connected",
        "category_added",
        "quote_revised",
        "quote_added",
        "contact_changed",
        "order_activated",
        "order_line_followed",
        "adjustment_posted",
    }
    raised = [change for change in report["changes"] if change["change"] == "amount_raised"]
    for change in raised:
        before, after = change["before"]["msdyn_amount"], change["after"]["msdyn_amount"]
        assert float(after) - float(before) == pytest.approx(10)


def test_the_rounds_are_the_same_everywhere(database: Database) -> None:
    other = open_database(Contents(rows=500, seed=3))
    first, second = run_changes(database), run_changes(database)
    assert run_changes(other) == first
    assert run_changes(other) == second
    assert second["round"] == 2
    assert second["changes"] != first["changes"]


def test_a_delta_shows_the_changes(database: Database) -> None:
    with serve(database) as service:
        path = "msdyn_contractlinescheduleofvalues?$select=msdyn_amount"
        page = service.get(path, "odata.track-changes").json()
        response = httpx.post(f"{service.base}/sandbox/changes").raise_for_status()
        by_kind = kinds(response.json())
        rows = service.get(page["@odata.deltaLink"]).json()["value"]
        changed = {row.get("msdyn_contractlinescheduleofvalueid") for row in rows}
        deleted = {row["id"] for row in rows if row.get("reason") == "deleted"}
        assert changed - {None} == by_kind["amount_raised"] | by_kind["milestone_added"]
        assert deleted == by_kind["milestone_deleted"]
        (invoice,) = by_kind["invoice_cancelled"]
        assert service.get(f"invoices({invoice})").json()["statecode"] == 3
        started(service, by_kind)


def started(service: Dataverse, by_kind: dict[str, set[str]]) -> None:
    """An order that began, and the copies of its status on its lines."""
    (order,) = by_kind["work_order_started"]
    assert service.get(f"msdyn_workorders({order})").json()["msdyn_systemstatus"] == 690970002
    lines = service.rows(f"msdyn_workorderproducts?$filter=_msdyn_workorder_value eq {order}")
    assert lines
    assert {line["msdynce_headersystemstatus"] for line in lines} == {690970002}


def test_a_round_adds_a_connected_cost_and_its_sales(database: Database) -> None:
    report = changes_of(run_changes(database))
    with serve(database) as service:
        actuals = [
            service.get(f"msdyn_actuals({change['id']})").raise_for_status().json()
            for change in report
            if change["change"] == "actual_added"
        ]
        (connection,) = [
            service.get(f"msdyn_transactionconnections({change['id']})").raise_for_status().json()
            for change in report
            if change["change"] == "actuals_connected"
        ]
    by_type = {actual["msdyn_transactiontypecode"]: actual for actual in actuals}
    assert by_type.keys() == {192350000, 192350005}
    assert connection["msdyn_transaction1"] == by_type[192350005]["msdyn_actualid"]
    assert connection["msdyn_transaction2"] == by_type[192350000]["msdyn_actualid"]


def test_a_round_makes_a_task_longer_and_renames_another(database: Database) -> None:
    report = changes_of(run_changes(database))
    longer = [change for change in report if change["change"] == "effort_changed"]
    (renamed,) = [change for change in report if change["change"] == "task_renamed"]
    with serve(database) as service:
        for change in longer:
            before, after = change["before"], change["after"]
            assert isinstance(before, dict)
            assert isinstance(after, dict)
            assert float(after["msdyn_effort"]) - float(before["msdyn_effort"]) == 1.5
            task = service.get(f"msdyn_projecttasks({change['id']})").json()
            assert task["msdyn_effort"] == float(after["msdyn_effort"])
        task = service.get(f"msdyn_projecttasks({renamed['id']})").json()
        assert renamed["after"] == {"msdyn_subject": task["msdyn_subject"]}
        assert task["msdyn_subject"].endswith(", again")


def test_a_category_is_added_each_round(database: Database) -> None:
    names = []
    for _ in range(2):
        (added,) = [
            change
            for change in changes_of(run_changes(database))
            if change["change"] == "category_added"
        ]
        assert isinstance(added["after"], dict)
        names.append(added["after"]["msdyn_name"])
    with serve(database) as service:
        there = {row["msdyn_name"] for row in service.rows("msdyn_transactioncategories")}
    assert names == ["Added Category 1", "Added Category 2"]
    assert set(names) <= there


def test_a_revised_quote_is_closed_and_followed_by_one_of_its_number(database: Database) -> None:
    by_kind = kinds(run_changes(database))
    with serve(database) as service:
        (closed,), (active,) = by_kind["quote_revised"], by_kind["quote_added"]
        old, new = (service.get(f"quotes({row_id})").json() for row_id in (closed, active))
        assert (old["statecode"], old["statuscode"], new["statecode"]) == (3, 7, 1)
        assert old["quotenumber"] == new["quotenumber"]
        assert new["totalamount"] - old["totalamount"] == pytest.approx(10)
        totals = []
        for row_id in (closed, active):
            lines = service.rows(f"quotedetails?$filter=_quoteid_value eq {row_id}")
            totals.append(
                sum(
                    line["quantity"] * line["priceperunit"] - line["manualdiscountamount"]
                    for line in lines
                )
            )
        assert totals[1] - totals[0] == pytest.approx(10)


def test_a_draft_is_activated_and_an_adjustment_posted_each_round(database: Database) -> None:
    with serve(database) as service:
        for _ in range(3):
            by_kind = kinds(run_changes(database))
            (order,) = by_kind["order_activated"]
            row = service.get(f"salesorders({order})").json()
            assert row["msdynce_processingstatus"] == 647390000
            for line in by_kind["order_line_followed"]:
                assert service.get(f"salesorderdetails({line})").json()["msdynce_orderissubmitted"]
            (adjustment,) = by_kind["adjustment_posted"]
            row = service.get(f"msdyn_inventoryadjustments({adjustment})").json()
            assert row["msdynce_poststatus"] == 2


def changes_of(report: dict[str, object]) -> list[dict[str, object]]:
    changes = report["changes"]
    assert isinstance(changes, list)
    return changes


def kinds(report: dict[str, object]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    changes = report["changes"]
    assert isinstance(changes, list)
    for change in changes:
        found.setdefault(change["change"], set()).add(change["id"])
    return found


def test_an_organisation_without_rows_cannot_change() -> None:
    empty = open_database(Contents(rows=0))
    with pytest.raises(SandboxError, match="too few ordinary rows"):
        run_changes(empty)
    with serve(empty) as service:
        assert httpx.post(f"{service.base}/sandbox/changes").status_code == 409
