"""The generated sales, stock and purchasing: coherent in themselves and with what Finance has."""

import json
from collections import Counter
from decimal import Decimal

import pytest
from test_dataverse_generator import Rows, everything, number, ordinary, query

from sandbox.contents import Contents, open_database
from sandbox.database import Database

ACTIVATED, DRAFT = 647390000, 647390011
CREATED, POSTED = 1, 2


@pytest.fixture(scope="module")
def content(generated: Database) -> dict[str, Rows]:
    return everything(generated)


@pytest.fixture(scope="module")
def awkward(generated: Database) -> set[str]:
    return {str(row["row_id"]) for row in query(generated, "from sandbox.awkward_cases")}


@pytest.fixture(scope="module")
def facts(generated: Database) -> dict[str, dict[tuple[str, str | None], dict[str, object]]]:
    found: dict[str, dict[tuple[str, str | None], dict[str, object]]] = {}
    for row in query(generated, "from sandbox.shared_facts"):
        key = (str(row["key"]), row["company"])
        found.setdefault(str(row["kind"]), {})[key] = json.loads(str(row["detail"]))
    return found


def by_id(rows: Rows, key: str) -> dict[object, dict[str, object]]:
    return {row[key]: row for row in rows}


def item_orders(content: dict[str, Rows], awkward: set[str]) -> Rows:
    orders = ordinary(content, awkward, "salesorder", "salesorderid")
    return [row for row in orders if row["msdynce_processingstatus"] is not None]


def test_quotes_come_in_every_state_and_of_accounts_and_contacts(content: dict[str, Rows]) -> None:
    quotes = content["quote"]
    assert {row["statecode"] for row in quotes} == {0, 1, 2, 3}
    assert {row["_customerid_type"] for row in quotes} == {"account", "contact", None}


def test_orders_of_goods_are_drafts_and_activated_ones(
    content: dict[str, Rows], awkward: set[str]
) -> None:
    orders = item_orders(content, awkward)
    assert {row["msdynce_processingstatus"] for row in orders} == {ACTIVATED, DRAFT}
    assert {row["msdyn_ordertype"] for row in orders} == {192350000}
    lines = by_id(orders, "salesorderid")
    for line in ordinary(content, awkward, "salesorderdetail", "salesorderdetailid"):
        order = lines.get(line["_salesorderid_value"])
        if order is not None:
            activated = order["msdynce_processingstatus"] == ACTIVATED
            assert line["msdynce_orderissubmitted"] is activated
            assert line["msdynce_ordernumber"] == order["ordernumber"]


def test_contacts_that_buy_are_active_customers(
    content: dict[str, Rows], awkward: set[str]
) -> None:
    contacts = by_id(content["contact"], "contactid")
    quotes = ordinary(content, awkward, "quote", "quoteid")
    buyers = [
        contacts[row["_customerid_value"]]
        for row in [*quotes, *item_orders(content, awkward)]
        if row["_customerid_type"] == "contact"
    ]
    assert buyers
    assert {contact["msdynce_isactivecustomer"] for contact in buyers} == {True}


def test_contacts_come_with_and_without_an_account(content: dict[str, Rows]) -> None:
    kinds = {
        (row["msdynce_isactivecustomer"], row["_parentcustomerid_type"])
        for row in content["contact"]
    }
    for kind in [(True, "account"), (False, "account"), (True, None), (False, None)]:
        assert kind in kinds
    assert (False, "contact") in kinds


@pytest.mark.parametrize(
    ("name", "parent"), [("quote", "_quoteid_value"), ("salesorder", "_salesorderid_value")]
)
def test_totals_are_the_lines_less_their_discounts(
    content: dict[str, Rows], name: str, parent: str
) -> None:
    lines: Counter[object] = Counter()
    for line in content[f"{name}detail"]:
        amount = number(line["quantity"]) * number(line["priceperunit"])
        lines[line[parent]] += amount - number(line["manualdiscountamount"] or 0)
    documents = [row for row in content[name] if name == "quote" or row["shipto_line1"]]
    assert documents
    for row in documents:
        assert row["totalamount"] == lines[row[f"{name}id"]]


def test_price_lists_are_of_dollars_and_euros_only(content: dict[str, Rows]) -> None:
    codes = {
        row["transactioncurrencyid"]: row["isocurrencycode"]
        for row in content["transactioncurrency"]
    }
    lists = Counter(codes[row["_transactioncurrencyid_value"]] for row in content["pricelevel"])
    assert lists == {"USD": 2, "EUR": 1}


def test_products_name_a_unit_group_a_unit_and_a_price_list(
    content: dict[str, Rows], awkward: set[str]
) -> None:
    units = by_id(content["uom"], "uomid")
    for row in ordinary(content, awkward, "product", "productid"):
        unit = units[row["_defaultuomid_value"]]
        assert row["_defaultuomscheduleid_value"] == unit["_uomscheduleid_value"]
        assert row["_pricelevelid_value"]
        assert row["_msdynce_inventoryunit_value"] == row["_defaultuomid_value"]
    flags = {row["msdynce_ismaintainedexternally"] for row in content["product"]}
    assert flags == {True, False, None}


def test_warehouses_of_finance_and_vans(content: dict[str, Rows]) -> None:
    found = {
        row["msdyn_name"]: row["msdynce_ismaintainedexternally"]
        for row in content["msdyn_warehouse"]
    }
    assert found == {"13": True, "24": True, "Van 1": False, "Van 2": False, "Van 9": False}


def test_levels_cross_over(content: dict[str, Rows]) -> None:
    levels = {
        (row["_msdyn_product_value"], row["_msdyn_warehouse_value"]): row
        for row in content["msdyn_productinventory"]
    }
    outside = content["msdynce_externalproductinventory"]
    assert len(levels) == len(outside) > 0
    for row in outside:
        level = levels[row["_msdynce_product_value"], row["_msdynce_warehouse_value"]]
        assert level["msdyn_qtyonhand"] == row["msdynce_onhandquantity"]
        assert level["msdyn_qtyallocated"] == row["msdynce_onorderquantity"]
        assert level["msdyn_qtyonorder"] == row["msdynce_orderedquantity"]


def test_documents_of_stock_are_created_or_posted_and_their_lines_are_numbered_through(
    content: dict[str, Rows], awkward: set[str]
) -> None:
    numbers = []
    for kind in ("adjustment", "transfer"):
        name = f"msdyn_inventory{kind}"
        documents = ordinary(content, awkward, name, f"{name}id")
        assert {row["msdynce_poststatus"] for row in documents} == {CREATED, POSTED}
        parents = {row[f"{name}id"] for row in documents}
        lines = [
            row
            for row in ordinary(
                content,
                awkward,
                "msdyn_inventoryadjustmentproduct",
                "msdyn_inventoryadjustmentproductid",
            )
            if row[f"_{name}_value"] in parents
        ]
        assert {line[f"_{name}_value"] for line in lines} == parents
        numbers += [int(str(line["msdynce_numbersequence"])) for line in lines]
    assert len(set(numbers)) == len(numbers)


def test_orders_on_projects_serve_the_projects_account_and_nobody_pays(
    content: dict[str, Rows],
) -> None:
    projects = by_id(content["msdynce_externalproject"], "msdynce_externalprojectid")
    orders = [row for row in content["msdyn_workorder"] if row["_msdynce_externalproject_value"]]
    assert len(orders) >= 6
    for order in orders:
        project = projects[order["_msdynce_externalproject_value"]]
        assert order["_msdyn_serviceaccount_value"] == project["_msdynce_account_value"]
        assert order["_msdyn_billingaccount_value"] is None


def test_work_orders_take_from_warehouses(content: dict[str, Rows]) -> None:
    names = {row["msdyn_warehouseid"]: row["msdyn_name"] for row in content["msdyn_warehouse"]}
    taken = Counter(
        names.get(row["_msdyn_warehouse_value"]) for row in content["msdyn_workorderproduct"]
    )
    assert {"13", "24", "Van 1", "Van 2", None} <= taken.keys()


def test_both_ends_agree_on_the_customers_of_finances_own_orders(
    content: dict[str, Rows], facts: dict[str, dict[tuple[str, str | None], dict[str, object]]]
) -> None:
    accounts = {row["accountnumber"] for row in content["account"]}
    kept_outside = {
        key
        for key, detail in facts["native_customer"].items()
        if detail.get("externally_maintained") == "Yes"
    }
    assert {number for number, _ in kept_outside} <= accounts
    customers = {
        (str(detail["customer"]), company) for (_, company), detail in facts["native_order"].items()
    }
    assert customers - kept_outside == {("US-001", "usmf")}
    products = {number for number, _ in facts["product"]}
    for kind in ("native_order", "native_purchase_order"):
        for detail in facts[kind].values():
            lines = detail["lines"]
            assert isinstance(lines, list)
            assert {line["product"] for line in lines} <= products


def test_both_ends_agree_on_vendors_and_projects(
    content: dict[str, Rows],
    awkward: set[str],
    facts: dict[str, dict[tuple[str, str | None], dict[str, object]]],
) -> None:
    vendors = {number for number, _ in facts["native_vendor"]}
    for row in ordinary(content, awkward, "account", "accountid"):
        if row["customertypecode"] == 11:
            assert row["accountnumber"] in vendors
    assert {detail["vendor"] for detail in facts["native_purchase_order"].values()} <= vendors
    stages = {number: detail["stage"] for (number, _), detail in facts["native_project"].items()}
    for row in ordinary(content, awkward, "msdynce_externalproject", "msdynce_externalprojectid"):
        expected = {1: "InProcess", 2: "Finished"}[int(number(row["msdynce_projectstage"]))]
        assert stages[str(row["msdynce_projectnumber"])] == expected
    only_in_finance = [
        (detail["type"], detail["stage"])
        for (number, _), detail in facts["native_project"].items()
        if number.startswith("FP-9")
    ]
    assert set(only_in_finance) == {
        ("TimeMaterial", "InProcess"),
        ("TimeMaterial", "Finished"),
        ("FixedPrice", "InProcess"),
        ("TimeMaterial", "Created"),
    }


def test_amounts_of_facts_are_exact_texts(
    content: dict[str, Rows], facts: dict[str, dict[tuple[str, str | None], dict[str, object]]]
) -> None:
    prices = {row["productnumber"]: row["price"] for row in content["product"]}
    for (product, _), detail in facts["product"].items():
        assert isinstance(detail["price"], str)
        assert Decimal(detail["price"]) == prices[product]


@pytest.mark.parametrize("generation", ["psa2", "project_operations"])
def test_every_generation_has_sales_and_stock(generation: str) -> None:
    database = open_database(Contents(rows=500, generation=generation))
    for name in ("quotedetail", "msdyn_inventoryadjustmentproduct", "msdyn_purchaseorderproduct"):
        assert query(database, f"from dataverse.{name}")
