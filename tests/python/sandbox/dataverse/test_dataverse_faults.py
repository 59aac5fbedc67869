"""Tokens, the faults that switches turn on, and the log of requests."""

from email.utils import parsedate_to_datetime

import httpx
import pytest
from dataverse_service import Dataverse

from sandbox.app import declared_switches
from sandbox.errors import UnknownSwitchError
from sandbox.switches import Switches, read_setting
from sandbox.tokens import Tokens


def turn(service: Dataverse, name: str, value: object, **rest: object) -> httpx.Response:
    body = {"name": name, "value": value, **rest}
    return httpx.post(f"{service.base}/sandbox/switches", json=body)


def test_no_token_is_401(organisation: Dataverse) -> None:
    response = httpx.get(f"{organisation.base}/api/data/v9.2/accounts")
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"].startswith("Bearer authorization_uri=")
    wrong = {"Authorization": "Bearer wrong"}
    assert httpx.get(f"{organisation.base}/api/data/v9.2/", headers=wrong).status_code == 401


def test_the_token_endpoint(organisation: Dataverse) -> None:
    form = {
        "grant_type": "client_credentials",
        "client_id": "app",
        "client_secret": "secret",
        "scope": f"{organisation.base}/.default",
    }
    url = f"{organisation.base}/any-tenant/oauth2/v2.0/token"
    answer = httpx.post(url, data=form).json()
    assert answer["token_type"] == "Bearer"
    assert answer["expires_in"] == 3599
    headers = {"Authorization": f"Bearer {answer['access_token']}"}
    assert httpx.get(f"{organisation.base}/api/data/v9.2/", headers=headers).is_success
    refused = httpx.post(url, data={"grant_type": "client_credentials"})
    assert refused.status_code == 401
    assert refused.json()["error"] == "invalid_client"
    assert "AADSTS7000215" in refused.json()["error_description"]


def test_an_issued_token_ends() -> None:
    now = [0.0]
    tokens = Tokens("fixed", clock=lambda: now[0])
    token = tokens.issue(60)
    now[0] = 59.9
    assert tokens.is_good(token)
    now[0] = 60.0
    assert not tokens.is_good(token)
    assert tokens.is_good("fixed")


@pytest.mark.parametrize(
    ("limit", "code", "words"),
    [
        ("requests", "0x80072322", "exceeded the limit of 6000"),
        ("execution_time", "0x80072321", "1200000 milliseconds"),
        ("concurrency", "0x80072326", "limit of 52"),
    ],
)
def test_throttling(organisation: Dataverse, limit: str, code: str, words: str) -> None:
    turn(organisation, "dataverse_throttle", limit, count=2)
    for _ in range(2):
        response = organisation.get("accounts?$top=1")
        assert response.status_code == 429
        assert response.json()["error"]["code"] == code
        assert words in response.json()["error"]["message"]
        assert response.headers["Retry-After"] == "1"
    assert organisation.get("accounts?$top=1").status_code == 200


def test_retry_after_as_zero_and_as_a_date(organisation: Dataverse) -> None:
    turn(organisation, "dataverse_retry_after", "0")
    turn(organisation, "dataverse_throttle", "requests", count=2)
    assert organisation.get("accounts").headers["Retry-After"] == "0"
    turn(organisation, "dataverse_retry_after", "date")
    moment = organisation.get("accounts").headers["Retry-After"]
    assert parsedate_to_datetime(moment).tzinfo is not None


def test_a_fault_of_one_table(organisation: Dataverse) -> None:
    turn(organisation, "dataverse_forbidden", True, scope="account")
    response = organisation.get("accounts?$top=1")
    assert response.status_code == 403
    assert "prvReadaccount" in response.json()["error"]["message"]
    assert organisation.get("contacts?$top=1").status_code == 200


@pytest.mark.parametrize("scope", ["invoice", "invoices", "dataverse", None])
def test_the_gateway_is_away(organisation: Dataverse, scope: str | None) -> None:
    turn(organisation, "unavailable", 503, scope=scope, count=1)
    assert organisation.get("invoices?$top=1").status_code == 503
    assert organisation.get("invoices?$top=1").status_code == 200


def test_the_token_fails_in_the_middle_of_a_run(organisation: Dataverse) -> None:
    turn(organisation, "unauthorized", True, after=2, count=1)
    statuses = [organisation.get("accounts?$top=1").status_code for _ in range(4)]
    assert statuses == [200, 200, 401, 200]


def test_the_connection_breaks_in_the_middle_of_a_page(organisation: Dataverse) -> None:
    turn(organisation, "reset", True, scope="accounts", count=1)
    with pytest.raises(httpx.RemoteProtocolError):
        organisation.get("accounts")
    assert organisation.get("accounts").status_code == 200


def test_a_broken_answer_to_a_write_was_still_done(empty: Dataverse) -> None:
    turn(empty, "reset", True, count=1)
    headers = {"Prefer": "return=representation"}
    with pytest.raises(httpx.RemoteProtocolError):
        empty.client.post("accounts", json={"name": "a"}, headers=headers)
    assert len(empty.rows("accounts")) == 1


def test_a_table_is_missing(organisation: Dataverse) -> None:
    turn(organisation, "dataverse_missing_table", True, scope="uom")
    response = organisation.get("uoms")
    assert response.status_code == 404
    assert response.json()["error"]["message"] == "Resource not found for the segment 'uoms'."
    assert organisation.get("EntityDefinitions(LogicalName='uom')").status_code == 404
    assert b'Name="uoms"' not in organisation.get("$metadata").content
    names = {entry["name"] for entry in organisation.get("").json()["value"]}
    assert "uoms" not in names and "products" in names


def test_an_organisation_without_the_solution(organisation: Dataverse) -> None:
    turn(organisation, "dataverse_missing_columns", "msdynce_*")
    assert organisation.get("contacts?$select=msdynce_contactnumber").status_code == 400
    assert not [
        name for name in organisation.get("contacts").json()["value"][0] if "msdynce_" in name
    ]
    assert b"msdynce_" not in organisation.get("$metadata").content
    attributes = organisation.get("EntityDefinitions(LogicalName='invoice')/Attributes").json()
    assert not [a for a in attributes["value"] if "msdynce_" in a["LogicalName"]]
    assert organisation.get("msdynce_externalprojects").status_code == 404


def test_one_column_of_one_table_is_missing(organisation: Dataverse) -> None:
    turn(organisation, "dataverse_missing_columns", "_owningbusinessunit_value", scope="invoice")
    assert organisation.get("invoices?$select=_owningbusinessunit_value").status_code == 400
    assert organisation.get("accounts?$select=_owningbusinessunit_value").status_code == 200


def test_a_primary_key_is_never_missing(organisation: Dataverse) -> None:
    turn(organisation, "dataverse_missing_columns", "*", scope="uom")
    assert list(organisation.get("uoms").json()["value"][0]) == ["@odata.etag", "uomid"]


def test_a_column_has_another_date_behavior(organisation: Dataverse) -> None:
    turn(organisation, "dataverse_date_behavior", "msdyn_invoicedate=DateOnly", scope="invoice")
    attributes = organisation.get(
        "EntityDefinitions(LogicalName='invoice')/Attributes/"
        "Microsoft.Dynamics.CRM.DateTimeAttributeMetadata"
    ).json()["value"]
    found = next(a for a in attributes if a["LogicalName"] == "msdyn_invoicedate")
    assert found["DateTimeBehavior"] == {"Value": "DateOnly"}
    rows = organisation.rows("invoices?$select=msdyn_invoicedate")
    lengths = {len(str(row["msdyn_invoicedate"])) for row in rows if row["msdyn_invoicedate"]}
    assert lengths == {len("2025-01-01")}


def test_short_pages_still_bring_every_row(organisation: Dataverse) -> None:
    expected = len(organisation.rows("accounts"))
    turn(organisation, "dataverse_short_pages", True)
    first = organisation.get("accounts", "odata.maxpagesize=10").json()
    assert len(first["value"]) == 5
    assert len(organisation.rows("accounts", "odata.maxpagesize=10")) == expected


def test_switches_are_listed_set_and_reset(organisation: Dataverse) -> None:
    listed = httpx.get(f"{organisation.base}/sandbox/switches").json()
    assert {"name", "default", "meaning"} == listed["declared"][0].keys()
    assert turn(organisation, "no such switch", 1).status_code == 400
    assert turn(organisation, "reset", True, count=0).status_code == 400
    assert httpx.post(f"{organisation.base}/sandbox/switches", content=b"{").status_code == 400
    turn(organisation, "dataverse_forbidden", True)
    reset = httpx.delete(f"{organisation.base}/sandbox/switches").json()
    assert reset["settings"] == []
    assert organisation.get("accounts?$top=1").status_code == 200


def test_a_switch_on_the_command_line() -> None:
    switches = Switches(declared_switches())
    read_setting(switches, "dataverse_throttle@accounts*3=requests")
    read_setting(switches, "dataverse_forbidden=true")
    assert switches.as_json()["settings"] == [
        {"name": "dataverse_forbidden", "value": True, "scope": None, "count": None, "after": 0},
        {
            "name": "dataverse_throttle",
            "value": "requests",
            "scope": "accounts",
            "count": 3,
            "after": 0,
        },
    ]
    with pytest.raises(UnknownSwitchError):
        read_setting(switches, "nonsense")
    with pytest.raises(UnknownSwitchError):
        read_setting(switches, "nothing=1")


def test_the_log_tells_reads_from_writes(empty: Dataverse) -> None:
    empty.create("accounts", name="a")
    empty.get("accounts")
    empty.get("accounts")
    log = httpx.get(f"{empty.base}/sandbox/log").json()
    assert log["reads"] == {"dataverse": 2}
    assert log["writes"] == {"dataverse": 1}
    assert {"system": "dataverse", "method": "POST", "kind": "write", "count": 1} in log["requests"]
    assert httpx.delete(f"{empty.base}/sandbox/log").json()["requests"] == []
