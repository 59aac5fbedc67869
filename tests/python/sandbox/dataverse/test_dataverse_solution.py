"""What the solution and Field Service do by themselves when somebody writes."""

import pytest
from dataverse_service import Dataverse, Row

MANUAL = 690970006
ON_HAND, ON_ORDER, ALLOCATED = 690970000, 690970001, 690970002
CREATED, POSTED = 1, 2
UNSCHEDULED, SCHEDULED = 690970000, 690970001


def bind(**lookups: str) -> dict[str, object]:
    """Lookup -> `<entity set>(<id>)`."""
    return {f"{name}@odata.bind": f"/{address}" for name, address in lookups.items()}


def refusal(service: Dataverse, method: str, path: str, body: object = None) -> tuple[int, str]:
    response = service.client.request(method, path, json=body)
    assert response.status_code >= 400, response.text
    return response.status_code, response.json()["error"]["message"]


def make_unit(service: Dataverse, name: str = "Each") -> tuple[str, str]:
    group = service.create("uomschedules", name="Default unit")
    unit = service.create("uoms", name=name, **bind(uomscheduleid=f"uomschedules({group})"))
    return f"uomschedules({group})", f"uoms({unit})"


def make_product(service: Dataverse, **content: object) -> str:
    group, unit = make_unit(service)
    units = bind(defaultuomscheduleid=group, defaultuomid=unit)
    return f"products({service.create('products', **units, **content)})"


def make_place(service: Dataverse) -> dict[str, object]:
    """A product and a warehouse, bound."""
    warehouse = service.create("msdyn_warehouses", msdyn_name="13")
    return bind(
        msdynce_product=make_product(service, productnumber="P1"),
        msdynce_warehouse=f"msdyn_warehouses({warehouse})",
    )


def levels(on_hand: float, on_order: float, ordered: float) -> dict[str, object]:
    return {
        "msdynce_onhandquantity": on_hand,
        "msdynce_onorderquantity": on_order,
        "msdynce_orderedquantity": ordered,
    }


def journals(service: Dataverse) -> list[tuple[object, object]]:
    rows = service.rows("msdyn_inventoryjournals?$orderby=versionnumber")
    assert {row["msdyn_transactiontype"] for row in rows} <= {MANUAL}
    return [(row["msdyn_journaltype"], row["msdyn_quantity"]) for row in rows]


def test_levels_of_finance_become_one_journal_per_difference_and_cross_over(
    empty: Dataverse,
) -> None:
    place = make_place(empty)
    empty.create("msdynce_externalproductinventories", **place, **levels(10.5, 3, 4))
    assert journals(empty) == [(ON_HAND, 10.5), (ALLOCATED, 3), (ON_ORDER, 4)]
    (level,) = empty.rows("msdyn_productinventories")
    assert level["msdyn_qtyonhand"] == 10.5
    assert level["msdyn_qtyallocated"] == 3
    assert level["msdyn_qtyonorder"] == 4
    assert level["msdyn_qtyavailable"] == 7.5


def test_another_level_books_the_difference_only(empty: Dataverse) -> None:
    place = make_place(empty)
    row_id = empty.create("msdynce_externalproductinventories", **place, **levels(0.3, 1, 0))
    path = f"msdynce_externalproductinventories({row_id})"
    before = journals(empty)
    assert before == [(ON_HAND, 0.3), (ALLOCATED, 1)]
    empty.client.patch(path, json=levels(0.1, 1, 2)).raise_for_status()
    assert journals(empty)[len(before) :] == [(ON_HAND, -0.2), (ON_ORDER, 2)]
    (level,) = empty.rows("msdyn_productinventories")
    assert (level["msdyn_qtyonhand"], level["msdyn_qtyonorder"]) == (0.1, 2)


def test_an_update_that_changes_no_level_books_nothing(empty: Dataverse) -> None:
    place = make_place(empty)
    row_id = empty.create("msdynce_externalproductinventories", **place, **levels(5, 0, 0))
    (level,) = empty.rows("msdyn_productinventories")
    content = {"msdyn_qtyonhand": 4}
    path = f"msdyn_productinventories({level['msdyn_productinventoryid']})"
    empty.client.patch(path, json=content).raise_for_status()
    path = f"msdynce_externalproductinventories({row_id})"
    empty.client.patch(path, json=levels(5, 0, 0)).raise_for_status()
    assert journals(empty) == [(ON_HAND, 5)]


def test_journals_are_in_the_unit_of_the_stock_else_in_the_unit_of_sales(empty: Dataverse) -> None:
    warehouse = empty.create("msdyn_warehouses", msdyn_name="13")
    _, box = make_unit(empty, "Box")
    found = []
    for number, more in enumerate((bind(msdynce_inventoryunit=box), {})):
        product = make_product(empty, productnumber=f"P{number}", **more)
        there = bind(msdynce_product=product, msdynce_warehouse=f"msdyn_warehouses({warehouse})")
        empty.create("msdynce_externalproductinventories", **there, **levels(1, 0, 0))
        row = empty.get(product).json()
        unit = row["_msdynce_inventoryunit_value"] or row["_defaultuomid_value"]
        found.append(unit)
    booked = empty.rows("msdyn_inventoryjournals?$orderby=versionnumber")
    assert [row["_msdyn_unit_value"] for row in booked] == found
    assert f"uoms({found[0]})" == box
    assert found[1] != found[0]


def test_two_levels_of_one_place_are_an_error(empty: Dataverse) -> None:
    place = make_place(empty)
    inside = {name.replace("msdynce_", "msdyn_"): address for name, address in place.items()}
    for _ in range(2):
        empty.create("msdyn_productinventories", **inside)
    body = place | levels(1, 0, 0)
    status, words = refusal(empty, "POST", "msdynce_externalproductinventories", body)
    assert status == 400
    assert "more than one product inventory" in words
    assert empty.rows("msdynce_externalproductinventories") == []


def test_levels_have_a_key_of_two_columns(empty: Dataverse) -> None:
    place = make_place(empty)
    keys = empty.get("EntityDefinitions(LogicalName='msdynce_externalproductinventory')/Keys")
    (key,) = keys.json()["value"]
    assert key["KeyAttributes"] == ["msdynce_productnumber", "msdynce_warehouseid"]
    body = place | {"msdynce_productnumber": "P1", "msdynce_warehouseid": "13"}
    row_id = empty.create("msdynce_externalproductinventories", **body, **levels(1, 0, 0))
    status, _ = refusal(empty, "POST", "msdynce_externalproductinventories", body)
    assert status == 412
    path = "msdynce_externalproductinventories(msdynce_warehouseid='13',msdynce_productnumber='p1')"
    assert empty.get(path).json()["msdynce_externalproductinventoryid"] == row_id
    half = "msdynce_externalproductinventories(msdynce_warehouseid='13')"
    assert refusal(empty, "GET", half)[0] == 400
    other = empty.create("msdynce_externalproductinventories", **place, msdynce_productnumber="P1")
    status, _ = refusal(
        empty,
        "PATCH",
        f"msdynce_externalproductinventories({other})",
        {"msdynce_warehouseid": "13"},
    )
    assert status == 412


@pytest.mark.parametrize("missing", ["msdynce_product", "msdynce_warehouse"])
def test_a_level_needs_its_product_and_its_warehouse(empty: Dataverse, missing: str) -> None:
    place = make_place(empty)
    del place[f"{missing}@odata.bind"]
    status, words = refusal(empty, "POST", "msdynce_externalproductinventories", place)
    assert (status, words) == (400, f"Required field '{missing}' is missing.")


@pytest.mark.parametrize(
    ("entity_set", "missing"),
    [
        ("salesorders", "customerid"),
        ("quotes", "customerid"),
        ("invoices", "customerid"),
        ("salesorderdetails", "salesorderid"),
        ("quotedetails", "quoteid"),
        ("invoicedetails", "invoiceid"),
        ("products", "defaultuomid"),
    ],
)
def test_sales_documents_lines_and_products_need_their_lookups(
    empty: Dataverse, entity_set: str, missing: str
) -> None:
    status, words = refusal(empty, "POST", entity_set, {})
    assert (status, words) == (400, f"Required field '{missing}' is missing.")


def make_stock_document(service: Dataverse, kind: str) -> tuple[str, dict[str, object]]:
    row_id = service.create(f"msdyn_inventory{kind}s", msdyn_name="1")
    address = f"msdyn_inventory{kind}s({row_id})"
    return address, bind(**{f"msdyn_inventory{kind}": address})


@pytest.mark.parametrize("kind", ["adjustment", "transfer"])
def test_a_posted_document_and_its_lines_are_locked(empty: Dataverse, kind: str) -> None:
    address, parent = make_stock_document(empty, kind)
    assert empty.get(address).json()["msdynce_poststatus"] == CREATED
    lines = "msdyn_inventoryadjustmentproducts"
    line = f"{lines}({empty.create(lines, msdyn_quantity=1, **parent)})"
    empty.client.patch(line, json={"msdyn_quantity": 2}).raise_for_status()
    empty.client.patch(address, json={"msdynce_poststatus": POSTED}).raise_for_status()
    for method, path, body in (
        ("PATCH", address, {"msdyn_description": "Later"}),
        ("PATCH", address, {"msdynce_poststatus": CREATED}),
        ("DELETE", address, None),
        ("POST", lines, {"msdyn_quantity": 1, **parent}),
        ("PATCH", line, {"msdyn_quantity": 3}),
        ("DELETE", line, None),
    ):
        status, words = refusal(empty, method, path, body)
        assert status == 400
        assert "posted" in words
    assert empty.get(line).json()["msdyn_quantity"] == 2


def test_the_lock_can_be_turned_off(empty: Dataverse) -> None:
    address, _ = make_stock_document(empty, "transfer")
    empty.client.patch(address, json={"msdynce_poststatus": POSTED}).raise_for_status()
    empty.switches.set("dataverse_solution_without", "lock_posted_documents")
    empty.client.patch(address, json={"msdyn_description": "Later"}).raise_for_status()


def test_lines_of_both_documents_share_one_sequence(empty: Dataverse) -> None:
    numbers = []
    for kind in ("adjustment", "transfer"):
        _, parent = make_stock_document(empty, kind)
        row_id = empty.create("msdyn_inventoryadjustmentproducts", **parent)
        row = empty.get(f"msdyn_inventoryadjustmentproducts({row_id})").json()
        numbers.append(row["msdynce_numbersequence"])
    assert numbers == ["1", "2"]


def make_project(service: Dataverse, number: str) -> tuple[str, str]:
    account = service.create("accounts", name=number)
    project = service.create(
        "msdynce_externalprojects",
        msdynce_projectnumber=number,
        msdynce_name=number,
        msdynce_projectstage=1,
        **bind(msdynce_account=f"accounts({account})"),
    )
    return account, f"msdynce_externalprojects({project})"


def test_a_picked_project_brings_its_account_and_nobody_pays(empty: Dataverse) -> None:
    account, project = make_project(empty, "FP-1")
    payer = empty.create("accounts", name="Payer")
    payers = bind(
        msdyn_serviceaccount=f"accounts({payer})", msdyn_billingaccount=f"accounts({payer})"
    )
    row_id = empty.create("msdyn_workorders", msdyn_name="WO-1", **payers)
    path = f"msdyn_workorders({row_id})"
    body = bind(msdynce_externalproject=project)
    empty.client.patch(path, json=body).raise_for_status()
    row = empty.get(path).json()
    assert row["_msdyn_serviceaccount_value"] == account
    assert row["_msdyn_billingaccount_value"] is None


@pytest.mark.parametrize("lookup", ["msdyn_serviceaccount", "msdyn_billingaccount"])
def test_the_accounts_of_an_order_are_locked_while_it_has_a_project(
    empty: Dataverse, lookup: str
) -> None:
    account, project = make_project(empty, "FP-1")
    payer = bind(**{lookup: f"accounts({empty.create('accounts', name='Payer')})"})
    row_id = empty.create("msdyn_workorders", **bind(msdynce_externalproject=project))
    path = f"msdyn_workorders({row_id})"
    status, words = refusal(empty, "PATCH", path, payer)
    assert status == 400
    assert "locked" in words
    row = empty.get(path).json()
    assert row["_msdyn_serviceaccount_value"] == account
    assert row["_msdyn_billingaccount_value"] is None
    # what says no other account is no change of it, and other columns are free
    same = bind(msdyn_serviceaccount=f"accounts({account})", msdynce_externalproject=project)
    same |= {"msdyn_name": "WO-1", "msdyn_billingaccount@odata.bind": None}
    empty.client.patch(path, json=same).raise_for_status()
    empty.client.patch(path, json={"msdyn_systemstatus": SCHEDULED}).raise_for_status()
    assert refusal(empty, "PATCH", path, payer)[0] == 400


@pytest.mark.parametrize("lookup", ["msdyn_serviceaccount", "msdyn_billingaccount"])
def test_the_accounts_of_an_order_are_free_without_a_project(empty: Dataverse, lookup: str) -> None:
    _, project = make_project(empty, "FP-1")
    payer = bind(**{lookup: f"accounts({empty.create('accounts', name='Payer')})"})
    row_id = empty.create("msdyn_workorders", **bind(msdynce_externalproject=project))
    path = f"msdyn_workorders({row_id})"
    free = payer | {"msdynce_externalproject@odata.bind": None}
    empty.client.patch(path, json=free).raise_for_status()
    assert f"accounts({empty.get(path).json()[f'_{lookup}_value']})" in str(payer)
    other = bind(**{lookup: f"accounts({empty.create('accounts', name='Other')})"})
    empty.client.patch(path, json=other).raise_for_status()
    empty.client.patch(path, json=bind(msdynce_externalproject=project)).raise_for_status()
    empty.switches.set("dataverse_solution_without", "lock_accounts_of_project")
    empty.client.patch(path, json=other).raise_for_status()


def test_the_project_of_an_order_that_has_begun_cannot_change(empty: Dataverse) -> None:
    _, project = make_project(empty, "FP-1")
    _, other = make_project(empty, "FP-2")
    row_id = empty.create(
        "msdyn_workorders",
        msdyn_systemstatus=UNSCHEDULED,
        **bind(msdynce_externalproject=project),
    )
    path = f"msdyn_workorders({row_id})"
    empty.client.patch(path, json=bind(msdynce_externalproject=other)).raise_for_status()
    empty.client.patch(path, json={"msdyn_systemstatus": SCHEDULED}).raise_for_status()
    status, words = refusal(empty, "PATCH", path, bind(msdynce_externalproject=project))
    assert status == 400
    assert "has begun" in words
    empty.client.patch(path, json=bind(msdynce_externalproject=other)).raise_for_status()


def test_an_invoice_marks_its_order_as_invoiced_and_takes_its_owner(empty: Dataverse) -> None:
    account = empty.create("accounts", name="Customer")
    customer = bind(customerid_account=f"accounts({account})")
    unit = empty.create("businessunits", name="Contoso US")
    order = empty.create("salesorders", name="Order", ordernumber="SO-1", **customer)
    with empty.database.writing() as cursor:
        cursor.execute("update dataverse.salesorder set _owningbusinessunit_value = ?", [unit])
    body = customer | bind(salesorderid=f"salesorders({order})")
    invoice = empty.create("invoices", name="Invoice", **body)
    row = empty.get(f"salesorders({order})").json()
    assert (row["statecode"], row["statuscode"]) == (4, 100003)
    assert empty.get(f"invoices({invoice})").json()["_owningbusinessunit_value"] == unit


def make_order(service: Dataverse, **content: object) -> str:
    customer = bind(customerid_account=f"accounts({service.create('accounts', name='Customer')})")
    return f"salesorders({service.create('salesorders', name='Order', **customer, **content)})"


def add_line(service: Dataverse, order: str, number: int) -> None:
    product = bind(salesorderid=order, productid=make_product(service, productnumber=f"P{number}"))
    service.create("salesorderdetails", sequencenumber=number, quantity=1, **product)


def freight_taxes(service: Dataverse) -> list[Row]:
    return service.rows("salesorderdetails?$filter=_productid_value eq null")


def test_header_tax_of_an_order_is_a_write_in_line_as_long_as_there_is_one(
    empty: Dataverse,
) -> None:
    order = make_order(empty, ordernumber="SO-1", msdynce_misctax=0)
    other = make_order(empty, ordernumber="SO-2", msdynce_misctax=3)
    (line,) = freight_taxes(empty)
    assert other == f"salesorders({line['_salesorderid_value']})"
    (other_line,) = (row["salesorderdetailid"] for row in freight_taxes(empty))
    for tax in (0.51, 12):
        empty.client.patch(order, json={"msdynce_misctax": tax, "name": "Taxed"}).raise_for_status()
        (line,) = (r for r in freight_taxes(empty) if r["salesorderdetailid"] != other_line)
        assert order == f"salesorders({line['_salesorderid_value']})"
        assert line["productdescription"] == "Freight Tax"
        assert line["isproductoverridden"] is True
        assert (line["quantity"], line["priceperunit"], line["extendedamount"]) == (1, tax, tax)
        assert line["sequencenumber"] is None
    # another column, or the same tax, is no news of it
    empty.client.patch(order, json={"msdynce_misctax": 12, "name": "Again"}).raise_for_status()
    assert line in freight_taxes(empty)


@pytest.mark.parametrize("nothing", [0, None])
def test_the_line_goes_with_the_header_tax(empty: Dataverse, nothing: int | None) -> None:
    order = make_order(empty, msdynce_misctax=5)
    add_line(empty, order, 1)
    assert len(freight_taxes(empty)) == 1
    empty.client.patch(order, json={"msdynce_misctax": nothing}).raise_for_status()
    assert freight_taxes(empty) == []
    (left,) = empty.rows("salesorderdetails")
    assert left["sequencenumber"] == 1


@pytest.mark.parametrize(("setting", "number"), [("none", None), ("next", 4), ("1", 1), (7, 7)])
def test_the_number_of_the_line_is_a_matter_of_doubt(
    empty: Dataverse, setting: str | int, number: int | None
) -> None:
    empty.switches.set("dataverse_freight_tax_number", setting)
    order = make_order(empty)
    add_line(empty, make_order(empty), 8)
    for line in (1, 3):
        add_line(empty, order, line)
    empty.client.patch(order, json={"msdynce_misctax": 5}).raise_for_status()
    assert [row["sequencenumber"] for row in freight_taxes(empty)] == [number]


def test_header_tax_can_be_left_alone(empty: Dataverse) -> None:
    empty.switches.set("dataverse_solution_without", "write_in_freight_tax")
    make_order(empty, msdynce_misctax=5)
    assert freight_taxes(empty) == []


def make_currencies(service: Dataverse) -> tuple[str, str]:
    """Two currencies; only the first has a price list."""
    with_list, without = (
        f"transactioncurrencies({service.create('transactioncurrencies', isocurrencycode=code)})"
        for code in ("USD", "GBP")
    )
    service.create("pricelevels", name="List", **bind(transactioncurrencyid=with_list))
    return with_list, without


def test_a_product_of_finance_needs_a_price_list_in_its_currency(empty: Dataverse) -> None:
    with_list, without = make_currencies(empty)
    group, unit = make_unit(empty)
    units = bind(defaultuomscheduleid=group, defaultuomid=unit)
    body: Row = {"productnumber": "P1", "msdynce_ismaintainedexternally": True, **units}
    status, words = refusal(empty, "POST", "products", body | bind(transactioncurrencyid=without))
    assert status == 400
    assert "no price list" in words
    product = empty.create("products", **body, **bind(transactioncurrencyid=with_list))
    status, _ = refusal(empty, "PATCH", f"products({product})", bind(transactioncurrencyid=without))
    assert status == 400
    own = body | {"productnumber": "P2", "msdynce_ismaintainedexternally": False}
    empty.create("products", **own, **bind(transactioncurrencyid=without))


@pytest.mark.parametrize("entity_set", ["salesorders", "invoices", "quotes"])
def test_a_second_customer_replaces_the_first_whatever_it_is(
    empty: Dataverse, entity_set: str
) -> None:
    account = empty.create("accounts", name="Customer")
    contact = empty.create("contacts", firstname="Eva")
    first = bind(customerid_account=f"accounts({account})")
    row_id = empty.create(entity_set, name="Document", **first)
    path = f"{entity_set}({row_id})"
    assert customer(empty, path) == (account, "account")
    second = bind(customerid_contact=f"contacts({contact})")
    empty.client.patch(path, json=second).raise_for_status()
    assert customer(empty, path) == (contact, "contact")
    empty.client.patch(path, json=first).raise_for_status()
    assert customer(empty, path) == (account, "account")
    wrong = bind(customerid_account=f"contacts({contact})")
    assert refusal(empty, "PATCH", path, wrong)[0] == 400


def customer(service: Dataverse, path: str) -> tuple[str, str]:
    row = service.get(path, 'odata.include-annotations="*"').json()
    table = "_customerid_value@Microsoft.Dynamics.CRM.lookuplogicalname"
    return row["_customerid_value"], row[table]


def test_new_orders_are_drafts(empty: Dataverse) -> None:
    account = empty.create("accounts", name="Customer")
    body = bind(customerid_account=f"accounts({account})")
    row_id = empty.create("salesorders", name="Order", **body)
    assert empty.get(f"salesorders({row_id})").json()["msdynce_processingstatus"] == 647390011


def test_an_organisation_without_the_solution_does_nothing_of_it(empty: Dataverse) -> None:
    empty.switches.set("dataverse_missing_columns", "msdynce_*")
    address, parent = make_stock_document(empty, "adjustment")
    empty.create("msdyn_inventoryadjustmentproducts", **parent)
    assert "msdynce_poststatus" not in empty.get(address).json()
    make_product(empty, productnumber="P1")
