"""Both ways to send: what the wire shows, and that each row's fate is known."""

import logging
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from fake_finops import SIGNATURE
from installation import Installation, classes, counts, reasons, result

from load.ledger import open_ledger

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


@pytest.fixture
def odata(world: Installation) -> Installation:
    world.transport = "odata"
    return world


# packages


def test_uploads_carry_no_token_and_their_address_shows_nowhere(
    world: Installation, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    customers(world, "C1")

    def break_upload(request: httpx.Request) -> None:
        if request.url.host == "blob.test":
            raise httpx.ReadError(f"broken at {request.url}")

    world.finops.before = break_upload
    report = world.load()
    uploads = [r for r in world.finops.requests if r.url.host == "blob.test"]
    assert len(uploads) > 1
    assert all("Authorization" not in request.headers for request in uploads)
    said = capfd.readouterr()
    shown = report.to_json() + caplog.text + said.out + said.err + str(world.ledger("from runs"))
    assert "blob.test/dmf" in shown
    assert "VERYSECRET" not in shown
    assert SIGNATURE not in shown
    # nothing was asked for, so nothing is open
    assert world.ledger("select count(*) from ledger") == [(0,)]


def test_an_upload_address_a_service_repeats_in_its_error_is_hidden(world: Installation) -> None:
    customers(world, "C1")
    url = f"https://blob.test/dmf/x.zip?{SIGNATURE}"
    answer = world.finops._action

    def refuse_import(action: str, body: dict[str, Any]) -> httpx.Response:
        if action == "ImportFromPackage":
            return httpx.Response(400, json={"error": {"message": f"Cannot read {url}"}})
        return answer(action, body)

    world.finops._action = refuse_import  # type: ignore[method-assign]
    report = world.load()
    assert "Cannot read" in result(report, "accounts").message
    assert "VERYSECRET" not in report.to_json()
    # it never began: the next load waits for nothing
    world.finops._action = answer  # type: ignore[method-assign]
    world.slept.clear()
    assert counts(world.load(), "accounts") == {"inserted": 1}
    assert sum(world.slept) < 2


@pytest.mark.parametrize("text", ["no json", "[1]", '{"BlobId": "1"}', ""])
def test_a_useless_upload_address_ends_the_template_only(world: Installation, text: str) -> None:
    customers(world, "C1")
    world.add("items", Item="I1")
    answer, asked = world.finops._action, []

    def once(action: str, body: dict[str, Any]) -> httpx.Response:
        if action == "GetAzureWriteUrl" and not asked:
            asked.append(action)
            return httpx.Response(200, json={"value": text})
        return answer(action, body)

    world.finops._action = once  # type: ignore[method-assign]
    report = world.load("accounts", "items")
    assert result(report, "accounts").message.startswith("GetAzureWriteUrl answered")
    assert counts(report, "accounts") == {"held": 1}
    assert (report.exit_code, result(report, "items").outcome) == (1, "Completed")


def test_an_execution_that_is_not_found_yet_is_waited_for(world: Installation) -> None:
    customers(world, "C1")
    world.finops.polls = ("not found",) * 8
    assert counts(world.load(), "accounts") == {"inserted": 1}


def test_an_execution_that_is_never_found_is_given_up_after_a_while(world: Installation) -> None:
    customers(world, "C1")
    world.finops.polls = ("not found",) * 10_000
    report = world.load()
    assert 300 <= sum(world.slept) < 400
    assert counts(report, "accounts") == {"inserted": 1}  # read back


def test_an_import_that_hangs_ends_the_load_and_is_never_repeated_while_it_runs(
    world: Installation,
) -> None:
    customers(world, "C1")
    world.finops.polls = ("Executing",) * 100_000
    world.finops.liar = True
    report = world.load()
    assert sum(world.slept) < 5 * 3600
    assert "is still Executing" in result(report, "accounts").message
    assert (report.exit_code, counts(report, "accounts")) == (1, {"failed": 1})
    assert len(world.finops.packages) == 1
    report = world.load()
    assert "is still Executing" in result(report, "accounts").message
    assert len(world.finops.packages) == 1
    next(iter(world.finops.jobs.values())).polls.clear()
    world.finops.liar = False
    world.finops.polls = ()
    assert counts(world.load(), "accounts") == {"inserted": 1}


@pytest.mark.parametrize("separator", [", ", ",", "|"])
def test_errors_name_rows_by_their_key(world: Installation, separator: str) -> None:
    world.finops.separator = separator
    for number in range(3):
        guid = f"{GUID[:-1]}{number}"
        world.add("contract_lines", ContractId="K1", ContractLine=number, TransactionId=guid)
    world.add("contracts", ContractId="K1")
    world.finops.refuse = lambda name, row: (
        "Bad line." if str(row.get("ContractLine")) == "1" else ""
    )
    world.load()
    assert reasons(world.plan(), "contract_lines") == {"K1/1": "Bad line."}
    assert len(world.finops.of("contract_lines")) == 2


def test_errors_without_a_name_are_matched_by_reading_back(world: Installation) -> None:
    customers(world, "C1", "C2", "C3")
    world.finops.refuse = refusing("C2")
    world.finops.blank_record_id = True
    assert counts(world.load(), "accounts") == {"inserted": 2, "failed": 1}
    assert reasons(world.plan(), "customers") == {"C2": "Refused C2."}


def test_a_job_that_claims_success_is_not_believed(world: Installation) -> None:
    customers(world, "C1")
    world.finops.liar = True
    report = world.load()
    assert (report.exit_code, counts(report, "accounts")) == (1, {"failed": 1})
    assert classes(world.plan(), "customers") == {"C1": "unknown"}
    world.finops.liar = False
    assert counts(world.load(), "accounts") == {"inserted": 1}


def test_a_file_refused_as_a_whole_is_halved_until_the_bad_row_is_alone(
    world: Installation,
) -> None:
    customers(world, *(f"C{number:02}" for number in range(20)))
    world.finops.refuse = refusing("C07", "C13")
    world.finops.whole_file = True
    assert counts(world.load(), "accounts") == {"inserted": 18, "failed": 2}
    assert reasons(world.plan(), "customers") == {"C07": "Refused C07.", "C13": "Refused C13."}


def test_halving_ends_when_no_row_is_to_blame(world: Installation) -> None:
    customers(world, *(f"C{number:03}" for number in range(40)))
    world.finops.refuse = lambda name, row: "The mapping is incorrect."
    world.finops.whole_file = True
    report = world.load()
    assert len(world.finops.packages) == 60
    assert "in a row failed as a whole" in result(report, "accounts").message
    assert "The mapping is incorrect." in result(report, "accounts").message
    world.finops.refuse = lambda name, row: ""
    assert counts(world.load(retry=True), "accounts") == {"inserted": 40}


def test_a_cancelled_import_blames_no_row(world: Installation) -> None:
    customers(world, "C1", "C2")

    def cancel(request: httpx.Request) -> None:
        for job in world.finops.jobs.values():
            job.status = "Canceled"

    world.finops.after = cancel
    world.finops.liar = True
    report = world.load()
    assert len(world.finops.packages) == 1
    assert counts(report, "accounts") == {"failed": 2}
    world.finops.liar = False
    world.finops.after = lambda request: None
    assert counts(world.load(), "accounts") == {"inserted": 2}


def test_a_cut_off_after_the_import_was_asked_for_waits_for_it(world: Installation) -> None:
    customers(world, "C1")

    def cut(request: httpx.Request) -> None:
        if request.url.path.endswith("ImportFromPackage"):
            raise httpx.ReadError("gone")

    world.finops.after = cut
    assert counts(world.load(), "accounts") == {"inserted": 1}
    assert len(world.finops.packages) == 1


def test_a_package_only_entity_sends_one_row_first(world: Installation) -> None:
    for number in range(5):
        world.add("categories", Category=f"K{number}", Name="n")
    assert counts(world.load(), "categories") == {"inserted": 5}
    assert [len(rows) for _, _, rows in world.finops.packages] == [1, 4]
    assert counts(world.load(), "categories") == {"unchanged": 5}


def test_a_package_only_entity_stops_when_its_first_row_is_lost(world: Installation) -> None:
    for number in range(5):
        world.add("categories", Category=f"K{number}", Name="n")
    world.finops.liar = True
    report = world.load()
    assert len(world.finops.packages) == 1
    assert "cannot be accounted for" in result(report, "categories").message
    assert counts(report, "categories") == {"held": 4, "failed": 1}


def test_a_package_only_entity_with_nameless_errors_blames_no_good_row(
    world: Installation,
) -> None:
    for number in range(4):
        world.add("categories", Category=f"K{number}", Name="n")
    world.finops.refuse = lambda name, row: "Bad." if row["Category"] == "K2" else ""
    world.finops.blank_record_id = True
    world.load()
    assert set(world.states("categories").values()) == {"in_target", "unknown"}


def test_personal_values_are_in_no_file(world: Installation) -> None:
    world.add("customers", Account="C1", Contact="Ann Archer", Name="n")
    world.add("customers", Account="C2", Contact="Bob Baker", Name="n")
    world.finops.refuse = lambda name, row: (
        f"The value '{row['Contact']}' is wrong." if row["Account"] == "C2" else ""
    )
    world.load()
    assert [row["Contact"] for row in world.finops.of("customers")] == ["Ann Archer"]
    assert reasons(world.plan(), "customers") == {"C2": "The value '***' is wrong."}
    for path in world.folder.glob("ledger*"):
        content = path.read_bytes()
        assert b"Archer" not in content
        assert b"Baker" not in content


# OData


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

    odata.finops._batch = throttled  # type: ignore[method-assign]
    assert counts(odata.load(), "accounts") == {"inserted": 1}
    assert odata.slept == [17]


def test_a_package_only_entity_cannot_go_through_odata(odata: Installation) -> None:
    odata.add("categories", Category="K1", Name="n")
    odata.add("items", Item="I1", Name="n")
    report = odata.load("categories", "items")
    assert "set D365_TRANSPORT=package" in result(report, "categories").message
    assert result(report, "items").outcome == "Completed"


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
