"""Reading rows: selection, values on the wire, paging, counts, annotations."""

import json
import re
from decimal import Decimal
from urllib.parse import unquote

import httpx
import pytest
from dataverse_service import Dataverse

ERROR = "Could not find a property named '{}' on type 'Microsoft.Dynamics.CRM.{}'."


def test_a_selection_brings_the_primary_key_and_the_context(organisation: Dataverse) -> None:
    page = organisation.get("contacts?$select=fullname,emailaddress1").json()
    assert page["@odata.context"].endswith("$metadata#contacts(fullname,emailaddress1)")
    assert list(page["value"][0]) == ["@odata.etag", "fullname", "emailaddress1", "contactid"]


def test_without_select_every_column_comes_and_missing_values_are_null(
    organisation: Dataverse,
) -> None:
    row = organisation.get("contacts").json()["value"][0]
    assert row["middlename"] is None
    assert {"contactid", "_parentcustomerid_value", "versionnumber", "donotemail"} <= row.keys()


def test_money_brings_its_currency(organisation: Dataverse) -> None:
    row = organisation.get("accounts?$select=creditlimit").json()["value"][0]
    assert row["_transactioncurrencyid_value"]


def test_amounts_keep_their_four_places(organisation: Dataverse) -> None:
    text = organisation.get("accounts?$select=creditlimit&$top=3").text
    assert re.search(r'"creditlimit":\d+\.\d{4},', text)
    rows = json.loads(text, parse_float=Decimal)["value"]
    assert all(isinstance(row["creditlimit"], Decimal) for row in rows)


def test_decimals_keep_ten_places(organisation: Dataverse) -> None:
    (row_id,) = organisation.awkward("contract_exchange_rate_exact")
    text = organisation.get(f"salesorders({row_id})?$select=exchangerate").text
    assert '"exchangerate":1.2345678901' in text


def test_moments_have_no_fraction_and_dates_are_days(organisation: Dataverse) -> None:
    row = organisation.get("invoices?$select=duedate,msdyn_invoicedate,createdon").json()["value"][
        0
    ]
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", row["duedate"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", row["createdon"])


def test_identifiers_are_lower_case_without_braces(organisation: Dataverse) -> None:
    row = organisation.get("accounts?$select=_owningbusinessunit_value").json()["value"][0]
    guid = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    assert re.fullmatch(guid, row["accountid"])
    assert re.fullmatch(guid, row["_owningbusinessunit_value"])


def test_texts_survive_the_wire(organisation: Dataverse) -> None:
    expected = {
        "account_name_with_quotes": 'O\'Brien & "Sons" ',
        "account_name_with_emoji": "Rocket 🚀 Catering 👩\u200d🚀 ",
        "account_name_with_line_break": "Fabrikam\r\nDivision North ",
        "account_name_with_separators": "Comma, semicolon; tab\tback\\slash ",
    }
    for case, beginning in expected.items():
        (row_id,) = organisation.awkward(case)
        name = organisation.get(f"accounts({row_id})?$select=name").json()["name"]
        assert name.startswith(beginning)
    (row_id,) = organisation.awkward("account_name_with_trailing_blanks")
    assert organisation.get(f"accounts({row_id})").json()["name"].endswith("   ")


def test_etag_is_the_version(organisation: Dataverse) -> None:
    row = organisation.get("accounts?$select=versionnumber").json()["value"][0]
    assert row["@odata.etag"] == f'W/"{row["versionnumber"]}"'


def test_one_row_by_its_key(organisation: Dataverse) -> None:
    row_id = organisation.get("accounts?$top=1").json()["value"][0]["accountid"]
    row = organisation.get(f"accounts({row_id})?$select=name").json()
    assert row["@odata.context"].endswith("$metadata#accounts(name)/$entity")
    assert row["accountid"] == row_id
    assert organisation.get(f"accounts(accountid={row_id})").json()["accountid"] == row_id


def test_a_row_the_caller_has_already(organisation: Dataverse) -> None:
    row = organisation.get("accounts?$top=1").json()["value"][0]
    path = f"accounts({row['accountid']})"
    known = organisation.client.get(path, headers={"If-None-Match": row["@odata.etag"]})
    assert (known.status_code, known.content) == (304, b"")
    ignored = organisation.client.get(path, headers={"If-None-Match": "null"})
    assert ignored.status_code == 200


def test_one_row_by_its_alternate_key(organisation: Dataverse) -> None:
    product = organisation.get("products?$top=1").json()["value"][0]
    found = organisation.get(f"products(productnumber='{product['productnumber'].lower()}')")
    assert found.json()["productid"] == product["productid"]


def test_a_row_that_is_not_there(organisation: Dataverse) -> None:
    missing = "00000000-0000-0000-0000-000000000001"
    response = organisation.get(f"accounts({missing})")
    assert response.status_code == 404
    assert response.json()["error"]["message"] == f"account With Id = {missing} Does Not Exist"
    assert organisation.get("products(productnumber='none')").status_code == 404


def test_unknown_column_and_segment(organisation: Dataverse) -> None:
    response = organisation.get("accounts?$select=name,nothing")
    assert response.status_code == 400
    error = response.json()["error"]
    assert error == {"code": "0x80060888", "message": ERROR.format("nothing", "account")}
    response = organisation.get("nothings")
    assert response.status_code == 404
    message = response.json()["error"]["message"]
    assert message == "Resource not found for the segment 'nothings'."


@pytest.mark.parametrize("option", ["$skip=5", "$search=x", "$format=json", "$Select=name"])
def test_options_the_service_does_not_have(organisation: Dataverse, option: str) -> None:
    assert organisation.get(f"accounts?{option}").status_code == 400


def test_a_lookup_by_its_column_name_is_unknown(organisation: Dataverse) -> None:
    response = organisation.get("accounts?$select=transactioncurrencyid")
    assert response.status_code == 400


def test_pages_follow_the_link_to_every_row_once(organisation: Dataverse) -> None:
    rows = organisation.rows("accounts?$select=name", "odata.maxpagesize=7")
    ids = [row["accountid"] for row in rows]
    assert len(ids) == len(set(ids)) == len(organisation.rows("accounts"))


def test_the_next_link_is_absolute_and_carries_the_cookie(organisation: Dataverse) -> None:
    response = organisation.get("accounts?$select=name", "odata.maxpagesize=3")
    assert response.headers["Preference-Applied"] == "odata.maxpagesize=3"
    page = response.json()
    link = page["@odata.nextLink"]
    assert link.startswith(f"{organisation.base}/api/data/v9.2/accounts?$select=name&$skiptoken=")
    cookie = unquote(link.partition("$skiptoken=")[2])
    last = str(page["value"][-1]["accountid"]).upper()
    first = str(page["value"][0]["accountid"]).upper()
    assert cookie.startswith('<cookie pagenumber="2" pagingcookie="')
    assert cookie.endswith('" istracking="False" />')
    keys = unquote(unquote(cookie.partition('pagingcookie="')[2].partition('"')[0]))
    assert keys == (
        f'<cookie page="1"><accountid last="{{{last}}}" first="{{{first}}}" /></cookie>'
    )
    second = organisation.get(link, "odata.maxpagesize=3").json()
    assert 'pagenumber="3"' in unquote(second["@odata.nextLink"])


def test_the_page_size_must_be_sent_again(organisation: Dataverse) -> None:
    link = organisation.get("accounts", "odata.maxpagesize=3").json()["@odata.nextLink"]
    assert len(organisation.get(link).json()["value"]) > 3


def test_a_page_holds_no_more_than_the_cap(organisation: Dataverse) -> None:
    response = organisation.get("accounts", "odata.maxpagesize=9999")
    assert "Preference-Applied" not in response.headers


def test_a_full_last_page_has_no_link(organisation: Dataverse) -> None:
    rows = len(organisation.rows("accounts"))
    page = organisation.get("accounts", f"odata.maxpagesize={rows}").json()
    assert "@odata.nextLink" not in page


def test_top_yields_to_a_page_size(organisation: Dataverse) -> None:
    page = organisation.get("accounts?$top=2").json()
    assert len(page["value"]) == 2
    assert "@odata.nextLink" not in page
    paged = organisation.get("accounts?$top=2", "odata.maxpagesize=4").json()
    assert len(paged["value"]) == 4
    assert "@odata.nextLink" in paged


def test_sorted_pages(organisation: Dataverse) -> None:
    columns = "statecode,numberofemployees"
    path = f"accounts?$select={columns}&$orderby=statecode desc,numberofemployees"
    rows = organisation.rows(path, "odata.maxpagesize=9")
    keys = [(-row["statecode"], row["numberofemployees"]) for row in rows]
    assert keys == sorted(keys)
    assert len({row["accountid"] for row in rows}) == len(organisation.rows("accounts"))


def test_a_cookie_of_somebody_else(organisation: Dataverse) -> None:
    assert organisation.get("accounts?$skiptoken=nonsense").status_code == 400


def test_counts(organisation: Dataverse) -> None:
    page = organisation.get("accounts?$select=name&$count=true&$top=1").json()
    response = organisation.get("accounts/$count")
    assert response.headers["content-type"].startswith("text/plain")
    assert page["@odata.count"] == int(response.text) == len(organisation.rows("accounts"))
    filtered = organisation.get("accounts/$count?$filter=statecode eq 1")
    assert filtered.text == "1"


def test_annotations_only_on_request(organisation: Dataverse) -> None:
    path = "salesorders?$select=_customerid_value,statecode&$top=1"
    assert not [name for name in organisation.get(path).json()["value"][0] if "@" in name[1:]]
    response = organisation.get(path, 'odata.include-annotations="*"')
    row = response.json()["value"][0]
    lookup = "_customerid_value"
    assert row[f"{lookup}@Microsoft.Dynamics.CRM.lookuplogicalname"] == "account"
    navigation = row[f"{lookup}@Microsoft.Dynamics.CRM.associatednavigationproperty"]
    assert navigation == "customerid_account"
    assert row["statecode@OData.Community.Display.V1.FormattedValue"] == "Active"
    names = list(row)
    assert names.index(f"{lookup}@Microsoft.Dynamics.CRM.lookuplogicalname") < names.index(lookup)


def test_a_single_annotation(organisation: Dataverse) -> None:
    wanted = "Microsoft.Dynamics.CRM.lookuplogicalname"
    row = organisation.get(
        "salesorders?$select=_customerid_value,statecode&$top=1",
        f'odata.include-annotations="{wanted}"',
    ).json()["value"][0]
    assert [name for name in row if "@" in name[1:]] == [f"_customerid_value@{wanted}"]


def test_a_polymorphic_lookup_says_which_table(organisation: Dataverse) -> None:
    (row_id,) = organisation.awkward("contract_of_contact")
    row = organisation.get(
        f"salesorders({row_id})?$select=_customerid_value", 'odata.include-annotations="*"'
    ).json()
    assert row["_customerid_value@Microsoft.Dynamics.CRM.lookuplogicalname"] == "contact"
    assert organisation.get(f"contacts({row['_customerid_value']})").status_code == 200


def test_responses_say_their_version(organisation: Dataverse) -> None:
    response = organisation.get("accounts?$top=1")
    assert response.headers["OData-Version"] == "4.0"
    assert response.headers["Content-Type"] == "application/json; odata.metadata=minimal"


def test_a_client_that_encodes_everything(organisation: Dataverse) -> None:
    url = f"{organisation.base}/api/data/v9.2/accounts?%24select=name&%24filter=statecode%20eq%201"
    response = httpx.get(url, headers={"Authorization": "Bearer sandbox"})
    assert len(response.json()["value"]) == 1
