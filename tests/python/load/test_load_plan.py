"""What a plan says of each row, and that a load does it."""

import pytest
from installation import Installation, classes, counts, reasons, result

from load.errors import SelectionUnknown

GUID = "aaaaaaaa-0000-4000-8000-000000000001"


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


def test_a_row_rejected_filtered_deleted_or_gone_is_told_apart_and_never_deleted(
    world: Installation,
) -> None:
    for account in ("C1", "C2", "C3", "C4", "C5"):
        world.add("customers", Account=account, Name=account)
    world.load()
    world.rows["customers"] = world.rows["customers"][:1]
    world.rejected = [("customers", "C2"), ("customers", "C9")]
    world.filtered = [("customers", "C3"), ("contracts", "C5")]
    world.deleted = ["customers:C4", "contracts:C1"]
    assert classes(world.plan(), "customers") == {
        "C2": "rejected_now",
        "C3": "withdrawn",
        "C4": "deleted",
        "C5": "absent",
    }
    world.finops.requests.clear()
    world.load()
    assert world.finops.writes() == []
    assert len(world.finops.of("customers")) == 5


def test_a_row_never_accepted_leaves_no_trace_when_it_is_gone(world: Installation) -> None:
    world.add("customers", Account="C1", Name="bad")
    world.finops.refuse = lambda name, row: "No." if row["Name"] == "bad" else ""
    world.load()
    world.rows["customers"].clear()
    world.rejected = [("customers", "C1")]
    assert classes(world.plan(), "customers") == {}


def test_a_key_that_only_the_target_knows_waits_for_a_person(world: Installation) -> None:
    world.finops.put("customers", dataAreaId="usmf", Account="c1", Name="Theirs")
    world.add("customers", Account="C1", Name="Ours")
    world.add("customers", Account="C2", Name="New")
    report = world.plan()
    assert classes(report, "customers") == {"C1": "collision", "C2": "insert"}
    assert world.finops.writes() == []
    loaded = world.load()
    assert (loaded.exit_code, counts(loaded, "accounts")) == (3, {"inserted": 1, "held": 1})
    assert [row["Name"] for row in world.finops.of("customers")] == ["Theirs", "New"]


@pytest.mark.parametrize("wish", ["customers", "customers:USMF,c1"])
def test_a_person_takes_a_row_over_by_model_or_key(world: Installation, wish: str) -> None:
    for account in ("c1", "c2"):
        world.finops.put("customers", dataAreaId="usmf", Account=account, Name="Theirs")
        world.add("customers", Account=account.upper(), Name="Ours")
    report = world.load(adopt=[wish])
    taken = 2 if wish == "customers" else 1
    assert result(report, "accounts").updated == taken
    assert [row["Name"] for row in world.finops.of("customers")].count("Ours") == taken
    again = world.load()
    assert result(again, "accounts").unchanged == taken


def test_the_same_source_row_under_a_new_key_waits_for_a_person(world: Installation) -> None:
    row = world.add("contracts", "guid-1", ContractId="K1", Customer=None, Name="x")
    world.load()
    row["ContractId"] = "K2"
    report = world.plan()
    kinds = {planned.key: planned.kind for planned in report.rows}
    assert kinds == {'["usmf","k1"]': "absent", '["usmf","k2"]': "rekeyed"}
    assert "k1" in next(planned.reason for planned in report.rows if planned.kind == "rekeyed")
    world.load()
    assert len(world.finops.of("contracts")) == 1
    world.load(adopt=["contracts:usmf,K2"])
    assert len(world.finops.of("contracts")) == 2
    assert result(world.load(), "projects").unchanged == 1


def test_a_customer_in_another_company_is_new_but_a_contract_there_is_rekeyed(
    world: Installation,
) -> None:
    world.add("customers", "guid-1", Account="C1")
    contract = world.add("contracts", "guid-2", ContractId="K1")
    world.load()
    world.add("customers", "guid-1", Account="C1", dataAreaId="demf")
    contract["dataAreaId"] = "demf"
    report = world.plan()
    assert classes(report, "customers") == {"guid-1": "insert"}
    kinds = {planned.kind for planned in report.rows if planned.model == "contracts"}
    assert kinds == {"rekeyed", "absent"}


def test_an_account_renumbered_within_its_company_is_rekeyed(world: Installation) -> None:
    row = world.add("customers", "guid-1", Account="C1")
    world.load()
    row["Account"] = "C2"
    kinds = {planned.key: planned.kind for planned in world.plan().rows}
    assert kinds == {'["usmf","c1"]': "absent", '["usmf","c2"]': "rekeyed"}


def test_what_was_refused_goes_again_when_it_changed_or_on_request(world: Installation) -> None:
    row = world.add("customers", Account="C1", Name="bad")
    world.finops.refuse = lambda name, row: "Bad name." if row["Name"] == "bad" else ""
    report = world.load()
    assert (report.exit_code, counts(report, "accounts")) == (1, {"failed": 1})
    assert reasons(world.plan(), "customers") == {"C1": "Bad name."}
    world.finops.requests.clear()
    report = world.load()
    assert (report.exit_code, world.finops.writes()) == (3, [])
    assert counts(world.load(retry=True), "accounts") == {"failed": 1}
    assert world.finops.writes()
    row["Name"] = "good"
    assert counts(world.load(), "accounts") == {"inserted": 1}


def test_a_refused_change_that_is_taken_back_is_nothing_to_do(world: Installation) -> None:
    row = world.add("customers", Account="C1", Name="good")
    world.load()
    world.finops.refuse = lambda name, row: "Bad name." if row["Name"] == "bad" else ""
    row["Name"] = "bad"
    assert counts(world.load(), "accounts") == {"failed": 1}
    row["Name"] = "good"
    world.finops.requests.clear()
    report = world.load()
    assert (report.exit_code, counts(report, "accounts")) == (0, {"unchanged": 1})
    assert world.finops.writes() == []
    assert world.states("customers") == {"C1": "in_target"}


def test_a_row_cancelled_before_it_was_sent_is_never_created(world: Installation) -> None:
    world.add("orders", OrderNumber="W1", _is_cancelled=True)
    sent = world.add("orders", OrderNumber="W2", Name="a")
    assert classes(world.plan(), "orders") == {"W1": "cancelled", "W2": "insert"}
    report = world.load()
    assert (report.exit_code, counts(report, "orders")) == (0, {"inserted": 1, "held": 1})
    sent["_is_cancelled"] = True
    sent["Name"] = "b"
    assert classes(world.plan(), "orders") == {"W1": "cancelled", "W2": "update"}


def test_children_of_a_refused_parent_wait_with_its_words(world: Installation) -> None:
    world.add("contracts", ContractId="K1", Name="bad")
    world.add("contract_lines", ContractId="K1", ContractLine=1, TransactionId=GUID)
    world.add("milestones", TransactionId=GUID[:-1] + "9", ContractLineRef=GUID, Amount="1")
    world.add("contracts", ContractId="K2", Name="good")
    world.add("contract_lines", ContractId="K2", ContractLine=1, TransactionId=GUID[:-1] + "2")
    world.finops.refuse = lambda name, row: "Bad name." if row.get("Name") == "bad" else ""
    report = world.load()
    assert (report.exit_code, counts(report, "projects")) == (
        3,
        {"inserted": 2, "held": 2, "failed": 1},
    )
    said = world.plan()
    assert reasons(said, "contract_lines") == {
        "K1/1": "its parent in contracts (usmf, K1) is not accepted: Bad name."
    }
    assert "contract_lines" in reasons(said, "milestones")[GUID[:-1] + "9"]
    world.rows["contracts"][0]["Name"] = "mended"
    assert counts(world.load(), "projects") == {"inserted": 3, "unchanged": 2}


def test_a_parent_about_to_be_sent_counts_only_when_it_is_in_the_selection(
    world: Installation,
) -> None:
    world.add("customers", Account="C1")
    world.add("contracts", ContractId="K1", Customer="c1")
    assert classes(world.plan(), "contracts") == {"K1": "insert"}
    alone = world.plan("projects")
    assert classes(alone, "contracts") == {"K1": "held"}
    assert "customers (usmf, c1) is not accepted" in reasons(alone, "contracts")["K1"]
    world.load("accounts")
    assert classes(world.plan("projects"), "contracts") == {"K1": "insert"}


def test_a_null_reference_has_no_parent(world: Installation) -> None:
    world.add("contracts", ContractId="K1", Customer=None)
    assert classes(world.plan("projects"), "contracts") == {"K1": "insert"}


def test_a_value_that_became_null_goes_once_as_empty(world: Installation) -> None:
    row = world.add("customers", Account="C1", Memo="x", CreditLimit="5", StartDate="2026-01-01")
    world.add("customers", Account="C2", Memo="y")
    world.load()
    assert "Contact" not in world.finops.of("customers")[0]
    row.update(Memo=None, CreditLimit=None, StartDate=None)
    assert counts(world.load(), "accounts") == {"updated": 1, "unchanged": 1}
    told = world.finops.of("customers")[0]
    assert (told["Memo"], told["CreditLimit"], told["StartDate"]) == ("", "0.0000", "1900-01-01")
    assert counts(world.load(), "accounts") == {"unchanged": 2}


def test_an_unknown_model_or_key_to_take_over_is_named(world: Installation) -> None:
    with pytest.raises(SelectionUnknown, match="`nobody` is no model of this load"):
        world.load(adopt=["nobody"])
    world.add("customers", Account="C1")
    with pytest.raises(SelectionUnknown, match="needs 2 parts"):
        world.load(adopt=["customers:C1"])


def test_a_refused_row_that_goes_again_takes_nothing_over(world: Installation) -> None:
    """What was never accepted may have been created by somebody else since."""
    row = world.add("customers", Account="C1", Name="bad")
    world.finops.refuse = lambda name, row: "Bad name." if row["Name"] == "bad" else ""
    world.load()
    world.finops.put("customers", dataAreaId="usmf", Account="C1", Name="Theirs")
    row["Name"] = "good"
    assert classes(world.plan(), "customers") == {"C1": "collision"}
    world.load()
    assert [row["Name"] for row in world.finops.of("customers")] == ["Theirs"]


def test_a_row_that_left_two_companies_is_planned_once(world: Installation) -> None:
    contract = world.add("contracts", "guid-1", ContractId="K1")
    world.load()
    contract["dataAreaId"] = "ussi"
    world.load(adopt=["contracts"])
    contract["dataAreaId"] = "demf"
    plan = world.plan()
    kinds = [planned.kind for planned in plan.rows if planned.model == "contracts"]
    assert sorted(kinds) == ["absent", "absent", "rekeyed"]
