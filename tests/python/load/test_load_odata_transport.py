"""Batches on the wire: values as Finance wants them, and each row's fate is known."""

import httpx
import pytest
from installation import Installation, counts, reasons, result
from sendings import GUID, batches, customers, refusing

from load.ledger import open_ledger


@pytest.fixture
def odata(world: Installation) -> Installation:
    world.transport = "odata"
    return world


def test_a_missing_row_is_patched_then_posted_each_in_its_own_change_set(
    odata: Installation,
) -> None:
    customers(odata, "C1", "C2")
    odata.load()
    patched, posted = batches(odata)
    assert patched.count("PATCH ") == posted.count("POST ") == 2
    assert patched.count("boundary=changeset_") == posted.count("boundary=changeset_") == 2
    assert "https://finops.test/data/CDSCustomers(dataAreaId='usmf',Account='C1')" in patched
    assert "?cross-company=true" in patched


def test_values_go_as_finance_wants_them(odata: Installation) -> None:
    customers(odata, "O'Neil & Söhne/1", CreditLimit="12345678901234.5600", StartDate="2026-02-03")
    odata.add("contracts", ContractId="K1", Customer="o'neil & söhne/1", SourceDataID=GUID)
    odata.add("contract_lines", ContractId="K1", ContractLine=1, TransactionId=GUID)
    odata.load()
    text = "".join(batches(odata))
    assert "Account='O''Neil%20%26%20S%C3%B6hne%2F1'" in text
    assert '"CreditLimit":12345678901234.56' in text
    assert '"StartDate":"2026-02-03T12:00:00Z"' in text
    assert '"SourceDataId"' in text
    assert "ContractLine=1)" in text
    assert counts(odata.load(), "accounts") == {"unchanged": 1}
    odata.add("milestones", TransactionId=GUID, ContractLineRef=GUID, Amount="1")
    odata.finops.requests.clear()
    odata.load()
    assert f"(dataAreaId='usmf',TransactionId={GUID})" in batches(odata)[0]


def test_a_cleared_enum_goes_as_null_and_a_text_as_empty(odata: Installation) -> None:
    row = odata.add("orders", OrderNumber="W1", Status="Open", Name="x")
    odata.load()
    row.update(Status=None, Name=None)
    odata.finops.requests.clear()
    odata.load()
    assert '"Status":null' in batches(odata)[0]
    assert '"Name":""' in batches(odata)[0]


def test_a_refusal_with_status_500_keeps_its_inner_words_and_stops_no_other(
    odata: Installation,
) -> None:
    customers(odata, "C1", "C2", "C3")
    odata.finops.refuse = refusing("C2")
    assert counts(odata.load(), "accounts") == {"inserted": 2, "failed": 1}
    assert reasons(odata.plan(), "customers") == {"C2": "Refused C2."}


def test_a_batch_that_stops_at_its_first_failure_goes_on(odata: Installation) -> None:
    customers(odata, *(f"C{number}" for number in range(6)))
    odata.finops.refuse = refusing("C2", "C4")
    odata.finops.stop_at_failure = True
    assert counts(odata.load(), "accounts") == {"inserted": 4, "failed": 2}


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_answer_within_a_batch_is_no_refusal(odata: Installation, status: int) -> None:
    customers(odata, "C1", "C2")
    odata.finops.part_status = lambda row: status if row["Account"] == "C2" else 0
    assert counts(odata.load(), "accounts") == {"inserted": 1, "failed": 1}
    assert odata.states("customers") == {"C1": "in_target", "C2": "unknown"}
    odata.finops.part_status = lambda row: 0
    assert counts(odata.load(), "accounts") == {"inserted": 1, "unchanged": 1}


@pytest.mark.parametrize("arrived", [True, False])
def test_a_broken_connection_is_settled_by_reading_back(odata: Installation, arrived: bool) -> None:
    customers(odata, "C1", "C2")
    odata.load()
    odata.rows["customers"][0]["Name"] = "changed"
    posts: list[str] = []

    def cut(request: httpx.Request) -> None:
        if request.url.path == "/data/$batch":
            posts.append("cut")
            raise httpx.ReadError("gone")

    if arrived:
        odata.finops.after = cut
    else:
        odata.finops.before = cut
    expected = {"updated": 1} if arrived else {"failed": 1}
    assert counts(odata.load(), "accounts") == expected | {"unchanged": 1}
    assert posts == ["cut"]
    odata.finops.before = odata.finops.after = lambda request: None
    expected = {"unchanged": 2} if arrived else {"updated": 1, "unchanged": 1}
    assert counts(odata.load(), "accounts") == expected


def test_throttling_is_waited_for(odata: Installation) -> None:
    customers(odata, "C1")
    answer, turned_away = odata.finops._batch, []

    def throttled(request: httpx.Request) -> httpx.Response:
        if not turned_away:
            turned_away.append(request)
            return httpx.Response(429, headers={"Retry-After": "17"})
        return answer(request)

    odata.finops._batch = throttled
    assert counts(odata.load(), "accounts") == {"inserted": 1}
    assert odata.slept == [17]


def test_a_package_only_entity_goes_in_packages_all_the_same(odata: Installation) -> None:
    odata.add("categories", Category="K1", Name="n")
    odata.add("items", Item="I1", Name="n")
    report = odata.load("categories", "items")
    assert counts(report, "categories") == counts(report, "items") == {"inserted": 1}
    assert [name for name, _, _ in odata.finops.packages] == ["categories"]


def test_a_load_by_odata_waits_for_an_import_an_earlier_one_left_behind(
    world: Installation,
) -> None:
    customers(world, "C1")
    world.finops.polls = ("Executing",) * 100_000
    world.finops.liar = True
    world.load()
    world.transport = "odata"
    report = world.load()
    assert "is still Executing" in result(report, "accounts").message
    assert batches(world) == []


def test_reading_back_sees_a_value_that_was_not_cleared(odata: Installation) -> None:
    customers(odata, "C1", Memo="x")
    odata.load()
    odata.rows["customers"][0]["Memo"] = None

    def cut(request: httpx.Request) -> None:
        if request.url.path == "/data/$batch":
            raise httpx.ReadError("gone")

    odata.finops.before = cut
    assert counts(odata.load(), "accounts") == {"failed": 1}
    odata.finops.before = lambda request: None
    assert counts(odata.load(), "accounts") == {"updated": 1}
    assert odata.finops.of("customers")[0]["Memo"] == ""


def test_an_open_row_of_a_column_that_is_gone_can_be_settled(world: Installation) -> None:
    customers(world, "C1")
    world.finops.liar = True
    world.load()
    with open_ledger(world.settings.ledger_path) as ledger:
        ledger.connection.execute(
            """update ledger set attempted_payload = '{"Account":"C1","dataAreaId":"usmf","Old":"x"}'"""
        )
    world.finops.liar = False
    assert counts(world.load(), "accounts") == {"inserted": 1}


@pytest.mark.parametrize("status", [401, 403])
def test_no_access_within_a_batch_blames_no_row(odata: Installation, status: int) -> None:
    customers(odata, "C1")
    odata.finops.part_status = lambda row: status
    odata.load()
    assert odata.states("customers") == {"C1": "unknown"}
    odata.finops.part_status = lambda row: 0
    assert counts(odata.load(), "accounts") == {"inserted": 1}


def test_a_value_the_wire_has_no_form_for_refuses_its_row_alone(odata: Installation) -> None:
    for guid in (GUID, "no guid"):
        odata.add("milestones", TransactionId=guid, Amount="1")
    odata.load()
    assert odata.states("milestones") == {GUID: "in_target", "no guid": "refused"}
    assert "no guid" in reasons(odata.plan(), "milestones")["no guid"]
