"""Rows from files: the real organisation in tests/fixtures, and files that are none."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from dataverse_service import Dataverse, serve

from sandbox.contents import Contents, open_database
from sandbox.errors import UnreadableRowsError

FIXTURE = Path(__file__).parents[3] / "fixtures" / "psa-org"


@pytest.fixture(scope="module")
def service() -> Iterator[Dataverse]:
    with serve(open_database(Contents(data=FIXTURE))) as service:
        yield service


def file_rows(name: str) -> list[dict[str, object]]:
    rows = json.loads((FIXTURE / name).read_text(encoding="utf-8"))["value"]
    assert isinstance(rows, list)
    return rows


def test_the_rows_of_the_files_are_served(service: Dataverse) -> None:
    for entity_set, key in (
        ("accounts", "accountid"),
        ("contacts", "contactid"),
        ("msdyn_projects", "msdyn_projectid"),
    ):
        served = {str(row[key]): row for row in service.rows(entity_set)}
        for row in file_rows(f"{entity_set}.json"):
            found = served.pop(str(row[key]))
            for name, value in row.items():
                if name in found and "@" not in name and name != "versionnumber":
                    assert found[name] == value
        assert served == {}


def test_columns_a_row_lacks_are_null_and_unknown_ones_are_not_there(service: Dataverse) -> None:
    row = service.rows("accounts")[0]
    assert row["accountnumber"] is None
    assert "stageid" not in row


def test_an_organisation_without_the_solution_does_not_have_its_columns(
    service: Dataverse,
) -> None:
    assert service.get("contacts?$select=msdynce_contactnumber").status_code == 400
    assert service.get("msdyn_projects?$select=msdynce_projectnumber").status_code == 400
    assert service.get("invoices?$select=msdynce_haslineswithagreementorigin").status_code == 400
    assert service.get("msdynce_externalprojects").status_code == 404


def test_exchange_rates_have_ten_places(service: Dataverse) -> None:
    text = service.get("msdyn_projects?$select=exchangerate").text
    assert '"exchangerate":1.0000000000' in text


def test_a_customer_lookup_knows_its_table(service: Dataverse) -> None:
    rows = service.rows("contacts?$select=_parentcustomerid_value", 'odata.include-annotations="*"')
    tables = {
        row.get("_parentcustomerid_value@Microsoft.Dynamics.CRM.lookuplogicalname")
        for row in rows
        if row["_parentcustomerid_value"]
    }
    assert tables == {"account"}


def test_tables_without_a_file_are_empty(service: Dataverse) -> None:
    assert service.rows("msdyn_workorders") == []


def test_a_solution_column_in_a_file_exists(tmp_path: Path) -> None:
    row = {"contactid": "00000000-0000-0000-0000-000000000001", "msdynce_contactnumber": "C1"}
    (tmp_path / "contacts.json").write_text(json.dumps({"value": [row]}))
    with serve(open_database(Contents(data=tmp_path))) as service:
        (found,) = service.rows("contacts?$select=msdynce_contactnumber")
        assert found["msdynce_contactnumber"] == "C1"
        assert service.get("contacts?$select=msdynce_isactivecustomer").status_code == 400


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("others.json", "{}", "holds no <entity set>.json"),
        ("accounts.json", "{", "not readable JSON"),
        ("accounts.json", "[]", "as the Web API answers"),
        ("accounts.json", '{"value":[{"name":"a"}]}', "without accountid"),
    ],
)
def test_files_that_cannot_be_served(tmp_path: Path, name: str, text: str, words: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(UnreadableRowsError, match=words):
        open_database(Contents(data=tmp_path))
