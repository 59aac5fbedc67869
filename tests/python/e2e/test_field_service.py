"""Field Service and Prospect-to-cash, both directions, with real processes and sockets."""

import csv
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import pytest
from world import ROOT, Content, Restore, Row, World, by

SETS = (
    *("products", "pricelevels", "uoms", "msdyn_warehouses", "msdynce_externalproductinventories"),
    *("msdyn_productinventories", "msdynce_externalprojects", "msdyn_workorders"),
    *("msdyn_inventoryadjustments", "msdyn_inventorytransfers"),
    *("msdyn_inventoryadjustmentproducts", "accounts", "contacts", "salesorders"),
    *("salesorderdetails", "invoices", "invoicedetails", "quotes", "msdyn_purchaseorders"),
    *("msdyn_purchaseorderproducts", "msdyn_purchaseorderreceipts"),
    "msdyn_purchaseorderreceiptproducts",
)
"""Tables of Dataverse that these templates read or write."""
ENTITIES = (
    *("SellableReleasedProducts", "Warehouses", "Projects", "InventWarehouseOnHandCDSEntity"),
    *("CustomersV2", "CDSContactPersons", "CDSSalesOrderHeaders", "CDSSalesOrderLines"),
    *("ExternallyMaintainedCustomerSalesInvoiceHeaders",),
    *("CDSSalesQuotationHeaders", "CDSSalesQuotationLines", "VendorsV2"),
    *("PurchaseOrderHeadersV2", "CDSPurchaseOrderLines"),
    "InventInventoryAdjustmentJournalEntryCDSEntity",
    "InventInventoryTransferJournalEntryCDSEntity",
)
"""Entities of Finance that these templates read or write."""
COMPANIES = ("usmf", "ussi", "demf")
STOCK = "InventWarehouseOnHandCDSEntity"


@dataclass
class Ends:
    """Both ends at rest. outcomes: filter reasons and rejected columns by target model and row.

    written: of each round, what was written by which template.
    """

    dataverse: dict[str, list[Row]] = field(default_factory=dict)
    finance: dict[str, list[Row]] = field(default_factory=dict)
    filtered: dict[str, dict[str, str]] = field(default_factory=dict)
    rejected: dict[str, set[tuple[str, str]]] = field(default_factory=dict)
    written: list[dict[str, int]] = field(default_factory=list)
    requests: list[int] = field(default_factory=list)
    content: Content = field(default_factory=dict)

    @classmethod
    def of(cls, world: World) -> "Ends":
        ends = cls(
            {name: world.dataverse(name) for name in SETS},
            {name: world.finance(name) for name in ENTITIES},
        )
        for model, row, reason in world.query(
            "select target_model, source_id, filter_reason from monitoring.filtered_rows"
        ):
            ends.filtered.setdefault(model, {})[row] = reason
        for model, row, column in world.query(
            "select target_model, source_id, column_name from monitoring.rejected_rows"
        ):
            ends.rejected.setdefault(model, set()).add((row, column))
        return ends

    def reasons(self, model: str) -> set[str]:
        return set(self.filtered.get(model, {}).values())

    def goes(self, model: str, row: str) -> bool:
        """Whether nothing keeps a source row back."""
        rejected = {name for name, _ in self.rejected.get(model, ())}
        return row not in self.filtered.get(model, {}) and row not in rejected


def sync(world: World) -> dict[str, int]:
    """Extract, build and load; how many rows each template wrote."""
    report = world.json("sync")["templates"]
    written = {row["template"]: row["inserted"] + row["updated"] for row in report}
    return {template: rows for template, rows in written.items() if rows}


def brought() -> dict[tuple[str, str], str]:
    """Warehouses of Finance that Dataverse gets, with their names there."""
    with (ROOT / "seeds" / "warehouses.csv").open(newline="") as lines:
        return {
            (line["data_area_id"], line["warehouse_id"]): line["warehouse_name"]
            for line in csv.DictReader(lines)
            if line["is_brought"] == "true"
        }


@pytest.fixture(scope="module")
def rested(place: World, sent: Path, folder: Path) -> tuple[Path, Ends]:
    """Three rounds after the first load, and what both ends hold then."""
    world = place.restore(sent).start()
    try:
        written, requests = [], []
        for _ in range(3):
            world.forget_requests()
            written.append(sync(world))
            requests.append(world.writes())
        ends = Ends.of(world)
        ends.written, ends.requests, ends.content = written, requests, world.content()
    finally:
        world.stop()
    world.keep_as(folder / "rested")
    return folder / "rested", ends


@pytest.fixture(scope="module")
def ends(rested: tuple[Path, Ends]) -> Ends:
    return rested[1]


def test_what_one_side_wrote_comes_back_as_no_news(ends: Ends, undisturbed: Content) -> None:
    """Every template both ways, three times: the first round tells what orders did to the stock."""
    first, *others = ends.written
    assert set(first) == {"on_hand_inventory"}
    assert others == [{}, {}]
    assert ends.requests[0] > 0 and ends.requests[1:] == [0, 0]
    # what goes is stock, to Dataverse: Finance holds what the first load left there
    assert ends.content == undisturbed


def test_the_project_is_parsed_once_for_all_commands(rested: tuple[Path, Ends]) -> None:
    """dbt parses anew where an environment differs, which takes as long as a small sync."""
    logs = [path.read_text() for path in (rested[0] / "logs").glob("dbt.log*")]
    assert any("Found " in log for log in logs)
    assert not any("Unable to do partial parsing" in log for log in logs)


def test_products_come_with_their_kind_unit_and_price_list(ends: Ends) -> None:
    own = by(ends.dataverse["products"], "productnumber")
    released = by(ends.finance["SellableReleasedProducts"], "ProductNumber", "dataAreaId")
    units = {row["uomid"]: row["name"] for row in ends.dataverse["uoms"]}
    lists = {
        row["pricelevelid"]: row["_transactioncurrencyid_value"]
        for row in ends.dataverse["pricelevels"]
    }
    came = [
        (row, own[number])
        for (number, company), row in released.items()
        if ends.goes("dataverse__products", f"{company}/{number}")
    ]
    assert len(came) > 20
    for row, product in came:
        assert product["name"] == row["ProductName"]
        assert product["msdynce_ismaintainedexternally"] is True
        assert product["price"] == round(row["SalesPrice"], 4)
        assert product["isstockitem"] == (row["IsStockedProduct"] == "Yes")
        assert product["quantitydecimal"] == row["SalesUnitDecimalPrecision"]
        kind = {"Inventory": 690970000, "NonInventory": 690970001, "Service": 690970002}
        assert product["msdyn_fieldserviceproducttype"] == kind[row["FieldServiceProductType"]]
        assert units[product["_msdynce_inventoryunit_value"]]
        # Dataverse has a price list in the currency of each product it got
        assert product["_transactioncurrencyid_value"] in lists.values()
        chosen = lists.get(product["_pricelevelid_value"])
        assert chosen in (None, product["_transactioncurrencyid_value"])
    # what Finance alone had gets no list, since no line of the value map names one
    made = [product for row, product in came if row["ProductNumber"].startswith("P9")]
    assert made and not any(product["_pricelevelid_value"] for product in made)
    # one product of several companies comes once, and nothing made in Dataverse is taken over
    assert len({product["productid"] for _, product in came}) == len(came)
    assert ends.reasons("dataverse__products") == {"same_product_of_another_company"}
    made_there = {column for _, column in ends.rejected["dataverse__products"]}
    assert "msdynce_ismaintainedexternally" in made_there


def test_warehouses_come_that_the_seed_names(ends: Ends) -> None:
    own = by(ends.dataverse["msdyn_warehouses"], "msdyn_name")
    there = by(ends.finance["Warehouses"], "dataAreaId", "WarehouseId")
    for key, name in brought().items():
        assert own[name]["msdynce_ismaintainedexternally"] is True
        assert own[name]["msdyn_description"] == there[key]["WarehouseName"]
    others = {row["WarehouseId"] for row in there.values()} - {key for _, key in brought()}
    assert others and not others & set(own)
    assert ends.reasons("dataverse__warehouses") == {"not_in_seed"}


def test_stock_comes_once_per_product_and_warehouse_and_its_names_cross(ends: Ends) -> None:
    names = {
        row["msdyn_warehouseid"]: row["msdyn_name"] for row in ends.dataverse["msdyn_warehouses"]
    }
    numbers = {row["productid"]: row["productnumber"] for row in ends.dataverse["products"]}
    # a product that was made in Dataverse is not that of Finance, and its stock is not either
    made_there = {
        row["productnumber"]
        for row in ends.dataverse["products"]
        if row["msdynce_ismaintainedexternally"] is False
    }
    expected: dict[tuple[str, str], Counter[str]] = {}
    left_out = set()
    for row in ends.finance[STOCK]:
        name = brought().get((row["dataAreaId"], row["InventoryWarehouseId"]))
        if name and row["ProductNumber"] in made_there:
            left_out.add((row["ProductNumber"], name))
        elif name:
            levels = expected.setdefault((row["ProductNumber"], name), Counter())
            for level in ("OnHandQuantity", "OnOrderQuantity", "OrderedQuantity"):
                levels[level] += row[level]
    outside = by(
        ends.dataverse["msdynce_externalproductinventories"],
        *("msdynce_productnumber", "msdynce_warehouseid"),
    )
    assert len(outside) == len(ends.dataverse["msdynce_externalproductinventories"])
    assert left_out and not left_out & set(outside)
    inside = {
        (numbers[row["_msdyn_product_value"]], names[row["_msdyn_warehouse_value"]]): row
        for row in ends.dataverse["msdyn_productinventories"]
    }
    assert len(expected) > 40
    for key, levels in expected.items():
        told, booked = outside[key], inside[key]
        assert (told["msdynce_onhandquantity"] or 0) == levels["OnHandQuantity"]
        assert (told["msdynce_onorderquantity"] or 0) == levels["OnOrderQuantity"]
        assert (told["msdynce_orderedquantity"] or 0) == levels["OrderedQuantity"]
        assert booked["msdyn_qtyonhand"] == levels["OnHandQuantity"]
        assert booked["msdyn_qtyallocated"] == levels["OnOrderQuantity"]
        assert booked["msdyn_qtyonorder"] == levels["OrderedQuantity"]
    for level in ("OnOrderQuantity", "OrderedQuantity"):
        assert any(levels[level] for levels in expected.values())


@pytest.mark.parametrize(
    ("model", "entity", "header", "columns"),
    [
        (
            "finops__inventory_adjustments",
            "InventInventoryAdjustmentJournalEntryCDSEntity",
            "msdyn_inventoryadjustment",
            {"WarehouseId": "_msdyn_warehouse_value"},
        ),
        (
            "finops__inventory_transfers",
            "InventInventoryTransferJournalEntryCDSEntity",
            "msdyn_inventorytransfer",
            {
                "SourceWarehouseId": "_msdyn_sourcewarehouse_value",
                "DestinationWarehouseId": "_msdyn_destinationwarehouse_value",
            },
        ),
    ],
)
def test_posted_stock_documents_go_once_as_they_are(
    ends: Ends, model: str, entity: str, header: str, columns: dict[str, str]
) -> None:
    with (ROOT / "seeds" / "warehouses.csv").open(newline="") as lines:
        ours = {line["warehouse_name"]: line["warehouse_id"] for line in csv.DictReader(lines)}
    names = {
        row["msdyn_warehouseid"]: row["msdyn_name"] for row in ends.dataverse["msdyn_warehouses"]
    }
    documents = by(ends.dataverse[f"{header}s"], f"{header}id")
    own = {
        (documents[row[f"_{header}_value"]]["msdyn_name"], row["msdynce_numbersequence"]): row
        for row in ends.dataverse["msdyn_inventoryadjustmentproducts"]
        if row[f"_{header}_value"]
    }
    told = by(ends.finance[entity], "JournalNumber", "LineNumber")
    assert len(told) == len(ends.finance[entity]) > 5
    for (number, position), line in told.items():
        row = own[number, str(position)]
        document = documents[row[f"_{header}_value"]]
        assert document["msdynce_poststatus"] == 2
        assert line["InventoryQuantity"] == row["msdyn_quantity"]
        for column, attribute in columns.items():
            assert line[column] == ours[names[document[attribute]]]
    for (number, position), row in own.items():
        if ends.goes(model, row["msdyn_inventoryadjustmentproductid"]):
            assert (number, int(position)) in told
    assert "not_posted" in ends.reasons(model)


def test_vans_of_dataverse_are_booked_on_a_warehouse_of_finance(ends: Ends) -> None:
    names = by(ends.dataverse["msdyn_warehouses"], "msdyn_warehouseid")
    documents = by(ends.dataverse["msdyn_inventoryadjustments"], "msdyn_name")
    booked = {
        (
            names[documents[row["JournalNumber"]]["_msdyn_warehouse_value"]]["msdyn_name"],
            row["WarehouseId"],
        )
        for row in ends.finance["InventInventoryAdjustmentJournalEntryCDSEntity"]
    }
    assert {("Van 1", "13"), ("13", "13")} <= booked


def test_work_orders_of_a_project_name_it_and_leave_the_customer_to_it(ends: Ends) -> None:
    projects = by(ends.dataverse["msdynce_externalprojects"], "msdynce_externalprojectid")
    told = by(ends.finance["CDSSalesOrderHeaders"], "SalesOrderNumber", "ProjectId")
    of_project = [
        (
            row,
            told[
                row["msdyn_name"],
                projects[row["_msdynce_externalproject_value"]]["msdynce_projectnumber"],
            ],
        )
        for row in ends.dataverse["msdyn_workorders"]
        if row["_msdynce_externalproject_value"]
        and ends.goes("finops__sales_order_headers", row["msdyn_workorderid"])
    ]
    assert of_project
    blank = [order for row, order in of_project if row["_msdyn_billingaccount_value"] is None]
    assert blank and all(order["InvoiceCustomerAccountNumber"] for order in blank)
    # orders without a project have none
    others = [
        row
        for row in ends.dataverse["msdyn_workorders"]
        if not row["_msdynce_externalproject_value"]
    ]
    assert {(row["msdyn_name"], "") in told for row in others} >= {True}


def test_projects_come_in_process_and_are_followed_to_their_end(ends: Ends) -> None:
    own = by(ends.dataverse["msdynce_externalprojects"], "msdynce_projectnumber")
    accounts = by(ends.dataverse["accounts"], "accountid")
    came = [
        row
        for row in ends.finance["Projects"]
        if ends.goes("dataverse__external_projects", f"{row['dataAreaId']}/{row['ProjectID']}")
    ]
    for row in came:
        project = own[row["ProjectID"]]
        assert row["ProjectType"] == "TimeMaterial"
        assert project["msdynce_name"] == row["ProjectName"]
        assert (
            project["msdynce_projectstage"] == {"InProcess": 1, "Finished": 2}[row["ProjectStage"]]
        )
        account = accounts.get(project["_msdynce_account_value"])
        assert account is None or account["accountnumber"] == row["CustomerAccount"]
    assert {row["ProjectStage"] for row in came} == {"InProcess", "Finished"}
    assert ends.reasons("dataverse__external_projects") == {
        *("not_time_and_material", "stage_not_in_process", "came_from_dataverse"),
        "finished_before_it_came",
    }


def test_a_contact_is_a_person_or_a_customer_by_its_flag(ends: Ends) -> None:
    customers = by(ends.finance["CustomersV2"], "CustomerAccount")
    persons = by(ends.finance["CDSContactPersons"], "ContactPersonPartyNumber")
    counts = Counter[str]()
    for row in ends.dataverse["contacts"]:
        number = row["msdynce_contactnumber"]
        if ends.goes("finops__contact_persons", row["contactid"]):
            assert row["msdynce_isactivecustomer"] is not True
            assert persons[number]["LastName"] == row["lastname"] and number not in customers
            counts["person"] += 1
        if ends.goes("finops__contact_customers", row["contactid"]):
            assert row["msdynce_isactivecustomer"] is True
            assert customers[number]["PartyType"] == "Person" and number not in persons
            counts["customer"] += 1
    assert counts["person"] > 10 and counts["customer"] > 0
    assert {"is_active_customer", "no_parent_account"} <= ends.reasons("finops__contact_persons")
    assert {"not_active_customer", "not_named_by_a_document"} == ends.reasons(
        "finops__contact_customers"
    )


def test_orders_go_both_ways_and_none_comes_back(ends: Ends) -> None:
    own = by(ends.dataverse["salesorders"], "ordernumber")
    told = by(ends.finance["CDSSalesOrderHeaders"], "SalesOrderNumber", "dataAreaId")
    numbers = Counter(row["ordernumber"] for row in ends.dataverse["salesorders"])
    forward = [
        row
        for row in ends.dataverse["salesorders"]
        if ends.goes("finops__crm_sales_order_headers", row["salesorderid"])
    ]
    arrived = {number for number, _ in told}
    assert len([row for row in forward if row["ordernumber"] in arrived]) > 8
    back = [
        (number, row)
        for (number, company), row in told.items()
        if ends.goes("dataverse__sales_orders", f"{company}/{number}")
        # what is canceled before it ever came is not made
        and row["SalesOrderProcessingStatus"] != "Cancelled"
    ]
    assert len(back) > 2
    for number, row in back:
        assert numbers[number] == 1, "an order stands once"
        assert row["SalesOrderOriginType"] != "WorkOrderIntegration"
        assert own[number]["totalamount"] == round(Decimal(row["OrderTotalAmount"]), 4)
        assert own[number]["_customerid_value"]
    assert {"project_contract", "not_activated", "came_from_finance"} <= ends.reasons(
        "finops__crm_sales_order_headers"
    )
    assert ends.reasons("dataverse__sales_orders") >= {
        *("work_order_origin", "not_confirmed", "totals_not_calculated"),
        "not_externally_maintained_customer",
    }
    work_orders = {row["msdyn_name"] for row in ends.dataverse["msdyn_workorders"]}
    assert not work_orders & set(own)


def test_quotes_go_with_the_two_odd_rows_of_their_address(ends: Ends) -> None:
    told = by(ends.finance["CDSSalesQuotationHeaders"], "SalesQuotationNumber")
    own = by(ends.dataverse["quotes"], "quotenumber")
    assert len(told) > 10
    for number, row in told.items():
        quote = own[number]
        assert quote["statecode"] in (1, 2)
        assert row["QuotationTotalAmount"] == quote["totalamount"]
        # these two come from the other address, as in the original
        assert row["DeliveryAddressStreetNumber"] == (quote["billto_line2"] or "")
        assert row["DeliveryAddressZipCode"] == (quote["billto_postalcode"] or "")
        assert row["DeliveryAddressStreet"] == (quote["shipto_line1"] or "")
    lines = {row["SalesQuotationNumber"] for row in ends.finance["CDSSalesQuotationLines"]}
    assert lines <= set(told) and lines
    assert {"not_activated", "not_externally_maintained"} <= ends.reasons(
        "finops__sales_quotation_headers"
    )


def test_purchasing_goes_both_ways(ends: Ends) -> None:
    accounts = by(ends.dataverse["accounts"], "accountnumber")
    for row in ends.finance["VendorsV2"]:
        key = f"{row['dataAreaId']}/{row['VendorAccountNumber']}"
        if ends.goes("dataverse__vendors", key):
            assert accounts[row["VendorAccountNumber"]]["customertypecode"] == 11
    own = by(ends.dataverse["msdyn_purchaseorders"], "msdyn_name")
    told = by(ends.finance["PurchaseOrderHeadersV2"], "PurchaseOrderNumber")
    forward = [
        name
        for name, row in own.items()
        if ends.goes("finops__purchase_order_headers", row["msdyn_purchaseorderid"])
    ]
    back = [
        number
        for number, row in told.items()
        if ends.goes("dataverse__purchase_orders", f"{row['dataAreaId']}/{number}")
    ]
    assert len(forward) > 3 and set(forward) <= set(told)
    assert len(back) > 2 and set(back) <= set(own)
    assert not set(forward) & set(back)
    assert "came_from_finance" in ends.reasons("finops__purchase_order_headers")
    assert "not_confirmed" in ends.reasons("dataverse__purchase_orders")


def order_more(world: World, line: tuple[str, str, int], quantity: int) -> None:
    """Change what Finance orders with a line of a purchase order."""
    company, number, position = line
    world.ask(
        "PATCH",
        f"/data/CDSPurchaseOrderLines(dataAreaId='{company}',PurchaseOrderNumber='{number}',"
        f"LineNumber={position})?cross-company=true",
        {"OrderedPurchaseQuantity": quantity},
    )


def quantity_in_dataverse(world: World, line: tuple[str, str, int]) -> Decimal:
    """What Dataverse says of a line of a purchase order of its own."""
    _, number, position = line
    order = by(world.dataverse("msdyn_purchaseorders"), "msdyn_name")[number]
    lines = by(
        world.dataverse("msdyn_purchaseorderproducts"),
        *("_msdyn_purchaseorder_value", "msdyn_lineorder"),
    )
    quantity: Decimal = lines[order["msdyn_purchaseorderid"], position]["msdyn_quantity"]
    return quantity


def test_what_finance_does_next_comes_back_once(
    rested: tuple[Path, Ends], restore: Restore
) -> None:
    """Orders confirmed, shipped and invoiced, goods received, a project finished, journals posted.

    A purchase order of Dataverse's own stays with Finance, also when people open it again.
    """
    path, before = rested
    world = restore(path)
    # an order of Dataverse's own that Finance took over; another of Finance's, which Dataverse has
    own = by(before.dataverse["salesorders"], "ordernumber")
    taken = min(
        (row["dataAreaId"], row["SalesOrderNumber"])
        for row in before.finance["CDSSalesOrderHeaders"]
        if row["SalesOrderNumber"] in own
        and before.goes(
            "finops__crm_sales_order_headers", own[row["SalesOrderNumber"]]["salesorderid"]
        )
        and any(
            row["SalesOrderNumber"] == line["SalesOrderNumber"]
            for line in before.finance["CDSSalesOrderLines"]
        )
    )
    ours = {"SalesOrderNumber": taken[1]}
    theirs = {"SalesOrderNumber": "SO-900001"}
    # freight is taxed, and the solution writes that tax as a line of its own
    world.ask(
        "PATCH",
        f"/data/CDSSalesOrderHeaders(dataAreaId='{taken[0]}',SalesOrderNumber='{taken[1]}')"
        "?cross-company=true",
        {"OrderTotalChargesAmount": 10},
    )
    world.control("confirm-order", taken[0], **ours)
    world.control("ship-order", "usmf", **theirs)
    invoice = world.control("invoice-order", "usmf", **theirs)["InvoiceNumber"]
    purchase = {"PurchaseOrderNumber": "PO-900001"}
    receipt = world.control("receive-purchase-order", "usmf", **purchase)["ProductReceiptNumber"]
    bought = min(
        (row["dataAreaId"], row["PurchaseOrderNumber"], row["LineNumber"])
        for row in before.finance["CDSPurchaseOrderLines"]
        if before.filtered["dataverse__purchase_orders"].get(
            f"{row['dataAreaId']}/{row['PurchaseOrderNumber']}"
        )
        == "not_confirmed"
    )
    world.control("confirm-purchase-order", bought[0], PurchaseOrderNumber=bought[1])
    order_more(world, bought, 11)
    project = min(
        row["ProjectID"]
        for row in before.finance["Projects"]
        if row["dataAreaId"] == "usmf"
        and row["ProjectStage"] == "InProcess"
        and before.goes("dataverse__external_projects", f"usmf/{row['ProjectID']}")
    )
    world.ask(
        "PATCH",
        f"/data/Projects(dataAreaId='usmf',ProjectID='{project}')?cross-company=true",
        {"ProjectStage": "Finished"},
    )
    for company in COMPANIES:
        world.control("post-inventory-journals", company)
    assert set(sync(world)) == {
        *("sales_orders", "sales_invoices", "purchasing", "external_projects", "on_hand_inventory"),
    }
    after = Ends.of(world)
    orders = by(after.dataverse["salesorders"], "ordernumber")
    assert orders[taken[1]]["salesorderid"] == own[taken[1]]["salesorderid"]
    assert orders[taken[1]]["msdynce_processingstatus"] != own[taken[1]]["msdynce_processingstatus"]
    # the solution in Dataverse closes an order that is invoiced
    assert orders["SO-900001"]["statecode"] == 4
    told = by(after.finance["ExternallyMaintainedCustomerSalesInvoiceHeaders"], "InvoiceNumber")
    made = by(after.dataverse["invoices"], "invoicenumber")[invoice]
    assert made["_salesorderid_value"] == orders["SO-900001"]["salesorderid"]
    assert made["totalamount"] == round(Decimal(told[invoice]["TotalInvoiceAmount"]), 4)
    lines = [
        row
        for row in after.dataverse["invoicedetails"]
        if row["_invoiceid_value"] == made["invoiceid"]
    ]
    assert len(lines) == 2
    receipts = by(after.dataverse["msdyn_purchaseorderreceipts"], "msdyn_name")
    assert receipt in receipts
    assert len(after.dataverse["msdyn_purchaseorderreceiptproducts"]) == 2
    projects = by(after.dataverse["msdynce_externalprojects"], "msdynce_projectnumber")
    assert projects[project]["msdynce_projectstage"] == 2
    assert quantity_in_dataverse(world, bought) == 11
    company, number, _ = bought
    world.ask(
        "PATCH",
        f"/data/PurchaseOrderHeadersV2(dataAreaId='{company}',PurchaseOrderNumber='{number}')"
        "?cross-company=true",
        {"DocumentApprovalStatus": "Approved"},
    )
    order_more(world, bought, 12)
    assert sync(world)["purchasing"] == 1
    assert quantity_in_dataverse(world, bought) == 12
    (tax,) = (
        row["salesorderdetailid"]
        for row in world.dataverse("salesorderdetails")
        if row["productdescription"] == "Freight Tax"
    )
    reasons = world.query(
        f"select target_model, filter_reason from monitoring.filtered_rows where source_id = '{tax}'"
    )
    assert ("finops__crm_sales_order_lines", "tax_line") in reasons
    world.forget_requests()
    assert (sync(world), world.writes()) == ({}, 0)
    # nor does it go to Finance as an invoice of an agreement
    models = world.query(
        f"select target_model from monitoring.filtered_rows where source_id = '{made['invoiceid']}'"
    )
    assert ("finops__free_text_invoice_headers",) in models
