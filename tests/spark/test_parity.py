"""The same rows from both engines, and the same plan whatever engine built them."""

import pytest
from conftest import Engines
from world import ROOT

from connection.manifest import read_manifest

TABLES = [
    *(f"integration.{model.name}" for model in read_manifest(ROOT).models),
    *(f"monitoring.{path.stem}" for path in sorted((ROOT / "models/monitoring").glob("*.sql"))),
]

ALWAYS_FILLED = {
    "finops__free_text_invoice_headers": {"InvoiceOriginType"},
    "finops__inventory_transfers": {
        *("DestinationInventorySiteId", "JournalNameId", "SourceInventorySiteId"),
    },
    "finops__contact_customers": {
        *("AddressCity", "AddressCountryRegionISOCode", "AddressDescription"),
        *("AddressStreet", "CreditLimit", "CustomerGroupId", "IsExternallyMaintained"),
        *("LanguageId", "PartyNumber", "PartyType", "PersonFirstName", "PersonLastName"),
        *("PrimaryContactEmail", "SalesCurrencyCode"),
    },
    "finops__contact_persons": {
        *("ContactPersonPartyType", "IsContactPersonExternallyMaintained"),
        "PrimaryAddressCountryRegionISOCode",
    },
    "finops__project_expense_estimates": {"ModelId"},
    "finops__inventory_adjustments": {
        *("InventorySiteId", "JournalNameId"),
    },
    "finops__project_actuals": {"ResourceOperationUnitId"},
    "finops__sales_order_headers": {
        *("DeliveryAddressCountryRegionISOCode", "DeliveryAddressDescription"),
        *("DeliveryAddressName", "ExternalWorkOrderStatus", "IsDeliveryAddressOrderSpecific"),
        "SalesOrderOriginType",
    },
    "finops__project_hour_estimates": {"ForecastModel"},
    "finops__customers": {
        *("AddressCountryRegionISOCode", "AddressLocationRoles", "CustomerGroupId"),
        *("DeliveryAddressCountryRegionISOCode", "IsExternallyMaintained", "LanguageId"),
        *("PartyNumber", "PartyType", "SiteId", "WarehouseId"),
    },
    "finops__sales_quotation_headers": {
        *("DeliveryAddressCountryRegionISOCode", "DeliveryAddressDescription"),
        *("DeliveryAddressName", "IsDeliveryAddressOrderSpecific"),
    },
    "finops__projects": {
        *("ProjectContractID", "SourceDataID"),
    },
    "finops__project_contracts": {"SourceDataID"},
    "finops__crm_sales_order_lines": {"TotalDiscountAmount"},
    "finops__crm_sales_order_headers": {
        *("CustomersOrderReference", "DeliveryAddressCountryRegionISOCode"),
        *("DeliveryAddressDescription", "DeliveryAddressName", "DeliveryAddressStreet"),
        *("IsDeliveryAddressOrderSpecific", "OrderTotalAmount"),
    },
    "finops__purchase_order_lines": {
        *("LineDescription", "PurchaseUnitSymbol", "RequestedDeliveryDate"),
    },
    "dataverse__transaction_categories": {"msdyn_billingtype"},
    "dataverse__warehouses": {
        *("msdyn_description", "msdynce_ismaintainedexternally"),
    },
    "dataverse__invoice_details": {
        *("description", "extendedamount", "ispriceoverridden", "manualdiscountamount"),
        *("priceperunit", "producttypecode", "propertyconfigurationstatus", "quantity"),
        *("tax", "transactioncurrencyid"),
    },
    "dataverse__invoices": {
        *("customerid_account", "freightamount", "ispricelocked", "pricelevelid"),
        *("statuscode", "totalamount", "totaldiscountamount", "totaltax"),
    },
    "dataverse__products": {
        *("currentcost", "msdynce_ismaintainedexternally"),
    },
    "dataverse__sales_orders": {
        *("customerid_account", "discountamount", "msdynce_ismaintainedexternally"),
        *("msdynce_misctax", "name", "statecode", "statuscode", "totalamount", "totaltax"),
    },
    "dataverse__sales_order_details": {
        *("extendedamount", "ispriceoverridden", "manualdiscountamount"),
        *("msdynce_ismaintainedexternally", "priceperunit", "transactioncurrencyid"),
    },
    "dataverse__purchase_order_products": {
        *("msdyn_lineamount", "msdyn_quantity", "msdyn_unit", "msdyn_unitcost"),
    },
}
"""Columns without not-null that no row leaves empty: constants, maps with a line for an empty code,
parents without which a row is rejected, numbers and answers that Finance always has, and what a rule
falls back to. Exact, so that a column without a null among the compared rows is seen."""


def columns(engines: Engines, table: str) -> list[tuple[str, str]]:
    described = engines.both.execute(f"describe {table}").fetchall()
    return [(name, kind) for name, kind, *_ in described]


@pytest.mark.parametrize("table", TABLES)
def test_a_table_has_the_same_types_and_rows_on_both_engines(engines: Engines, table: str) -> None:
    assert columns(engines, f"duck.{table}") == columns(engines, f"spark.{table}")
    for one, other in (("duck", "spark"), ("spark", "duck")):
        differing = engines.both.execute(
            f"from {one}.{table} except all from {other}.{table} limit 5"
        ).fetchall()
        assert differing == [], f"only on {one}"
    found = engines.both.execute(f"select count(*) from duck.{table}").fetchone()
    assert found is not None
    # nothing is deleted in a first extract
    assert found[0] > 0 or table == "monitoring.deleted_rows"


def test_the_compared_rows_hold_what_engines_differ_in(engines: Engines) -> None:
    """Nulls in every nullable column, halves, quotes, emoji, line breaks, the ends of months."""
    manifest = read_manifest(ROOT)
    filled = {}
    for model in manifest.models:
        declared = manifest.graph["nodes"][model.unique_id]["columns"]
        names = [name for name in declared if not declared[name]["constraints"]]
        if not names:
            continue
        counts = ", ".join(f'count(*) - count("{name}")' for name in names)
        table = f"duck.integration.{model.name}"
        found = engines.both.execute(f"select {counts} from {table}").fetchone() or ()
        never = {name for name, nulls in zip(names, found, strict=True) if not nulls}
        filled |= {model.name: never} if never else {}
    assert filled == ALWAYS_FILLED
    for what, table, condition in (
        ("text", "customers", """"OrganizationName" like '%"no''%😀%' || chr(10) || '%'"""),
        ("a day", "projects", "\"ProjectedStartDate\" = date '2024-02-29'"),
        ("a year", "projects", "\"ProjectedStartDate\" = date '2024-12-31'"),
        ("negative", "sales_order_lines", '"SalesPrice" < 0'),
        ("rounded", "sales_order_lines", '"TotalDiscountAmount" % 0.01 <> 0'),
        ("four places", "free_text_invoice_lines", '"UnitPrice" % 0.01 <> 0'),
        ("text", "project_tasks", """"Name" like '%"no''%😀%' || chr(10) || '%'"""),
        ("text", "categories", """"CategoryId" like '%"no''%😀%' || chr(10) || '%'"""),
        ("negative", "project_hour_estimates", '"Duration" < 0'),
        ("four places", "project_expense_estimates", '"Price" % 0.01 <> 0'),
        ("negative", "project_actuals", '"Quantity" < 0'),
        ("four places", "project_actuals", '"UnitPrice" % 0.01 <> 0'),
        ("a day", "project_actuals", "\"DocumentDate\" = date '2024-02-29'"),
        ("a year", "project_actuals", "\"DocumentDate\" = date '2024-12-31'"),
    ):
        assert rows_of(engines, f"integration.finops__{table}", condition) > 0, what
    for what, condition in (
        ("text", """msdyn_description like '%"no''%😀%' || chr(10) || '%'"""),
        ("negative", "msdyn_amount < 0"),
        ("four places", "msdyn_price % 0.01 <> 0"),
        ("a tax", "not _exists_in_target"),
    ):
        assert rows_of(engines, "integration.dataverse__actuals", condition) > 0, what


def rows_of(engines: Engines, table: str, condition: str) -> int:
    found = engines.both.execute(f"select count(*) from duck.{table} where {condition}").fetchone()
    return found[0] if found else 0


def test_tasks_below_tasks_are_followed_deeper_than_spark_does_by_itself(engines: Engines) -> None:
    """A task below a line task is filtered only when the way up to that is found."""
    for engine in ("duck", "spark"):
        found = engines.both.execute(
            f"select filter_reason from {engine}.monitoring.filtered_rows "
            "where target_model = 'finops__project_tasks' and source_id = ?",
            [engines.deepest_task],
        ).fetchall()
        assert found == [("parent_filtered",)], engine


def test_a_load_after_a_spark_build_reaches_finance_and_duckdb_has_nothing_to_change(
    engines: Engines,
) -> None:
    plans = [engines.use(engine).json("plan")["counts"] for engine in ("duckdb", "spark")]
    assert plans[0] == plans[1]
    report = engines.use("spark").json("load")
    assert all(row["outcome"] in ("Completed", "Warning") for row in report["templates"])
    assert sum(row["inserted"] for row in report["templates"]) > 6_000
    for engine in ("duckdb", "spark"):
        counts = engines.use(engine).json("plan")["counts"]
        changes = {
            (model, kind): rows
            for model, kinds in counts.items()
            for kind, rows in kinds.items()
            if kind in ("insert", "update")
        }
        assert changes == {}, engine
