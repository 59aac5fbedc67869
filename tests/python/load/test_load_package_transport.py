"""Packages on the wire: each row's fate is known, whatever a job says."""

import logging
from typing import Any

import httpx
import pytest
from fake_finops import SIGNATURE
from installation import Installation, classes, counts, reasons, result
from sendings import GUID, customers, refusing


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

    world.finops._action = refuse_import
    report = world.load()
    assert "Cannot read" in result(report, "accounts").message
    assert "VERYSECRET" not in report.to_json()
    # it never began: the next load waits for nothing
    world.finops._action = answer
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

    world.finops._action = once
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


def test_halving_ends_when_no_row_is_to_blame_and_blames_none(world: Installation) -> None:
    customers(world, *(f"C{number:03}" for number in range(1000)))
    world.finops.refuse = lambda name, row: "The mapping is incorrect."
    world.finops.whole_file = True
    report = world.load()
    assert len(world.finops.packages) < 50
    assert "in a row failed as a whole" in result(report, "accounts").message
    assert "The mapping is incorrect." in result(report, "accounts").message
    assert "refused" not in world.states("customers").values()
    world.finops.refuse = lambda name, row: ""
    assert counts(world.load(), "accounts") == {"inserted": 1000}


def test_a_cluster_of_bad_rows_keeps_no_good_row_back(world: Installation) -> None:
    names = [f"C{number:04}" for number in range(1000)]
    customers(world, *names)
    world.finops.refuse = refusing(*names[:30])
    world.finops.whole_file = True
    assert counts(world.load(), "accounts") == {"inserted": 970, "failed": 30}


def test_a_row_that_fails_alone_goes_once_more(world: Installation) -> None:
    customers(world, "C1")
    world.finops.whole_file = True
    world.finops.refuse = lambda name, row: "" if len(world.finops.packages) > 1 else "Deadlock."
    assert counts(world.load(), "accounts") == {"inserted": 1}


def test_a_blank_of_one_row_empties_no_value_of_another(world: Installation) -> None:
    """Finance sets a value that nobody here ever sent; an update of a neighbour must not clear it."""
    customers(world, "C1", "C2", "C3", Memo="old")
    world.rows["customers"][1].pop("Memo")
    world.load()
    world.finops.put("customers", dataAreaId="usmf", Account="C2", Memo="set in Finance")
    for row in world.rows["customers"]:
        row["Name"] = "new"
    assert counts(world.load(), "accounts") == {"updated": 3}
    assert [row["Memo"] for row in world.finops.of("customers")] == ["old", "set in Finance", "old"]
    del world.rows["customers"][0]["Memo"]
    world.load()
    assert [row["Memo"] for row in world.finops.of("customers")] == ["", "set in Finance", "old"]


def test_new_rows_with_other_gaps_share_a_package(world: Installation) -> None:
    customers(world, "C1", "C2", "C3", Memo="old")
    world.rows["customers"][1].pop("Memo")
    world.load()
    assert len(world.finops.packages) == 1


def test_a_lost_row_does_not_get_another_rows_words(world: Installation) -> None:
    customers(world, "C1", "C2", "C3")
    world.finops.refuse = refusing("C2")
    lose = world.finops.put

    def put(name: str, **values: Any) -> dict[str, Any]:
        return {} if values["Account"] == "C3" else lose(name, **values)

    world.finops.put = put

    def count_less(request: httpx.Request) -> None:
        for job in world.finops.jobs.values():
            job.written = 1

    world.finops.after = count_less
    world.load()
    assert world.states("customers") == {"C1": "in_target", "C2": "refused", "C3": "unknown"}


def test_a_cancelled_import_blames_no_row(world: Installation) -> None:
    customers(world, "C1", "C2")

    def cancel(request: httpx.Request) -> None:
        for job in world.finops.jobs.values():
            job.status = "Canceled"
            job.errors = [{"RecordId": "", "ErrorMessage": "Stopped by a person."}]

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


def test_a_package_goes_to_no_address_in_the_open(world: Installation) -> None:
    customers(world, "C1")
    answer = world.finops._action

    def in_the_open(action: str, body: dict[str, Any]) -> httpx.Response:
        if action == "GetAzureWriteUrl":
            return httpx.Response(200, json={"value": '{"BlobUrl": "http://blob.test/a?sig=1"}'})
        return answer(action, body)

    world.finops._action = in_the_open
    assert "is not https" in result(world.load(), "accounts").message
    assert not [r for r in world.finops.requests if r.url.host == "blob.test"]
