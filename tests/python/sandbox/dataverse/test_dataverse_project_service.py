"""Generated tasks, categories, estimates and actuals: coherent, and of every kind."""

from collections import Counter
from datetime import UTC, datetime, time
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

import pytest

from sandbox.contents import Contents, open_database
from sandbox.database import Database

COST, CONTRACT, UNBILLED, BILLED = 192350000, 192350004, 192350005, 192350006
RESOURCING_COST, INTER_ORGANIZATIONAL = 192350007, 192350008
TIME, EXPENSE, MATERIAL, MILESTONE, FEE = (192350000 + number for number in range(5))
TAX = 690970002
ZONES = {
    "Contoso Global": ZoneInfo("America/Los_Angeles"),
    "Contoso US": ZoneInfo("America/New_York"),
    "Contoso Germany": ZoneInfo("Europe/Berlin"),
}

Rows = list[dict[str, object]]

ORDINARY = """
select source.* from dataverse."{0}" as source
where cast(source.{0}id as varchar) not in (
    select row_id from sandbox.awkward_cases where table_name = '{0}'
)
order by versionnumber
"""
TREE = """
with recursive tree as (
    select msdyn_projecttaskid as id, 1 as depth from dataverse.msdyn_projecttask
    where _msdyn_parenttask_value is null
    union all
    select msdyn_projecttaskid, depth + 1 from dataverse.msdyn_projecttask
    inner join tree on tree.id = _msdyn_parenttask_value
)
select id, depth from tree
"""


def query(database: Database, text: str) -> Rows:
    cursor = database.cursor()
    try:
        found = cursor.execute(text)
        names = [column[0] for column in found.description or []]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    finally:
        cursor.close()


def ordinary(database: Database, name: str) -> Rows:
    return query(database, ORDINARY.format(name))


def by_key(rows: Rows, key: str) -> dict[object, dict[str, object]]:
    return {row[key]: row for row in rows}


def test_every_delivering_project_has_one_root_and_two_levels_below(generated: Database) -> None:
    depths = {row["id"]: row["depth"] for row in query(generated, TREE)}
    roots = Counter(
        task["_msdyn_project_value"]
        for task in query(generated, "from dataverse.msdyn_projecttask")
        if task["_msdyn_parenttask_value"] is None
    )
    assert set(roots.values()) == {1}
    deepest: dict[object, int] = {}
    for task in ordinary(generated, "msdyn_projecttask"):
        project, depth = task["_msdyn_project_value"], depths[task["msdyn_projecttaskid"]]
        assert isinstance(depth, int)
        assert roots[project] == 1
        if not task["msdyn_islinetask"]:
            deepest[project] = max(deepest.get(project, 0), depth)
    assert set(deepest.values()) == {3, 4}


def test_a_task_is_in_the_project_of_its_parent(generated: Database) -> None:
    tasks = by_key(query(generated, "from dataverse.msdyn_projecttask"), "msdyn_projecttaskid")
    for task in ordinary(generated, "msdyn_projecttask"):
        parent = tasks.get(task["_msdyn_parenttask_value"])
        assert parent is None or parent["_msdyn_project_value"] == task["_msdyn_project_value"]
        if parent is not None and parent["_msdyn_parenttask_value"] is not None:
            assert str(task["msdyn_wbsid"]).startswith(f"{parent['msdyn_wbsid']}.")


def test_numbers_of_the_work_breakdown_are_unique_in_a_project(generated: Database) -> None:
    numbers = Counter(
        (task["_msdyn_project_value"], task["msdyn_wbsid"])
        for task in ordinary(generated, "msdyn_projecttask")
    )
    assert set(numbers.values()) == {1}


def test_summary_tasks_have_no_category_and_show_the_sum_of_their_leaves(
    generated: Database,
) -> None:
    tasks = ordinary(generated, "msdyn_projecttask")
    parents = {
        task["_msdyn_parenttask_value"] for task in tasks if task["msdyn_islinetask"] is not True
    }
    totals: dict[object, Decimal] = {}
    for task in tasks:
        is_summary = task["msdyn_projecttaskid"] in parents
        assert (task["_msdyn_transactioncategory_value"] is None) == is_summary
        if not is_summary and not task["msdyn_islinetask"]:
            project = task["_msdyn_project_value"]
            assert isinstance(task["msdyn_plannedcost"], Decimal)
            totals[project] = totals.get(project, Decimal(0)) + task["msdyn_plannedcost"]
    for task in tasks:
        if task["_msdyn_parenttask_value"] is None:
            assert task["msdyn_plannedcost"] == totals[task["_msdyn_project_value"]]


def test_efforts_are_halves_and_odd_fractions_too(generated: Database) -> None:
    efforts = {task["msdyn_effort"] for task in ordinary(generated, "msdyn_projecttask")}
    assert {7.5, 12.25, 3.3333333333} <= efforts


def test_line_tasks_and_tasks_that_do_not_say_so(generated: Database) -> None:
    tasks = ordinary(generated, "msdyn_projecttask")
    kinds = Counter(task["msdyn_islinetask"] for task in tasks)
    assert kinds[False] > kinds[None] > 0
    assert kinds[True] > 0


def test_project_operations_numbers_tasks_by_level_and_sequence() -> None:
    database = open_database(Contents(rows=500, generation="project_operations"))
    tasks = ordinary(database, "msdyn_projecttask")
    depths = {row["id"]: row["depth"] for row in query(database, TREE)}
    assert not {"msdyn_wbsid", "msdyn_islinetask", "msdyn_scheduledstart"} & tasks[0].keys()
    for task in tasks:
        assert task["msdyn_outlinelevel"] == int(str(depths[task["msdyn_projecttaskid"]])) - 1
        assert task["msdyn_start"] < task["msdyn_finish"]  # type: ignore[operator]
    sequences = Counter(
        (task["_msdyn_project_value"], task["msdyn_displaysequence"]) for task in tasks
    )
    assert set(sequences.values()) == {1}


def test_categories_stand_in_both_ends_or_in_one(generated: Database) -> None:
    here = {str(row["msdyn_name"]) for row in ordinary(generated, "msdyn_transactioncategory")}
    facts = query(generated, "from sandbox.shared_facts where kind = 'category'")
    there = {str(fact["key"]) for fact in facts}
    assert {"Airfare", "Hotel"} <= here & there
    assert {"Consultant", "Developer"} <= here - there
    assert {"Conference", "Mileage"} <= there - here
    assert {"usmf", "ussi", "demf"} == {fact["company"] for fact in facts}
    assert {"Parking", "Toll"} <= there
    assert {fact["detail"] for fact in facts} == {"{}"}


def connected(database: Database, kind: str) -> list[tuple[str, str, str, str]]:
    """Return (first id, first role, second id, second role) of the connections of a type."""
    return [
        (
            str(row["msdyn_transaction1"]),
            str(row["msdyn_transaction1role"]),
            str(row["msdyn_transaction2"]),
            str(row["msdyn_transaction2role"]),
        )
        for row in ordinary(database, "msdyn_transactionconnection")
        if row["msdyn_transaction1type"] == row["msdyn_transaction2type"] == kind
    ]


def test_estimates_are_connected_pairs_of_cost_and_sales(generated: Database) -> None:
    lines = {
        str(line["msdyn_estimatelineid"]): line
        for line in query(generated, "from dataverse.msdyn_estimateline")
    }
    pairs = connected(generated, "msdyn_estimateline")
    classes: Counter[object] = Counter()
    for sales_id, sales_role, cost_id, cost_role in pairs:
        assert (sales_role, cost_role) == ("Unbilled Sales", "Cost")
        sales, cost = lines[sales_id], lines[cost_id]
        assert sales["msdyn_transactiontypecode"] == UNBILLED
        assert cost["msdyn_transactiontypecode"] == COST
        for column in ("_msdyn_project_value", "_msdyn_task_value", "msdyn_quantity"):
            assert sales[column] == cost[column]
        classes[cost["msdyn_transactionclassification"]] += 1
    assert classes[EXPENSE] > classes[TIME] > 0
    paired = {row_id for first, _, second, _ in pairs for row_id in (first, second)}
    assert {
        str(line["msdyn_estimatelineid"]) for line in ordinary(generated, "msdyn_estimateline")
    } <= paired


@pytest.mark.parametrize("name", ["msdyn_estimateline", "msdyn_actual"])
def test_amount_is_quantity_times_price(generated: Database, name: str) -> None:
    for row in ordinary(generated, name):
        quantity, price = row["msdyn_quantity"], row["msdyn_price"]
        assert isinstance(quantity, Decimal)
        assert isinstance(price, Decimal)
        amount = (quantity * price).quantize(Decimal("0.0001"), ROUND_HALF_UP)
        assert row["msdyn_amount"] == amount


def test_base_amounts_are_divided_by_the_rate(generated: Database) -> None:
    rates = set()
    for row in ordinary(generated, "msdyn_actual"):
        rate = row["exchangerate"]
        assert isinstance(rate, Decimal)
        rates.add(rate)
        for name in ("msdyn_amount", "msdyn_price"):
            value = row[name]
            assert isinstance(value, Decimal)
            base = (value / rate).quantize(Decimal("0.0001"), ROUND_HALF_UP)
            assert row[f"{name}_base"] == base
    assert len(rates) > 1


def test_actuals_come_in_the_documented_classes_and_types(generated: Database) -> None:
    found = {
        (row["msdyn_transactionclassification"], row["msdyn_transactiontypecode"])
        for row in ordinary(generated, "msdyn_actual")
    }
    assert found == {
        *((kind, side) for kind in (TIME, EXPENSE, MATERIAL) for side in (COST, UNBILLED)),
        (TIME, BILLED),
        (TIME, RESOURCING_COST),
        (TIME, INTER_ORGANIZATIONAL),
        (FEE, UNBILLED),
        (MILESTONE, BILLED),
        (TAX, UNBILLED),
    }


def test_connections_of_actuals_say_what_each_end_is(generated: Database) -> None:
    actuals = {
        str(row["msdyn_actualid"]): row for row in query(generated, "from dataverse.msdyn_actual")
    }
    types = {"Cost": {COST}, "Unbilled Sales": {UNBILLED}, "Billed Sales": {BILLED}}
    pairs = connected(generated, "msdyn_actual")
    for first, first_role, second, second_role in pairs:
        one, two = actuals[first], actuals[second]
        for row, role in ((one, first_role), (two, second_role)):
            assert row["msdyn_transactiontypecode"] in types.get(role, {COST, UNBILLED})
        assert (one["msdyn_transactionclassification"] == TAX) == (first_role == "Tax")
        if first_role == "Reversing":
            assert one["msdyn_amount"] == -two["msdyn_amount"]  # type: ignore[operator]
        if first_role == "Tax":
            assert two["msdyn_transactionclassification"] == EXPENSE
    assert {(first_role, second_role) for _, first_role, _, second_role in pairs} == {
        ("Unbilled Sales", "Cost"),
        ("Billed Sales", "Unbilled Sales"),
        ("Reversing", "Original"),
        ("Replacing", "Original"),
        ("Tax", "Unbilled Sales"),
    }


def test_negative_actuals_reverse_sales_and_correct_costs(generated: Database) -> None:
    signs = {
        row["msdyn_transactiontypecode"]
        for row in ordinary(generated, "msdyn_actual")
        if isinstance(row["msdyn_amount"], Decimal) and row["msdyn_amount"] < 0
    }
    assert signs == {COST, UNBILLED}


def test_sales_of_hours_at_a_fixed_price_are_milestones_alone(generated: Database) -> None:
    methods = {
        row["salesorderdetailid"]: row["msdyn_billingmethod"]
        for row in query(generated, "from dataverse.salesorderdetail")
    }
    fixed = [
        row
        for row in ordinary(generated, "msdyn_actual")
        if methods[row["_msdyn_salescontractlineid_value"]] == 192350001
    ]
    kinds = {
        (row["msdyn_transactionclassification"], row["msdyn_transactiontypecode"]) for row in fixed
    }
    assert kinds == {(TIME, COST), (MILESTONE, BILLED)}


def test_another_unit_works_at_its_own_cost(generated: Database) -> None:
    for row in ordinary(generated, "msdyn_actual"):
        lends = row["msdyn_transactiontypecode"] in (RESOURCING_COST, INTER_ORGANIZATIONAL)
        differs = (
            row["_msdyn_resourceorganizationalunitid_value"]
            != row["_msdyn_contractorganizationalunitid_value"]
        )
        assert lends == differs


def test_all_billing_types_occur(generated: Database) -> None:
    rows = query(generated, "from dataverse.msdyn_actual")
    found = {row["msdyn_billingtype"] for row in rows}
    assert {192350000 + number for number in range(4)} <= found
    assert 192350003 not in {
        row["msdyn_billingtype"] for row in ordinary(generated, "msdyn_actual")
    }


def test_accounting_dates_are_midnights_or_the_last_minute_of_a_day(generated: Database) -> None:
    units = {
        row["msdyn_organizationalunitid"]: str(row["msdyn_name"])
        for row in query(generated, "from dataverse.msdyn_organizationalunit")
    }
    kinds: Counter[str] = Counter()
    for row in ordinary(generated, "msdyn_actual"):
        moment = row["msdyn_accountingdate"]
        assert isinstance(moment, datetime)
        zone = ZONES[units[row["_msdyn_contractorganizationalunitid_value"]]]
        local = moment.replace(tzinfo=UTC).astimezone(zone).time()
        if moment.time() == time(0):
            kinds["00:00Z"] += 1
        else:
            assert local in (time(0), time(23, 59))
            kinds[str(local)] += 1
    assert kinds["00:00:00"] > kinds["00:00Z"] > 0
    assert kinds["23:59:00"] > 0


def test_ordinary_expenses_have_a_category_of_their_company(generated: Database) -> None:
    companies = {"Contoso Global": "usmf", "Contoso US": "ussi", "Contoso Germany": "demf"}
    units = {
        row["msdyn_organizationalunitid"]: companies.get(str(row["msdyn_name"]))
        for row in query(generated, "from dataverse.msdyn_organizationalunit")
    }
    names = {
        row["msdyn_transactioncategoryid"]: row["msdyn_name"]
        for row in query(generated, "from dataverse.msdyn_transactioncategory")
    }
    known = {
        (fact["company"], fact["key"])
        for fact in query(generated, "from sandbox.shared_facts where kind = 'category'")
    }
    for row in ordinary(generated, "msdyn_actual"):
        if row["msdyn_transactionclassification"] == EXPENSE:
            company = units[row["_msdyn_resourceorganizationalunitid_value"]]
            assert (company, names[row["_msdyn_transactioncategory_value"]]) in known


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_smallest_organisation_has_every_kind_of_event(seed: int) -> None:
    database = open_database(Contents(rows=500, seed=seed))
    types = {row["msdyn_transactiontypecode"] for row in ordinary(database, "msdyn_actual")}
    assert types == {COST, UNBILLED, BILLED, RESOURCING_COST, INTER_ORGANIZATIONAL}
