"""Packages and collections of the sandbox's Finance, through sockets."""

import io
import json
import subprocess
import sys
import uuid
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import httpx
import pytest
from fake_dataverse import landed
from fake_finance import NAMESPACE, finance_source, project_with

from connection.declarations import SourceTable
from connection.settings import Settings
from extract.report import TableResult
from extract.run import Clock, run_extract

ROOT = Path(__file__).parents[3]
ACTIONS = "/data/DataManagementDefinitionGroups/Microsoft.Dynamics.DataEntities."
LABEL = "Customers V2"
COLUMNS = {
    "dataAreaId": "string",
    "CustomerAccount": "string",
    "OrganizationName": "string",
    "CustomerGroupId": "string",
    "AddressLatitude": "decimal(32, 6)",
}
PACKAGED = finance_source(
    "CustCustomerV2Entity",
    ["dataAreaId", "CustomerAccount"],
    COLUMNS,
    entity=LABEL,
    export_project="customers",
)
PUBLIC = replace(PACKAGED, name="CustomersV2", entity_set="CustomersV2", export_project="")
NAMES = {"US-1": "Ünit 😀", "US-2": 'Line\r\nbreak, "quoted"', "US-3": "plain"}


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    command = [sys.executable, "-m", "sandbox", "--port", "0", "--rows", "500", "--seed", "7"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            address = str(json.loads(process.stdout.readline())["finops_url"])
            with httpx.Client(base_url=address, headers={"Authorization": "Bearer sandbox"}) as it:
                fill(it)
            yield address
        finally:
            process.terminate()


def fill(client: httpx.Client) -> None:
    """Create customers in two companies, and the data project, which an import makes."""
    for company, account in [("usmf", "US-1"), ("usmf", "US-2"), ("demf", "US-3")]:
        row = {
            "dataAreaId": company,
            "CustomerAccount": account,
            "OrganizationName": NAMES[account],
            "CustomerGroupId": "10",
            "AddressLatitude": 1.25,
        }
        client.post("/data/CustomersV2", json=row).raise_for_status()
    told = json.loads(value(client, "GetAzureWriteUrl", uniqueFileName="a.zip"))
    headers = {"x-ms-blob-type": "BlockBlob"}
    httpx.put(told["BlobUrl"], content=package(), headers=headers).raise_for_status()
    execution = str(uuid.uuid4())
    value(
        client,
        "ImportFromPackage",
        packageUrl=told["BlobUrl"],
        definitionGroupId=PACKAGED.export_project,
        executionId=execution,
        execute=True,
        overwrite=True,
        legalEntityId="usmf",
    )
    for _ in range(1000):
        answer = client.post(f"{ACTIONS}GetExecutionSummaryStatus", json={"executionId": execution})
        if answer.is_success and answer.json()["value"] not in ("NotRun", "Executing"):
            return
    raise AssertionError("the import does not end")


def value(client: httpx.Client, action: str, **body: object) -> str:
    return str(client.post(ACTIONS + action, json=body).raise_for_status().json()["value"])


def package() -> bytes:
    """A package of no customers."""
    fields = ("CUSTOMERACCOUNT", "CUSTOMERGROUPID")
    maps = "".join(
        f"<EntityMap><EntityField>{field}</EntityField><XMLField>{field}</XMLField></EntityMap>"
        for field in fields
    )
    kind = (
        "Microsoft.Dynamics.AX.Framework.Tools.DataManagement.Serialization."
        "DataManagementPackageManifest"
    )
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr(
            "PackageHeader.xml",
            f'<DataManagementPackageHeader xmlns="{NAMESPACE}"><ManifestType>{kind}</ManifestType>'
            "<PackageType>DefinitionGroup</PackageType><PackageVersion>2</PackageVersion>"
            "</DataManagementPackageHeader>",
        )
        archive.writestr(
            "Manifest.xml",
            f'<DataManagementPackageManifest xmlns="{NAMESPACE}"><PackageEntityList>'
            f"<DataManagementPackageEntityData><EntityMapList>{maps}</EntityMapList>"
            f"<EntityName>{LABEL}</EntityName><InputFilePath>a.csv</InputFilePath>"
            "<SourceFormat>CSV</SourceFormat></DataManagementPackageEntityData>"
            "</PackageEntityList></DataManagementPackageManifest>",
        )
        archive.writestr("a.csv", ",".join(fields) + "\r\n")
    return content.getvalue()


Extract = Callable[[SourceTable], TableResult]


@pytest.fixture
def extract(address: str, tmp_path: Path) -> Extract:
    settings = Settings(
        dataverse_url=address,
        finops_url=address,
        dataverse_token="sandbox",
        finops_token="sandbox",
        raw_root=str(tmp_path / "raw"),
    )

    def run(table: SourceTable) -> TableResult:
        manifest = project_with(tmp_path, table, companies=("usmf", "ussi", "demf"))
        report = run_extract(settings, manifest, clock=Clock(sleep=lambda _: None))
        return report.tables[0]

    return run


@pytest.mark.parametrize("table", [PACKAGED, PUBLIC], ids=["package", "collection"])
def test_customers_land_as_they_are(extract: Extract, tmp_path: Path, table: SourceTable) -> None:
    first = extract(table)
    assert (first.message, first.rows_appended) == ("", first.rows_read)
    rows = landed(
        tmp_path / "raw",
        f"finops/{table.name}",
        "dataAreaId, CustomerAccount, OrganizationName, AddressLatitude",
    )
    assert {row for row in rows if row[1] in NAMES} == {
        ("usmf", "US-1", NAMES["US-1"], Decimal("1.250000")),
        ("usmf", "US-2", NAMES["US-2"], Decimal("1.250000")),
        ("demf", "US-3", NAMES["US-3"], Decimal("1.250000")),
    }
    again = extract(table)
    assert (again.message, again.rows_appended, again.tombstones) == ("", 0, 0)


def test_packages_and_collections_tell_the_same(extract: Extract, tmp_path: Path) -> None:
    columns = "dataAreaId, CustomerAccount, nullif(OrganizationName, ''), CustomerGroupId"
    assert extract(PACKAGED).rows_read == extract(PUBLIC).rows_read
    packaged, public = (
        set(landed(tmp_path / "raw", f"finops/{table.name}", columns))
        for table in (PACKAGED, PUBLIC)
    )
    assert packaged == public


def test_a_deletion_becomes_a_tombstone(extract: Extract, address: str) -> None:
    headers = {"Authorization": "Bearer sandbox"}
    before = extract(PACKAGED).rows_read
    row = {"dataAreaId": "ussi", "CustomerAccount": "S", "CustomerGroupId": "10"}
    httpx.post(f"{address}/data/CustomersV2", json=row, headers=headers).raise_for_status()
    result = extract(PACKAGED)
    assert (result.rows_read, result.rows_appended) == (before + 1, 1)
    url = f"{address}/data/CustomersV2(dataAreaId='ussi',CustomerAccount='S')?cross-company=true"
    httpx.delete(url, headers=headers).raise_for_status()
    result = extract(PACKAGED)
    assert (result.message, result.rows_appended, result.tombstones) == ("", 0, 1)


def test_a_missing_project_is_a_sentence(extract: Extract) -> None:
    message = extract(replace(PACKAGED, export_project="nobody's")).message
    assert "the data project nobody's, which does not exist in Finance" in message
    assert (
        f"create a data project of type Export named nobody's with the entity `{LABEL}`" in message
    )


ORDERS = finance_source(
    "CDSSalesOrderHeaders",
    ["dataAreaId", "SalesOrderNumber"],
    {
        "dataAreaId": "string",
        "SalesOrderNumber": "string",
        "SalesOrderProcessingStatus": "string",
        "AreTotalsUpdated": "string",
        "RequestedShippingDate": "date",
        "ConfirmedShippingDate": "date",
        "OrderCreationDateTime": "timestamp",
        "OrderTotalAmount": "decimal(32, 6)",
    },
    entity_set="CDSSalesOrderHeaders",
    export_project="",
)
LINES = finance_source(
    "CDSSalesOrderLines",
    ["dataAreaId", "SalesOrderNumber", "LineCreationSequenceNumber"],
    {
        "dataAreaId": "string",
        "SalesOrderNumber": "string",
        "LineCreationSequenceNumber": "integer",
        "OrderedSalesQuantity": "decimal(32, 6)",
    },
    entity_set="CDSSalesOrderLines",
    export_project="",
)
ORDER = {"dataAreaId": "usmf", "SalesOrderNumber": "O'Brien/7"}


def test_orders_of_finance_land_with_their_lines(
    extract: Extract, address: str, tmp_path: Path
) -> None:
    """Enumerations as text, days that are none, keys with odd letters, pages and deletions."""
    with httpx.Client(base_url=address, headers={"Authorization": "Bearer sandbox"}) as client:

        def post(path: str, **body: object) -> None:
            client.post(path, json=body).raise_for_status()

        products = client.get("/api/data/v9.2/products?$select=productnumber&$top=1")
        product = products.raise_for_status().json()["value"][0]["productnumber"]
        header = {"OrderingCustomerAccountNumber": "US-1", "CurrencyCode": "USD"}
        day = {"RequestedShippingDate": "2026-02-28T12:00:00Z"}
        post("/data/CDSSalesOrderHeaders", **ORDER, **header, **day)
        for position, quantity in ((1, 2.5), (-1, 0)):
            values = {"LineCreationSequenceNumber": position, "OrderedSalesQuantity": quantity}
            post("/data/CDSSalesOrderLines", **ORDER, **values, ProductNumber=product)
        post("/sandbox/switches", name="finops_page_size", value=1)
        for table in (ORDERS, LINES):
            result = extract(table)
            assert (result.message, result.rows_appended) == ("", result.rows_read)
            assert result.rows_read > 1
        assert find(tmp_path, ORDERS, "* exclude (_extracted_at, _extract_id, _extract_row)") == [
            (
                *("usmf", "O'Brien/7", "Active", "No", date(2026, 2, 28), date(1900, 1, 1)),
                *(datetime(1900, 1, 1), Decimal(0), False),
            )
        ]
        assert find(tmp_path, LINES, "LineCreationSequenceNumber, OrderedSalesQuantity") == [
            (-1, Decimal(0)),
            (1, Decimal("2.5")),
        ]
        key = "dataAreaId='usmf',SalesOrderNumber='O''Brien%2F7',LineCreationSequenceNumber=-1"
        client.delete(f"/data/CDSSalesOrderLines({key})?cross-company=true").raise_for_status()
        again = extract(LINES)
        assert (again.message, again.rows_appended, again.tombstones) == ("", 0, 1)
        assert find(tmp_path, LINES, "LineCreationSequenceNumber, _is_deleted") == [
            (-1, False),
            (-1, True),
            (1, False),
        ]
        post("/sandbox/switches", name="finops_page_size", value=10_000)


def find(folder: Path, table: SourceTable, columns: str) -> list[tuple[object, ...]]:
    """What has landed of ORDER."""
    with duckdb.connect() as database:
        return database.execute(
            f"select {columns} from read_parquet('{folder}/raw/finops/{table.name}/*.parquet') "
            "where SalesOrderNumber = $number order by all",
            {"number": ORDER["SalesOrderNumber"]},
        ).fetchall()
