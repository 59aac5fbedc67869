"""The generated business: coherent, the same for a seed, of every generation."""

from collections import Counter
from datetime import UTC, datetime, time
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from sandbox.contents import Contents, open_database
from sandbox.database import Database
from sandbox.dataverse import organisation_tables
from sandbox.errors import SandboxError

ZONES = {
    "Contoso Global": ZoneInfo("America/Los_Angeles"),
    "Contoso US": ZoneInfo("America/New_York"),
    "Contoso Germany": ZoneInfo("Europe/Berlin"),
}
ESTIMATED, USED = 690970000, 690970001
CENT = Decimal("0.01")

Rows = list[dict[str, object]]


def query(database: Database, text: str) -> Rows:
    cursor = database.cursor()
    try:
        found = cursor.execute(text)
        names = [column[0] for column in found.description or []]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    finally:
        cursor.close()


def everything(database: Database) -> dict[str, Rows]:
    return {
        name: query(database, f'select * from dataverse."{name}" order by "{table.primary_key}"')
        for name, table in organisation_tables(database).items()
    }


@pytest.fixture(scope="module")
def content(generated: Database) -> dict[str, Rows]:
    return everything(generated)


@pytest.fixture(scope="module")
def awkward(generated: Database) -> set[str]:
    return {str(row["row_id"]) for row in query(generated, "from sandbox.awkward_cases")}


def ordinary(content: dict[str, Rows], awkward: set[str], name: str, key: str) -> Rows:
    return [row for row in content[name] if str(row[key]) not in awkward]


def number(value: object) -> Decimal:
    assert isinstance(value, Decimal | int | float)
    return Decimal(str(value))


def test_about_as_many_rows_as_asked_and_a_third_beside_them(content: dict[str, Rows]) -> None:
    assert 1200 <= sum(len(rows) for rows in content.values()) <= 1400


def test_the_same_seed_makes_the_same_rows(content: dict[str, Rows]) -> None:
    again = open_database(Contents(rows=1000, seed=1))
    assert everything(again) == content
    other = open_database(Contents(rows=1000, seed=2))
    for column in ("accountid", "creditlimit", "numberofemployees"):
        there = {str(row[column]) for row in query(other, "from dataverse.account")}
        here = {str(row[column]) for row in content["account"]}
        assert len(here & there) < 0.8 * len(here)


def test_versions_are_unique(content: dict[str, Rows]) -> None:
    versions = [row["versionnumber"] for rows in content.values() for row in rows]
    assert len(set(versions)) == len(versions)


def test_lookups_of_ordinary_rows_lead_somewhere(
    generated: Database, content: dict[str, Rows], awkward: set[str]
) -> None:
    tables = organisation_tables(generated)
    ids = {
        name: {row[table.primary_key] for row in content[name]} for name, table in tables.items()
    }
    for name, table in tables.items():
        for column in table.columns.values():
            targets = [target for target in column.navigations.values() if target in ids]
            for row in ordinary(content, awkward, name, table.primary_key) if targets else ():
                value = row[column.wire_name]
                assert value is None or any(value in ids[target] for target in targets), (
                    name,
                    column.name,
                )


def test_contracts_use_three_units_and_several_currencies(content: dict[str, Rows]) -> None:
    units = Counter(
        row["_msdyn_contractorganizationalunitid_value"] for row in content["salesorder"]
    )
    names = {
        row["msdyn_organizationalunitid"]: row["msdyn_name"]
        for row in content["msdyn_organizationalunit"]
    }
    assert {"Contoso Global", "Contoso US", "Contoso Germany"} <= {
        names.get(unit) for unit in units
    }
    assert len({row["_transactioncurrencyid_value"] for row in content["salesorder"]}) >= 3


def test_contract_lines_hang_on_contracts_of_their_kind(
    content: dict[str, Rows], awkward: set[str]
) -> None:
    kinds = {row["salesorderid"]: row["msdyn_ordertype"] for row in content["salesorder"]}
    lines = ordinary(content, awkward, "salesorderdetail", "salesorderdetailid")
    for line in lines:
        is_work_based = kinds[line["_salesorderid_value"]] == 192350001
        assert (line["producttypecode"] == 5) == is_work_based
        assert (line["msdyn_billingmethod"] is not None) == is_work_based
    assert {line["msdyn_billingmethod"] for line in lines} == {192350000, 192350001, None}


def test_milestones_hang_on_fixed_price_lines(content: dict[str, Rows], awkward: set[str]) -> None:
    methods = {
        row["salesorderdetailid"]: row["msdyn_billingmethod"] for row in content["salesorderdetail"]
    }
    key = "msdyn_contractlinescheduleofvalueid"
    for row in ordinary(content, awkward, "msdyn_contractlinescheduleofvalue", key):
        assert methods[row["_msdyn_contractlineid_value"]] == 192350001


def test_work_orders_come_in_all_six_statuses(content: dict[str, Rows]) -> None:
    statuses = {row["msdyn_systemstatus"] for row in content["msdyn_workorder"]}
    assert statuses == {690970000 + number for number in range(6)}
    lines = content["msdyn_workorderproduct"]
    assert {row["msdyn_allocated"] for row in lines} == {True, False, None}
    assert {row["msdyn_linestatus"] for row in lines} == {ESTIMATED, USED, None}


def test_work_order_products_follow_the_formulas(content: dict[str, Rows]) -> None:
    for row in content["msdyn_workorderproduct"]:
        quantity, total = number(row["msdyn_quantity"]), number(row["msdyn_totalamount"])
        discount = row["msdyn_discountamount"]
        assert row["msdynce_decimalquantity"] == quantity
        gross = total + (number(discount) if discount is not None else 0)
        price = (gross / quantity).quantize(CENT, ROUND_HALF_UP) if quantity else Decimal(0)
        assert row["msdynce_invoicedunitamount"] == price
        remainder = (price * quantity - total).quantize(CENT, ROUND_HALF_UP)
        assert row["msdynce_invoiceddiscountamount"] == remainder
        if row["msdyn_linestatus"] == ESTIMATED:
            assert quantity == total == 0


def test_work_order_services_follow_the_formulas(content: dict[str, Rows]) -> None:
    for row in content["msdyn_workorderservice"]:
        minutes, total = number(row["msdyn_duration"]), number(row["msdyn_totalamount"])
        discount = row["msdyn_discountamount"]
        hours = (minutes / 60).quantize(Decimal("0.00001"), ROUND_HALF_UP)
        assert row["msdynce_durationinhours"] == hours
        estimate = number(row["msdyn_estimateduration"]) / 60
        assert abs(number(row["msdynce_estimateddurationinhours"]) - estimate) < Decimal("0.00001")
        gross = total + (number(discount) if discount is not None else 0)
        price = (gross * 60 / minutes).quantize(CENT, ROUND_HALF_UP) if minutes else Decimal(0)
        assert row["msdynce_invoicedunitamount"] == price
        billed = (price * minutes / 60).quantize(CENT, ROUND_HALF_UP)
        assert row["msdynce_invoiceddiscountamount"] == billed - total
        line = row["msdyn_lineorder"]
        assert row["msdynce_externallineorder"] == (None if line is None else -number(line))


def test_lines_repeat_the_status_of_their_order(
    content: dict[str, Rows], awkward: set[str]
) -> None:
    statuses = {
        row["msdyn_workorderid"]: row["msdyn_systemstatus"] for row in content["msdyn_workorder"]
    }
    for name in ("msdyn_workorderproduct", "msdyn_workorderservice"):
        for row in ordinary(content, awkward, name, f"{name}id"):
            assert row["msdynce_headersystemstatus"] == statuses[row["_msdyn_workorder_value"]]


def test_invoices_add_up(generated: Database, content: dict[str, Rows]) -> None:
    wrong = {
        str(row["row_id"])
        for row in query(generated, "from sandbox.awkward_cases")
        if row["case"] == "invoice_total_does_not_add_up"
    }
    lines: dict[object, Rows] = {}
    for line in content["invoicedetail"]:
        lines.setdefault(line["_invoiceid_value"], []).append(line)
    differing = set()
    for invoice in content["invoice"]:
        total = number(invoice["freightamount"]) - number(invoice["discountamount"])
        for line in lines[invoice["invoiceid"]]:
            amount = number(line["quantity"]) * number(line["priceperunit"])
            total += amount - number(line["manualdiscountamount"]) + number(line["tax"])
        if total != invoice["totalamount"]:
            differing.add(str(invoice["invoiceid"]))
    assert differing == wrong


def test_invoices_have_every_remainder_and_foreign_lines(content: dict[str, Rows]) -> None:
    for column in ("discountamount", "freightamount", "totaltax"):
        assert any(number(row[column]) > 0 for row in content["invoice"])
    flags = {
        row["invoiceid"]: row["msdynce_haslineswithagreementorigin"] for row in content["invoice"]
    }
    assert set(flags.values()) == {True, False}
    found = {
        (flags[line["_invoiceid_value"]], line["msdynce_hasagreementorigin"])
        for line in content["invoicedetail"]
    }
    assert found == {(True, True), (True, False), (False, False)}


def test_invoice_dates_are_local_midnights_or_written_by_an_interface(
    content: dict[str, Rows], awkward: set[str]
) -> None:
    units = {row["businessunitid"]: row["name"] for row in content["businessunit"]}
    kinds: Counter[str] = Counter()
    for row in ordinary(content, awkward, "invoice", "invoiceid"):
        moment = row["msdyn_invoicedate"]
        assert isinstance(moment, datetime)
        local = moment.replace(tzinfo=UTC).astimezone(
            ZONES[str(units[row["_owningbusinessunit_value"]])]
        )
        if local.time() == time(0):
            kinds["local midnight"] += 1
        else:
            assert moment.time() == time(0)
            kinds["00:00Z"] += 1
    assert kinds["local midnight"] > kinds["00:00Z"] > 0


@pytest.mark.parametrize(
    ("name", "parent", "line"),
    [
        ("salesorderdetail", "_salesorderid_value", "sequencenumber"),
        ("msdyn_workorderproduct", "_msdyn_workorder_value", "msdyn_lineorder"),
        ("msdyn_workorderservice", "_msdyn_workorder_value", "msdyn_lineorder"),
        ("invoicedetail", "_invoiceid_value", "sequencenumber"),
        ("quotedetail", "_quoteid_value", "sequencenumber"),
        ("msdyn_purchaseorderproduct", "_msdyn_purchaseorder_value", "msdyn_lineorder"),
    ],
)
def test_line_numbers_of_ordinary_rows_are_unique(
    content: dict[str, Rows], awkward: set[str], name: str, parent: str, line: str
) -> None:
    rows = [
        row
        for row in ordinary(content, awkward, name, f"{name}id")
        if str(row[parent]) not in awkward
    ]
    keys = Counter((row[parent], row[line]) for row in rows)
    assert set(keys.values()) == {1}


@pytest.mark.parametrize(
    ("name", "key", "column"),
    [
        ("account", "accountid", "accountnumber"),
        ("salesorder", "salesorderid", "ordernumber"),
        ("msdyn_project", "msdyn_projectid", "msdynce_projectnumber"),
        ("msdyn_workorder", "msdyn_workorderid", "msdyn_name"),
        ("invoice", "invoiceid", "invoicenumber"),
        ("quote", "quoteid", "quotenumber"),
        ("msdyn_inventoryadjustment", "msdyn_inventoryadjustmentid", "msdyn_name"),
        ("msdyn_inventorytransfer", "msdyn_inventorytransferid", "msdyn_name"),
        ("msdynce_externalproject", "msdynce_externalprojectid", "msdynce_projectnumber"),
        ("msdyn_purchaseorder", "msdyn_purchaseorderid", "msdyn_name"),
    ],
)
def test_numbers_of_ordinary_rows_are_unique(
    content: dict[str, Rows], awkward: set[str], name: str, key: str, column: str
) -> None:
    numbers = sorted(str(row[column]).lower() for row in ordinary(content, awkward, name, key))
    assert all(one != other for one, other in pairwise(numbers))


def test_finance_knows_the_products_of_ordinary_lines(
    generated: Database, content: dict[str, Rows], awkward: set[str]
) -> None:
    facts = query(generated, "from sandbox.shared_facts where kind = 'product'")
    known = {row["key"] for row in facts}
    numbers = {row["productid"]: row["productnumber"] for row in content["product"]}
    key = "msdyn_workorderproductid"
    for row in ordinary(content, awkward, "msdyn_workorderproduct", key):
        assert numbers[row["_msdyn_product_value"]] in known


@pytest.mark.parametrize("generation", ["psa2", "project_operations"])
def test_other_generations(generation: str) -> None:
    database = open_database(Contents(rows=500, generation=generation))
    ids = {row["salesorderdetailid"] for row in query(database, "from dataverse.salesorderdetail")}
    milestones = query(database, "from dataverse.msdyn_contractlinescheduleofvalue")
    projects = query(database, "from dataverse.msdyn_project")
    if generation == "psa2":
        texts = [row["msdyn_contractline"] for row in milestones]
        assert sum(text in {str(row_id) for row_id in ids} for text in texts) > 0.8 * len(texts)
        assert "_msdyn_contractlineid_value" not in milestones[0]
    else:
        found = [row["_msdyn_contractlineid_value"] for row in milestones]
        assert sum(value in ids for value in found) > 0.8 * len(found)
        assert all(row["msdyn_finish"] for row in projects)
        assert not {"msdyn_scheduledend", "msdyn_istemplate"} & projects[0].keys()


def test_too_few_rows_are_refused() -> None:
    with pytest.raises(SandboxError, match="500 rows or more"):
        open_database(Contents(rows=100))


def test_an_empty_organisation() -> None:
    database = open_database(Contents(rows=0))
    assert not any(everything(database).values())
