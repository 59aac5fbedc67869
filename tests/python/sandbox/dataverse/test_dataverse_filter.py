"""$filter, over rows made for it."""

import pytest
from dataverse_service import Dataverse


@pytest.fixture
def service(lenient: Dataverse) -> Dataverse:
    lenient.create("accounts", name="O'Brien", accountnumber="a-1", creditlimit=10.5, statecode=0)
    lenient.create("accounts", name="Zoë 😀", accountnumber="A-2", creditlimit=-3, statecode=1)
    lenient.create("accounts", name="100% & more", numberofemployees=7)
    lenient.create(
        "invoices",
        name="first",
        duedate="2025-03-01",
        msdyn_invoicedate="2025-02-28T23:00:00Z",
        msdynce_haslineswithagreementorigin=True,
    )
    lenient.create("invoices", name="second", duedate="2025-04-01")
    return lenient


@pytest.mark.parametrize(
    ("entity_set", "condition", "expected"),
    [
        ("accounts", "name eq 'o''brien'", ["O'Brien"]),
        ("accounts", "name ne 'O''BRIEN'", ["100% & more", "Zoë 😀"]),
        ("accounts", "accountnumber eq null", ["100% & more"]),
        ("accounts", "accountnumber ne null", ["O'Brien", "Zoë 😀"]),
        ("accounts", "creditlimit gt 10.4999", ["O'Brien"]),
        ("accounts", "creditlimit lt -2", ["Zoë 😀"]),
        ("accounts", "creditlimit ge 10.5 or statecode eq 1", ["O'Brien", "Zoë 😀"]),
        ("accounts", "not (statecode eq 0)", ["Zoë 😀"]),
        ("accounts", "contains(name,'% &')", ["100% & more"]),
        ("accounts", "startswith(name,'zO')", ["Zoë 😀"]),
        ("accounts", "endswith(name,'😀')", ["Zoë 😀"]),
        ("accounts", "contains(name,'_')", []),
        ("accounts", "numberofemployees le 7", ["100% & more"]),
        ("accounts", "7 lt numberofemployees", []),
        ("invoices", "duedate ge 2025-03-15", ["second"]),
        ("invoices", "msdyn_invoicedate eq 2025-03-01T00:00:00+01:00", ["first"]),
        ("invoices", "msdynce_haslineswithagreementorigin eq true", ["first"]),
        ("invoices", "msdynce_haslineswithagreementorigin ne true", []),
    ],
)
def test_filter(service: Dataverse, entity_set: str, condition: str, expected: list[str]) -> None:
    response = service.client.get(entity_set, params={"$filter": condition, "$select": "name"})
    names = sorted(str(row["name"]) for row in response.raise_for_status().json()["value"])
    assert names == sorted(expected)


def test_lookups_compare_with_a_guid(service: Dataverse) -> None:
    parent = service.rows("accounts?$select=name&$filter=statecode eq 1")[0]["accountid"]
    bind = {"parentcustomerid_account@odata.bind": f"/accounts({parent})"}
    child = service.create("contacts", lastname="Child", **bind)
    for literal in (str(parent), f"'{parent}'"):
        rows = service.rows(f"contacts?$filter=_parentcustomerid_value eq {literal}")
        assert [row["contactid"] for row in rows] == [child]


@pytest.mark.parametrize(
    "condition",
    [
        "nothing eq 1",
        "name eq",
        "name eq 5",
        "creditlimit eq 'x'",
        "accountid eq 'x'",
        "name in ('a','b')",
        "length(name) gt 3",
        "name",
        "name eq 'a' and ' or 1=1 --",
    ],
)
def test_a_bad_filter_is_refused(service: Dataverse, condition: str) -> None:
    response = service.client.get("accounts", params={"$filter": condition})
    assert response.status_code == 400
    assert response.json()["error"]["message"]
