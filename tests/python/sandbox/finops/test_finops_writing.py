"""Writing row by row: what is taken, what cannot be read, faults on the way."""

import httpx
import pytest
from finops_service import (
    CONTRACT,
    MILESTONE,
    WRITE_EXCEPTION,
    Finops,
    inner_message,
    milestone,
    order_line,
)


def test_post_answers_201_with_the_row(service: Finops) -> None:
    response = service.post("CDSProjectContracts", ProjectContractID="K-1", CurrencyCode="USD")
    assert response.status_code == 201
    row = response.json()
    assert (row["dataAreaId"], row["ProjectContractID"], row["Name"]) == ("usmf", "K-1", "")
    assert row["@odata.etag"].startswith('W/"')
    address = response.headers["Location"]
    assert address.endswith("/data/CDSProjectContracts(dataAreaId='usmf',ProjectContractID='K-1')")
    assert service.client.get(address).json()["CurrencyCode"] == "USD"


def test_company_of_the_body_picks_the_company(service: Finops) -> None:
    row = service.created(
        "CDSProjectContracts", dataAreaId="DEMF", ProjectContractID="K-1", CurrencyCode="EUR"
    )
    assert row["dataAreaId"] == "demf"


@pytest.mark.parametrize("method", ["PATCH", "PUT"])
def test_update_answers_204_and_keeps_what_it_does_not_give(business: Finops, method: str) -> None:
    assert business.client.patch(CONTRACT, json={"PaymentTerms": "Net30"}).status_code == 204
    response = business.client.request(method, CONTRACT, json={"Name": "Bridge  "})
    assert (response.status_code, response.text) == (204, "")
    row = business.client.get(CONTRACT).json()
    assert (row["Name"], row["PaymentTerms"], row["CurrencyCode"]) == ("Bridge", "Net30", "USD")


@pytest.mark.parametrize("method", ["PATCH", "PUT", "DELETE"])
def test_a_change_of_an_absent_row_never_creates_it(service: Finops, method: str) -> None:
    body = None if method == "DELETE" else {"CurrencyCode": "USD"}
    response = service.client.request(method, CONTRACT, json=body)
    assert response.status_code == 400
    assert inner_message(response) == "No resources were found when selecting for update."
    assert service.content("CDSProjectContracts") == []


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
def test_rows_of_another_company_are_absent_without_cross_company(
    service: Finops, method: str
) -> None:
    address = "/data/CustomersV2(dataAreaId='demf',CustomerAccount='DE-001')"
    body = None if method == "DELETE" else {"NameAlias": "E"}
    response = service.client.request(method, address, json=body)
    assert inner_message(response) == "No resources were found when selecting for update."
    across = service.client.request(method, f"{address}?cross-company=true", json=body)
    assert across.status_code == 204


def test_a_version_the_client_did_not_read_is_a_conflict(business: Finops) -> None:
    read = business.client.get(CONTRACT).json()["@odata.etag"]
    first = business.client.patch(CONTRACT, json={"Name": "a"}, headers={"If-Match": read})
    assert first.status_code == 204
    second = business.client.patch(CONTRACT, json={"Name": "b"}, headers={"If-Match": read})
    assert second.status_code == 400
    assert (
        "Cannot edit a record in Project contracts (ProjInvoiceTable). An update conflict "
        "occurred due to another user process deleting the record or changing one or more fields "
        "in the record." in inner_message(second)
    )
    third = business.client.patch(CONTRACT, json={"Name": "c"}, headers={"If-Match": "*"})
    assert third.status_code == 204


def test_delete_answers_204(business: Finops) -> None:
    address = "/data/CDSProjects(dataAreaId='usmf',ProjectID='PRJ-1')"
    assert business.client.delete(address).status_code == 204
    assert business.content("CDSProjects") == []


def test_lines_go_with_their_header(business: Finops) -> None:
    address = "/data/CDSFreeTextInvoiceHeaders(dataAreaId='usmf',ExternalInvoiceId='INV-1')"
    assert business.client.delete(address).status_code == 204
    assert business.content("CDSFreeTextInvoiceLines") == []


@pytest.mark.parametrize("number", ["K-1", "k-1", "K-1  "])
def test_duplicate_key_is_refused_however_it_is_written(business: Finops, number: str) -> None:
    response = business.post("CDSProjectContracts", ProjectContractID=number, CurrencyCode="USD")
    assert response.status_code == 400
    assert response.json()["error"]["innererror"]["type"] == WRITE_EXCEPTION
    assert inner_message(response) == (
        "Write failed for table row of type 'ProjCDSProjectContractEntity'. Infolog: Info: Cannot "
        "create a record in Project contracts (ProjInvoiceTable). Project contract: "
        f"{number.strip()}.\nThe record already exists.."
    )


def test_the_status_of_a_duplicate_is_a_doubt(business: Finops) -> None:
    business.turn("finops_duplicate_status", 500)
    response = business.post("CDSProjectContracts", ProjectContractID="K-1", CurrencyCode="USD")
    assert response.status_code == 500
    assert "The record already exists" in inner_message(response)


def test_the_same_key_in_another_company_is_another_row(business: Finops) -> None:
    business.created(
        "CDSProjectContracts", dataAreaId="ussi", ProjectContractID="K-1", CurrencyCode="USD"
    )
    assert len(business.content("CDSProjectContracts")) == 2


def test_unknown_property_is_refused(service: Finops) -> None:
    response = service.post("CDSProjectContracts", ProjectContractID="K", SourceDataID="x")
    assert response.status_code == 400
    assert inner_message(response) == (
        "The property 'SourceDataID' does not exist on type "
        "'Microsoft.Dynamics.DataEntities.CDSProjectContract'. Make sure to only use property "
        "names that are defined by the type."
    )


def test_annotations_are_passed_over(service: Finops) -> None:
    body = {"@odata.type": "#x", "ProjectContractID": "K", "CurrencyCode": "USD"}
    assert service.client.post("/data/CDSProjectContracts", json=body).status_code == 201


@pytest.mark.parametrize(
    ("name", "value", "kind"),
    [
        ("Amount", "ten", "Edm.Decimal"),
        ("Amount", "10", "Edm.Decimal"),
        ("Amount", True, "Edm.Decimal"),
        ("Amount", 1e17, "Edm.Decimal"),
        ("InvoiceDate", "2021-04-04", "Edm.DateTimeOffset"),
        ("InvoiceDate", "2021-02-30T12:00:00Z", "Edm.DateTimeOffset"),
        ("InvoiceDate", "2021-04-04T12:00:00", "Edm.DateTimeOffset"),
        ("TransactionId", "not-a-guid", "Edm.Guid"),
        ("Description", 5, "Edm.String"),
        ("CurrencyId", ["USD"], "Edm.String"),
    ],
)
def test_wrong_type_is_refused(business: Finops, name: str, value: object, kind: str) -> None:
    response = business.post("CDSProjectContractLineMilestones", **milestone(**{name: value}))
    assert response.status_code == 400
    assert f"to the expected type '{kind}'" in inner_message(response)
    assert business.content("CDSProjectContractLineMilestones") == []


@pytest.mark.parametrize("value", ["Robot", "Time and material", 1, True])
def test_enumerations_take_member_names_only(business: Finops, value: object) -> None:
    response = business.post(
        "CDSProjectContractLines",
        ContractId="K-1",
        ContractLine=2,
        TransactionId=MILESTONE,
        Type=value,
    )
    assert inner_message(response) == (
        f"Cannot convert the literal '{value}' to the expected type "
        "'Microsoft.Dynamics.DataEntities.PSAContractLineType'."
    )


@pytest.mark.parametrize("value", [1.5, 2**31, "1"])
def test_whole_numbers_are_whole(business: Finops, value: object) -> None:
    line = order_line(LineCreationSequenceNumber=value)
    response = business.post("CDSSalesOrderLines", **line)
    assert "to the expected type 'Edm.Int32'" in inner_message(response)


@pytest.mark.parametrize("name", ["Amount", "InvoiceDate", "ContractLineRef"])
def test_numbers_dates_and_guids_are_never_null(business: Finops, name: str) -> None:
    response = business.post("CDSProjectContractLineMilestones", **milestone(**{name: None}))
    assert inner_message(response).startswith(
        f"A null value was found for the property named '{name}'"
    )


def test_a_null_text_is_the_empty_text(business: Finops) -> None:
    business.client.patch(CONTRACT, json={"Name": "x"})
    assert business.client.patch(CONTRACT, json={"Name": None}).status_code == 204
    assert business.client.get(CONTRACT).json()["Name"] == ""


@pytest.mark.parametrize(
    ("sent", "day"),
    [
        ("2021-04-04T12:00:00Z", "2021-04-04"),
        ("2021-04-04T00:00:00Z", "2021-04-04"),
        ("2021-04-04T00:00:00+02:00", "2021-04-03"),
        ("2021-04-04T20:00:00-07:00", "2021-04-05"),
    ],
)
def test_a_date_is_the_day_of_its_moment_in_utc(business: Finops, sent: str, day: str) -> None:
    row = business.created("CDSProjectContractLineMilestones", **milestone(InvoiceDate=sent))
    assert row["InvoiceDate"] == f"{day}T12:00:00Z"


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"Amount": NaN}', b"\xff"])
def test_a_body_that_is_no_json_object_is_refused(service: Finops, body: bytes) -> None:
    assert service.client.post("/data/CDSProjects", content=body).status_code == 400


def test_the_key_of_a_row_cannot_change(business: Finops) -> None:
    assert business.client.patch(CONTRACT, json={"ProjectContractID": "k-1"}).status_code == 204
    response = business.client.patch(CONTRACT, json={"ProjectContractID": "K-2"})
    assert response.status_code == 400


@pytest.mark.parametrize("method", ["PATCH", "DELETE", "PUT"])
def test_changes_need_a_key_and_creations_none(business: Finops, method: str) -> None:
    response = business.client.request(method, "/data/CDSProjects", json={})
    assert response.status_code == 404
    assert business.client.post(CONTRACT, json={}).status_code == 404


def test_throttling_says_how_long_to_wait(service: Finops) -> None:
    service.turn("finops_throttled", 7, count=1)
    response = service.client.get("/data/CustomersV2")
    assert (response.status_code, response.headers["Retry-After"]) == (429, "7")
    assert response.json()["error"]["message"] == (
        "This request could not be processed at this time due to system experiencing high "
        "resource utilization. Retry the request after 7 seconds"
    )
    assert service.client.get("/data/CustomersV2").status_code == 200


def test_a_connection_dropped_before_the_work_leaves_nothing(service: Finops) -> None:
    service.turn("finops_reset_before", True, count=1)
    with pytest.raises(httpx.TransportError):
        service.post("CDSProjectContracts", ProjectContractID="K", CurrencyCode="USD")
    assert service.content("CDSProjectContracts") == []


def test_a_connection_dropped_after_the_work_leaves_the_row(service: Finops) -> None:
    service.turn("reset", True, count=1)
    with pytest.raises(httpx.TransportError):
        service.post("CDSProjectContracts", ProjectContractID="K", CurrencyCode="USD")
    assert len(service.content("CDSProjectContracts")) == 1


def test_the_tables_of_the_data_management_are_not_written_by_clients(service: Finops) -> None:
    assert service.post("DataManagementDefinitionGroups", Name="x").status_code == 404
