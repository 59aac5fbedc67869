"""How many rows each table gets, and which ordinals the awkward cases take."""

import csv
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent
SMALLEST = 500
"""Below this the awkward cases would not find enough ordinary rows to hang on."""

SHARES = {
    "account": 0.08,
    "contact": 0.04,
    "salesorder": 0.06,
    "msdyn_contractlinescheduleofvalue": 0.10,
    "msdyn_workorder": 0.09,
    "invoice": 0.07,
}
"""What part of all rows a table is; the other tables follow from these and their parents."""

FEW_PER_ROWS = 2000
MOST_OF_A_CASE = 50


@dataclass(frozen=True, slots=True)
class Case:
    """One awkward case: `rows` rows of a table, among the ordinary rows or after them."""

    name: str
    table_name: str
    rows: int
    among_common: bool
    meaning: str


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """One row a case takes: the `place`-th row of its `occurrence`-th occurrence."""

    case: Case
    ordinal: int
    occurrence: int
    place: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What the SQL files are told: named whole numbers, and the rows of the cases."""

    variables: dict[str, int]
    planned_rows: list[PlannedRow]


def read_cases() -> list[Case]:
    """Return the awkward cases in the order of their file."""
    with (FOLDER / "awkward_cases.csv").open(newline="", encoding="utf-8") as file:
        return [
            Case(
                name=line["case"],
                table_name=line["table_name"],
                rows=int(line["rows"]),
                among_common=line["position"] == "common",
                meaning=line["meaning"],
            )
            for line in csv.DictReader(file)
        ]


def make_plan(rows: int) -> Plan:
    """Share `rows` out; the awkward rows are part of them."""
    cases = read_cases()
    occurrences = max(1, min(MOST_OF_A_CASE, rows // FEW_PER_ROWS))
    extra: dict[str, int] = {}
    for case in cases:
        if not case.among_common:
            taken = extra.get(case.table_name, 0)
            extra[case.table_name] = taken + case.rows * occurrences
    common = _common_counts(rows - sum(extra.values()))
    planned = _planned_rows(cases, occurrences, common)
    variables = _variables(common, extra)
    variables["common_account_cases"] = sum(
        row.case.among_common and row.case.table_name == "account" for row in planned
    )
    return Plan(variables, planned)


def _common_counts(rows: int) -> dict[str, int]:
    """Return how many ordinary rows each table gets."""
    counts = {table: max(8, round(rows * share)) for table, share in SHARES.items()}
    contracts, orders = range(counts["salesorder"]), range(counts["msdyn_workorder"])
    counts["product"] = 2 * max(10, min(2500, rows // 100))
    counts["msdyn_project"] = sum(number % 8 != 7 for number in contracts)
    counts["salesorderdetail"] = sum(2 if number % 3 else 1 for number in contracts)
    counts["msdyn_workorderproduct"] = sum(2 if number % 9 < 5 else 1 for number in orders)
    counts["msdyn_workorderservice"] = counts["msdyn_workorder"]
    return counts


def _variables(common: dict[str, int], extra: dict[str, int]) -> dict[str, int]:
    return {
        "products": common["product"] + 2,
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
    }


def _planned_rows(cases: list[Case], occurrences: int, common: dict[str, int]) -> list[PlannedRow]:
    """Give each case its ordinals: from 0 among the common rows, else after them."""
    planned = []
    next_common: dict[str, int] = {}
    next_extra = dict(common)
    for case in cases:
        free = next_common if case.among_common else next_extra
        for occurrence in range(occurrences):
            for place in range(case.rows):
                ordinal = free.get(case.table_name, 0)
                free[case.table_name] = ordinal + 1
                planned.append(PlannedRow(case, ordinal, occurrence, place))
    return planned
