"""How many rows each table gets, and which ordinals the awkward cases take."""

import csv
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent
SMALLEST = 500
"""Below this the awkward cases would not find enough ordinary rows to hang on."""

SHARES = {
    "account": 0.05,
    "contact": 0.025,
    "salesorder": 0.037,
    "msdyn_contractlinescheduleofvalue": 0.06,
    "msdyn_workorder": 0.055,
    "invoice": 0.04,
}
"""What part of all rows a table is; the other tables follow from these and their parents."""
LEAST = {"msdyn_workorder": 30}
"""Rows a table has in the smallest organisation, where its share gives fewer; otherwise 8."""

ESTIMATES_SHARE = 0.03
EVENTS_SHARE = 0.045
"""How many estimates, and how many events that make actuals, there are per row."""
CATEGORIES = 10
OWN_PRODUCTS = 2
"""Products after the ordinary ones: one of Dataverse's own, one that Finance does not know."""

BESIDE_SHARES = {
    "contact": 0.006,
    "salesorder": 0.01,
    "msdyn_workorder": 0.006,
    "msdynce_externalproductinventory": 0.01,
    "msdyn_inventoryadjustment": 0.008,
    "msdyn_inventorytransfer": 0.006,
    "msdynce_externalproject": 0.004,
    "quote": 0.012,
    "msdyn_purchaseorder": 0.006,
}
"""How many rows of sales, stock and purchasing there are per row, beside the others: they come on
top of the rows that are asked for, so that those stay what they were. Their lines follow."""
BESIDE_LEAST = {
    "quote": 12,
    "salesorder": 9,
    "msdyn_inventoryadjustment": 12,
    "msdynce_externalproductinventory": 8,
}
"""How many of them the smallest organisation has; otherwise 6."""
BESIDE_ALWAYS = {"account": 6}
"""Rows of which any organisation has the same number."""

FEW_PER_ROWS = 2000
MOST_OF_A_CASE = 50


@dataclass(frozen=True, slots=True)
class Case:
    """One awkward case: `rows` rows of a table.

    position: `common` among the ordinary rows, `extra` after them, `beside` after the rows that
    stand beside these.
    """

    name: str
    table_name: str
    rows: int
    position: str
    meaning: str


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """One row a case takes: the `place`-th row of its `occurrence`-th occurrence."""

    case: Case
    ordinal: int
    occurrence: int
    place: int


@dataclass(frozen=True, slots=True)
class Beside:
    """The rows of a table beside the others: its ordinals from `first`, then the awkward ones."""

    table_name: str
    first: int
    ordinary: int
    awkward: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What the SQL files are told: named whole numbers, the rows of the cases, the rows beside."""

    variables: dict[str, int]
    planned_rows: list[PlannedRow]
    beside: list[Beside]


def read_cases() -> list[Case]:
    """Return the awkward cases in the order of their file."""
    return [
        Case(
            name=line["case"],
            table_name=line["table_name"],
            rows=int(line["rows"]),
            position=line["position"],
            meaning=line["meaning"],
        )
        for line in _lines("awkward_cases.csv")
    ]


@dataclass(frozen=True, slots=True)
class Patterns:
    """How many rows each pattern of task_patterns.csv and actual_patterns.csv makes, in order.

    The last pattern of an event makes the awkward actuals; the others take turns.
    """

    tasks: list[int]
    actuals: list[int]
    connections: list[int]


def read_patterns() -> Patterns:
    """Return the sizes of the patterns."""
    tasks = Counter(int(line["pattern"]) for line in _lines("task_patterns.csv"))
    actuals = Counter(int(line["event"]) for line in _lines("actual_patterns.csv"))
    connected = Counter(
        int(line["event"]) for line in _lines("actual_patterns.csv") if line["second"]
    )
    return Patterns(
        [tasks[pattern] for pattern in range(len(tasks))],
        [actuals[event] for event in range(len(actuals) - 1)],
        [connected[event] for event in range(len(actuals) - 1)],
    )


def make_plan(rows: int) -> Plan:
    """Share `rows` out; the awkward rows are part of them, the rows beside are not."""
    cases = read_cases()
    occurrences = max(1, min(MOST_OF_A_CASE, rows // FEW_PER_ROWS))
    extra = _rows_of_cases(cases, "extra", occurrences)
    patterns = read_patterns()
    common = _common_counts(rows - sum(extra.values()), patterns)
    variables = _variables(common, extra)
    beside = _beside(rows, _rows_of_cases(cases, "beside", occurrences), common, extra)
    planned = _planned_rows(cases, occurrences, common, beside)
    variables["actual_kinds"] = len(patterns.actuals)
    variables["common_account_cases"] = sum(
        row.case.position == "common" and row.case.table_name == "account" for row in planned
    )
    return Plan(variables, planned, beside)


def _rows_of_cases(cases: list[Case], position: str, occurrences: int) -> dict[str, int]:
    """Return by table how many rows the cases of a position take."""
    counts: Counter[str] = Counter()
    for case in cases:
        if case.position == position:
            counts[case.table_name] += case.rows * occurrences
    return dict(counts)


def _beside(
    rows: int, awkward: dict[str, int], common: dict[str, int], extra: dict[str, int]
) -> list[Beside]:
    """Return what stands beside the rows of each table, from the first ordinal that is free."""
    counts = BESIDE_ALWAYS | {
        table: max(BESIDE_LEAST.get(table, 6), round(rows * share))
        for table, share in BESIDE_SHARES.items()
    }
    free = {"product": common["product"] + OWN_PRODUCTS}
    return [
        Beside(
            table,
            free.get(table, common.get(table, 0) + extra.get(table, 0)),
            counts.get(table, 0),
            awkward.get(table, 0),
        )
        for table in sorted({*counts, *awkward})
    ]


def _lines(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _common_counts(rows: int, patterns: Patterns) -> dict[str, int]:
    """Return how many ordinary rows each table gets, and how many estimates and events."""
    counts = {
        table: max(LEAST.get(table, 8), round(rows * share)) for table, share in SHARES.items()
    }
    contracts, orders = range(counts["salesorder"]), range(counts["msdyn_workorder"])
    counts["product"] = 2 * max(10, min(2500, rows // 100))
    counts["msdyn_project"] = sum(number % 8 != 7 for number in contracts)
    counts["salesorderdetail"] = sum(2 if number % 3 else 1 for number in contracts)
    counts["msdyn_workorderproduct"] = sum(2 if number % 9 < 5 else 1 for number in orders)
    counts["msdyn_workorderservice"] = counts["msdyn_workorder"]
    counts["msdyn_transactioncategory"] = CATEGORIES
    counts["msdyn_projecttask"] = _in_turn(patterns.tasks, counts["msdyn_project"])
    counts["estimates"] = max(8, round(rows * ESTIMATES_SHARE))
    counts["msdyn_estimateline"] = 2 * counts["estimates"]
    # Every kind of event happens at least once.
    counts["actual_events"] = max(len(patterns.actuals), round(rows * EVENTS_SHARE))
    counts["msdyn_actual"] = _in_turn(patterns.actuals, counts["actual_events"])
    counts["msdyn_transactionconnection"] = counts["estimates"] + _in_turn(
        patterns.connections, counts["actual_events"]
    )
    return counts


def _in_turn(sizes: list[int], count: int) -> int:
    """Return how many rows `count` patterns make that take turns."""
    rounds, rest = divmod(count, len(sizes))
    return rounds * sum(sizes) + sum(sizes[:rest])


def _variables(common: dict[str, int], extra: dict[str, int]) -> dict[str, int]:
    return {
        "products": common["product"] + OWN_PRODUCTS,
        "clean_goods": common["product"] // 2,
        "clean_services": common["product"] // 2,
        "clean_accounts": common["account"],
        "accounts": common["account"] + extra["account"],
        "contacts": common["contact"] + extra["contact"],
        "clean_salesorders": common["salesorder"],
        "salesorders": common["salesorder"] + extra["salesorder"],
        "work_based_contracts": common["msdyn_project"],
        "projects": common["msdyn_project"] + extra["msdyn_project"],
        "clean_salesorderdetails": common["salesorderdetail"],
        "awkward_salesorderdetails": extra["salesorderdetail"],
        "milestones": common["msdyn_contractlinescheduleofvalue"]
        + extra["msdyn_contractlinescheduleofvalue"],
        "clean_workorders": common["msdyn_workorder"],
        "workorders": common["msdyn_workorder"] + extra["msdyn_workorder"],
        "clean_workorderproducts": common["msdyn_workorderproduct"],
        "awkward_workorderproducts": extra["msdyn_workorderproduct"],
        "clean_workorderservices": common["msdyn_workorderservice"],
        "awkward_workorderservices": extra["msdyn_workorderservice"],
        "clean_invoices": common["invoice"],
        "invoices": common["invoice"] + extra["invoice"],
        "clean_tasks": common["msdyn_projecttask"],
        "tasks": common["msdyn_projecttask"] + extra["msdyn_projecttask"],
        "estimates": common["estimates"],
        "awkward_estimatelines": extra["msdyn_estimateline"],
        "actual_events": common["actual_events"],
        "awkward_actuals": extra["msdyn_actual"],
        "clean_connections": common["msdyn_transactionconnection"],
        "awkward_connections": extra["msdyn_transactionconnection"],
    }


def _planned_rows(
    cases: list[Case], occurrences: int, common: dict[str, int], beside: list[Beside]
) -> list[PlannedRow]:
    """Give each case its ordinals: from 0 among the common rows, else after rows of its kind."""
    planned = []
    next_ordinals: dict[str, dict[str, int]] = {
        "common": {},
        "extra": dict(common),
        "beside": {rows.table_name: rows.first + rows.ordinary for rows in beside},
    }
    for case in cases:
        free = next_ordinals[case.position]
        for occurrence in range(occurrences):
            for place in range(case.rows):
                ordinal = free.get(case.table_name, 0)
                free[case.table_name] = ordinal + 1
                planned.append(PlannedRow(case, ordinal, occurrence, place))
    return planned
