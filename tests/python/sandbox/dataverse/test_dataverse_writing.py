"""Creating, updating, upserting, deleting; bulk actions."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from dataverse_service import Dataverse

NOWHERE = "00000000-0000-0000-0000-000000000001"


def name_of(service: Dataverse, row_id: str) -> object:
    return service.get(f"accounts({row_id})?$select=name").json()["name"]


def test_create_answers_the_address(empty: Dataverse) -> None:
    response = empty.client.post("accounts", json={"name": "a"})
    assert response.status_code == 204
    address = response.headers["OData-EntityId"]
    assert address == response.headers["Location"]
    assert empty.get(address).json()["name"] == "a"


def test_create_with_representation(empty: Dataverse) -> None:
    response = empty.client.post(
        "accounts?$select=name", json={"name": "a"}, headers={"Prefer": "return=representation"}
    )
    assert response.status_code == 201
    assert response.json()["name"] == "a"
    assert response.headers["Preference-Applied"] == "return=representation"


def test_create_fills_the_standard_columns(empty: Dataverse) -> None:
    row = empty.get(f"accounts({empty.create('accounts', name='a')})").json()
    assert (row["statecode"], row["statuscode"]) == (0, 1)
    assert row["createdon"] == row["modifiedon"]
    assert row["_owningbusinessunit_value"] == empty.get("WhoAmI").json()["BusinessUnitId"]


def test_patch_updates_only_what_it_names(empty: Dataverse) -> None:
    row_id = empty.create("accounts", name="a", telephone1="1")
    before = empty.get(f"accounts({row_id})").json()
    response = empty.client.patch(f"accounts({row_id})", json={"telephone1": "2"})
    assert response.status_code == 204
    assert response.headers["OData-EntityId"].endswith(f"accounts({row_id})")
    after = empty.get(f"accounts({row_id})").json()
    assert (after["name"], after["telephone1"]) == ("a", "2")
    assert after["versionnumber"] > before["versionnumber"]


def test_patch_of_an_absent_row_creates_it(empty: Dataverse) -> None:
    assert empty.client.patch(f"accounts({NOWHERE})", json={"name": "new"}).status_code == 204
    assert name_of(empty, NOWHERE) == "new"
    headers = {"Prefer": "return=representation"}
    again = empty.client.patch(f"accounts({NOWHERE})", json={"name": "old"}, headers=headers)
    assert again.status_code == 200


def test_if_match_star_never_creates(empty: Dataverse) -> None:
    response = empty.client.patch(
        f"accounts({NOWHERE})", json={"name": "x"}, headers={"If-Match": "*"}
    )
    assert response.status_code == 404
    assert response.json()["error"] == {
        "code": "",
        "message": f"account With Id = {NOWHERE} Does Not Exist",
    }


def test_if_none_match_star_never_updates(empty: Dataverse) -> None:
    row_id = empty.create("accounts", name="a")
    response = empty.client.patch(
        f"accounts({row_id})", json={"name": "x"}, headers={"If-None-Match": "*"}
    )
    assert response.status_code == 412
    message = response.json()["error"]["message"]
    assert message == "A record with matching key values already exists."
    assert name_of(empty, row_id) == "a"


def test_if_match_compares_the_version(empty: Dataverse) -> None:
    row_id = empty.create("accounts", name="a")
    etag = empty.get(f"accounts({row_id})").headers["ETag"]
    headers = {"If-Match": etag}
    assert empty.client.patch(f"accounts({row_id})", json={"name": "b"}, headers=headers).is_success
    response = empty.client.patch(f"accounts({row_id})", json={"name": "c"}, headers=headers)
    assert response.status_code == 412
    assert response.json()["error"]["message"] == (
        "The version of the existing record doesn't match the RowVersion property provided."
    )
    assert empty.client.delete(f"accounts({row_id})", headers=headers).status_code == 412


def test_upsert_by_alternate_key(lenient: Dataverse) -> None:
    path = "products(productnumber='P 1''s')"
    assert lenient.client.patch(path, json={"name": "one"}).status_code == 204
    assert lenient.client.patch(path, json={"name": "two"}).status_code == 204
    rows = lenient.rows("products?$select=name,productnumber")
    assert [(row["name"], row["productnumber"]) for row in rows] == [("two", "P 1's")]


def test_the_body_wins_when_the_keyed_row_is_absent(lenient: Dataverse) -> None:
    body = {"name": "one", "productnumber": "P2"}
    assert lenient.client.patch("products(productnumber='P1')", json=body).status_code == 204
    assert [row["productnumber"] for row in lenient.rows("products")] == ["P2"]


def test_an_alternate_key_is_unique(lenient: Dataverse) -> None:
    lenient.create("products", productnumber="P1")
    assert lenient.client.post("products", json={"productnumber": "p1"}).status_code == 412


def test_lookups_are_bound_by_navigation_property(empty: Dataverse) -> None:
    account = empty.create("accounts", name="a")
    bind = {"parentcustomerid_account@odata.bind": f"/accounts({account})"}
    contact = empty.create("contacts", lastname="c", **bind)
    row = empty.get(f"contacts({contact})", 'odata.include-annotations="*"').json()
    assert row["_parentcustomerid_value"] == account
    assert row["_parentcustomerid_value@Microsoft.Dynamics.CRM.lookuplogicalname"] == "account"
    clear = {"parentcustomerid_account@odata.bind": None}
    assert empty.client.patch(f"contacts({contact})", json=clear).status_code == 204
    assert empty.get(f"contacts({contact})").json()["_parentcustomerid_value"] is None


def test_bind_by_alternate_key_and_without_slash(lenient: Dataverse) -> None:
    product = lenient.create("products", productnumber="P1")
    bind = {"productid@odata.bind": "products(productnumber='P1')"}
    line = lenient.create("invoicedetails", sequencenumber=1, **bind)
    assert lenient.get(f"invoicedetails({line})").json()["_productid_value"] == product


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ({"nothing": 1}, 400, "Invalid property 'nothing'"),
        ({"transactioncurrencyid": "x"}, 400, "Invalid property"),
        ({"_transactioncurrencyid_value": NOWHERE}, 400, "Navigation properties"),
        ({"Transactioncurrencyid@odata.bind": f"/accounts({NOWHERE})"}, 400, "undeclared property"),
        ({"transactioncurrencyid@odata.bind": f"/transactioncurrencies({NOWHERE})"}, 404, "Exist"),
        ({"name": "x" * 161}, 400, "maximum allowed length of '160'"),
        ({"name": "😀" * 81}, 400, "maximum allowed length of '160'"),
        ({"numberofemployees": "7"}, 400, "Cannot convert"),
        ({"numberofemployees": True}, 400, "Cannot convert"),
        ({"numberofemployees": 2**31}, 400, "Cannot convert"),
        ({"creditlimit": "1"}, 400, "Cannot convert"),
        ({"statecode": 7}, 400, "outside the valid range"),
    ],
)
def test_what_a_write_refuses(
    empty: Dataverse, body: dict[str, object], status: int, words: str
) -> None:
    response = empty.client.post("accounts", json=body)
    assert response.status_code == status
    assert words in response.json()["error"]["message"]
    assert empty.rows("accounts") == []


def test_too_long_has_the_documented_code(empty: Dataverse) -> None:
    error = empty.client.post("accounts", json={"name": "x" * 161}).json()["error"]
    assert error == {
        "code": "0x80044331",
        "message": "A validation error occurred.  The length of the 'name' attribute of the "
        "'account' entity exceeded the maximum allowed length of '160'.",
    }


def test_amounts_are_never_floats(empty: Dataverse) -> None:
    body = b'{"name":"a","creditlimit":99999999999999.9999}'
    response = empty.client.post("accounts", content=body)
    address = response.headers["OData-EntityId"]
    assert '"creditlimit":99999999999999.9999' in empty.get(address).text


def test_days_and_moments(lenient: Dataverse) -> None:
    row_id = lenient.create(
        "invoices", duedate="2025-03-30", msdyn_invoicedate="2025-03-30T00:00:00+02:00"
    )
    row = lenient.get(f"invoices({row_id})").json()
    assert row["duedate"] == "2025-03-30"
    assert row["msdyn_invoicedate"] == "2025-03-29T22:00:00Z"
    for bad in ({"duedate": "2025-03-30T00:00:00Z"}, {"msdyn_invoicedate": "1700-01-01"}):
        assert lenient.client.post("invoices", json=bad).status_code == 400


def test_delete(empty: Dataverse) -> None:
    row_id = empty.create("accounts", name="a")
    assert empty.client.delete(f"accounts({row_id})").status_code == 204
    assert empty.client.delete(f"accounts({row_id})").status_code == 404
    assert empty.get(f"accounts({row_id})").status_code == 404


def test_one_value(empty: Dataverse) -> None:
    row_id = empty.create("accounts", name="a")
    assert empty.client.put(f"accounts({row_id})/name", json={"value": "b"}).status_code == 204
    assert name_of(empty, row_id) == "b"


def test_a_method_that_does_not_fit(empty: Dataverse) -> None:
    assert empty.client.delete("accounts").status_code == 405
    assert empty.client.post(f"accounts({NOWHERE})", json={}).status_code == 405


def test_a_body_that_is_no_json(empty: Dataverse) -> None:
    assert empty.client.post("accounts", content=b"{").status_code == 400
    assert empty.client.post("accounts", content=b"[]").status_code == 400


def bulk(service: Dataverse, action: str, targets: list[dict[str, object]]) -> tuple[int, object]:
    rows = [{"@odata.type": "Microsoft.Dynamics.CRM.account", **row} for row in targets]
    response = service.client.post(
        f"accounts/Microsoft.Dynamics.CRM.{action}", json={"Targets": rows}
    )
    return response.status_code, response.json() if response.content else None


def test_create_multiple(empty: Dataverse) -> None:
    status, body = bulk(empty, "CreateMultiple", [{"name": "a"}, {"name": "b"}])
    assert status == 200
    assert isinstance(body, dict)
    assert [name_of(empty, row_id) for row_id in body["Ids"]] == ["a", "b"]


@pytest.mark.parametrize("action", ["CreateMultiple", "UpsertMultiple"])
def test_bulk_is_all_or_nothing(empty: Dataverse, action: str) -> None:
    rows = [{"accountid": NOWHERE, "name": "a"}, {"accountid": NOWHERE[:-1] + "2", "nothing": 1}]
    assert bulk(empty, action, rows)[0] == 400
    assert empty.rows("accounts") == []


def test_update_multiple_never_creates(empty: Dataverse) -> None:
    row_id = empty.create("accounts", name="a")
    targets: list[dict[str, object]] = [{"accountid": row_id, "name": "b"}]
    assert bulk(empty, "UpdateMultiple", targets) == (204, None)
    assert name_of(empty, row_id) == "b"
    absent = [{"accountid": row_id, "name": "c"}, {"accountid": NOWHERE, "name": "d"}]
    assert bulk(empty, "UpdateMultiple", absent)[0] == 404
    assert name_of(empty, row_id) == "b"


def test_upsert_multiple(empty: Dataverse) -> None:
    row_id = empty.create("accounts", name="a")
    targets = [{"accountid": row_id, "name": "b"}, {"accountid": NOWHERE, "name": "c"}]
    assert bulk(empty, "UpsertMultiple", targets) == (204, None)
    assert (name_of(empty, row_id), name_of(empty, NOWHERE)) == ("b", "c")


def test_an_unknown_bulk_action(empty: Dataverse) -> None:
    assert bulk(empty, "FlattenMultiple", [])[0] == 404


def test_readers_and_writers_do_not_disturb_each_other(empty: Dataverse) -> None:
    def write(number: int) -> int:
        return empty.client.post("accounts", json={"name": f"n{number}"}).status_code

    def read(_: int) -> int:
        return empty.get("accounts?$select=name", "odata.maxpagesize=3").status_code

    with ThreadPoolExecutor(8) as threads:
        writes = threads.map(write, range(40))
        reads = threads.map(read, range(40))
        assert set(writes) == {204}
        assert set(reads) == {200}
    rows = empty.rows("accounts?$select=versionnumber")
    assert len({row["versionnumber"] for row in rows}) == 40
