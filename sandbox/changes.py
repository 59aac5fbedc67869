"""A day's work in the organisation: changes for a second run to find, the same every time.

Each call is one round; round n takes the n-th suitable rows by number, so that rounds do not undo
each other. Rows of an awkward case are left alone.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID, uuid5

import duckdb

from sandbox.database import Database
from sandbox.dataverse import organisation_tables
from sandbox.dataverse.catalog import Catalog
from sandbox.dataverse.faults import SWITCHES
from sandbox.dataverse.keys import Key
from sandbox.dataverse.metadata import Table
from sandbox.dataverse.storage import next_versions
from sandbox.dataverse.writing import Writer
from sandbox.errors import SandboxError
from sandbox.switches import Switches

ROUND_SETTING = "changes_round"
ADDED = UUID("f0000000-0000-4000-8000-000000000001")

SCHEDULED, IN_PROGRESS = 690970001, 690970002
ESTIMATED, USED = 690970000, 690970001
CHARGEABLE = 192350001
CHILD_TASK = "_msdyn_parenttask_value is not null"
LEAF_TASK = "msdyn_effort is not null and _msdyn_transactioncategory_value is not null"
COST_AND_SALES = (
    "msdyn_transaction1type = 'msdyn_actual' and msdyn_transaction1role = 'Unbilled Sales' "
    "and msdyn_transaction2role = 'Cost'"
)
DRAFT, ACTIVATED = 647390011, 647390000
CREATED, POSTED = 1, 2
REVISED_QUOTE = {"statecode": 3, "statuscode": 7}
CANCELLED_INVOICE = {"statecode": 3, "statuscode": 100003}

Report = dict[str, object]


@dataclass(frozen=True, slots=True)
class Day:
    """One round of changes within one transaction."""

    cursor: duckdb.DuckDBPyConnection
    writer: Writer
    tables: dict[str, Table]
    number: int
    touched: set[UUID] = field(default_factory=set)

    def rows(
        self, table_name: str, condition: str, order: str, count: int, *, used_up: bool = False
    ) -> list[UUID]:
        """Return this round's `count` rows: neither awkward nor changed in this round already.

        used_up: the rows of earlier rounds do not meet the condition any more.
        """
        key = self.tables[table_name].primary_key
        found = self.cursor.execute(
            f"""
            select source."{key}" from dataverse."{table_name}" as source
            where ({condition}) and not list_contains(?, source."{key}")
                and cast(source."{key}" as varchar) not in (
                    select row_id from sandbox.awkward_cases where table_name = ?
                )
            order by source."{order}", source."{key}"
            limit ? offset ?
            """,
            [list(self.touched), table_name, count, 0 if used_up else (self.number - 1) * count],
        ).fetchall()
        self.touched.update(row[0] for row in found)
        return [row[0] for row in found]

    def value(self, table_name: str, row_id: UUID, column: str) -> object:
        """Return one stored value."""
        key = self.tables[table_name].primary_key
        found = self.cursor.execute(
            f'select "{column}" from dataverse."{table_name}" where "{key}" = ?', [row_id]
        ).fetchone()
        return None if found is None else found[0]

    def update(self, change: str, table_name: str, row_id: UUID, content: Report) -> Report:
        """Update a row as a caller of the Web API would, and report it."""
        before = {name: self.value(table_name, row_id, name) for name in content}
        table = self.tables[table_name]
        self.writer.upsert(table, Key(row_id), content, {"if-match": "*"})
        return report(change, table_name, row_id, before=before, after=content)


def report(
    change: str, table_name: str, row_id: UUID, before: Report | None, after: Report | None
) -> Report:
    """Return a change in JSON: amounts as text, nothing lost."""
    return {
        "change": change,
        "table": table_name,
        "id": str(row_id),
        "before": before and {name: _shown(value) for name, value in before.items()},
        "after": after and {name: _shown(value) for name, value in after.items()},
    }


def run_changes(database: Database) -> Report:
    """Make the next round of changes; returns {"round": n, "changes": [...]}.

    Raises SandboxError when the organisation has too few rows for the round.
    """
    tables = organisation_tables(database)
    number = int(database.setting(ROUND_SETTING) or 0) + 1
    catalog = Catalog(tables, Switches(SWITCHES))
    with database.writing() as cursor:
        day = Day(cursor, Writer(cursor, catalog), tables, number)
        changes = [change for make in CHANGES for change in make(day)]
        if len({change["change"] for change in changes}) < len(CHANGES):
            raise SandboxError("The organisation has too few ordinary rows for another round.")
        cursor.execute(
            "insert or replace into sandbox.settings values (?, ?)", [ROUND_SETTING, str(number)]
        )
    return {"round": number, "changes": changes}


def raise_amounts(day: Day) -> Iterator[Report]:
    """Milestones get dearer."""
    name = "msdyn_contractlinescheduleofvalue"
    for row_id in day.rows(name, "msdyn_amount is not null", "msdyn_name", 3):
        amount = day.value(name, row_id, "msdyn_amount")
        after: Report = {"msdyn_amount": Decimal(str(amount)) + Decimal("10.0000")}
        yield day.update("amount_raised", name, row_id, after)


def add_milestones(day: Day) -> Iterator[Report]:
    """New milestones on lines that have some already."""
    name = "msdyn_contractlinescheduleofvalue"
    models = day.rows(name, "msdyn_amount is not null", "msdyn_contractlinescheduleofvalueid", 2)
    for place, model in enumerate(models):
        row_id = uuid5(ADDED, f"{day.number}:{place}:{model}")
        _copy(day, name, model, row_id, {"msdyn_name": f"Added in round {day.number}, {place + 1}"})
        yield report("milestone_added", name, row_id, None, {"copied_from": model})


def delete_milestones(day: Day) -> Iterator[Report]:
    """Milestones go away; others than those that were raised."""
    name = "msdyn_contractlinescheduleofvalue"
    for row_id in day.rows(name, "msdyn_amount is not null", "createdon", 2):
        day.writer.delete(day.tables[name], Key(row_id))
        yield report("milestone_deleted", name, row_id, None, None)


def delete_work_order_product(day: Day) -> Iterator[Report]:
    """A line leaves an order."""
    name = "msdyn_workorderproduct"
    for row_id in day.rows(name, f"msdynce_headersystemstatus = {SCHEDULED}", "createdon", 1):
        day.writer.delete(day.tables[name], Key(row_id))
        yield report("work_order_product_deleted", name, row_id, None, None)


def cancel_invoice(day: Day) -> Iterator[Report]:
    """An agreement invoice is cancelled."""
    agreement = "statecode = 0 and msdynce_haslineswithagreementorigin"
    for row_id in day.rows("invoice", agreement, "invoicenumber", 1):
        yield day.update("invoice_cancelled", "invoice", row_id, dict(CANCELLED_INVOICE))


def start_work_order(day: Day) -> Iterator[Report]:
    """A scheduled order begins; its lines follow, as the solution makes them."""
    condition = f"msdyn_systemstatus = {SCHEDULED}"
    for row_id in day.rows("msdyn_workorder", condition, "msdyn_name", 1):
        after: Report = {"msdyn_systemstatus": IN_PROGRESS}
        yield day.update("work_order_started", "msdyn_workorder", row_id, after)
        for name in ("msdyn_workorderproduct", "msdyn_workorderservice"):
            lines = day.cursor.execute(
                f'select {name}id from dataverse."{name}" where _msdyn_workorder_value = ? '
                f"order by {name}id",
                [row_id],
            ).fetchall()
            for (line_id,) in lines:
                content: Report = {"msdynce_headersystemstatus": IN_PROGRESS}
                yield day.update("work_order_line_followed", name, line_id, content)


def rename_account(day: Day) -> Iterator[Report]:
    """A customer gets another name."""
    for row_id in day.rows("account", "statecode = 0", "accountnumber", 1):
        name = f"{day.value('account', row_id, 'name')} & Sons"
        yield day.update("account_renamed", "account", row_id, {"name": name})


def renumber_contract_line(day: Day) -> Iterator[Report]:
    """A contract line gets another number, which is a part of its key in Finance."""
    condition = "producttypecode = 5 and sequencenumber < 100"
    for row_id in day.rows("salesorderdetail", condition, "salesorderdetailid", 1):
        after: Report = {"sequencenumber": 500 + day.number}
        yield day.update("contract_line_renumbered", "salesorderdetail", row_id, after)


def rename_task(day: Day) -> Iterator[Report]:
    """A task gets another name."""
    for row_id in day.rows("msdyn_projecttask", CHILD_TASK, "msdyn_projecttaskid", 1):
        name = f"{day.value('msdyn_projecttask', row_id, 'msdyn_subject')}, again"
        yield day.update("task_renamed", "msdyn_projecttask", row_id, {"msdyn_subject": name})


def change_effort(day: Day) -> Iterator[Report]:
    """A task takes another hour and a half."""
    name = "msdyn_projecttask"
    for row_id in day.rows(name, LEAF_TASK, "createdon", 2):
        effort = Decimal(str(day.value(name, row_id, "msdyn_effort")))
        after: Report = {"msdyn_effort": effort + Decimal("1.5")}
        yield day.update("effort_changed", name, row_id, after)


def add_actuals(day: Day) -> Iterator[Report]:
    """Another piece of work is approved: a cost and its sales, which are connected."""
    name = "msdyn_transactionconnection"
    for model in day.rows(name, COST_AND_SALES, "msdyn_transactionconnectionid", 1):
        connected: Report = {}
        for side in ("msdyn_transaction1", "msdyn_transaction2"):
            actual = UUID(str(day.value(name, model, side)))
            row_id = uuid5(ADDED, f"{day.number}:{actual}")
            text: Report = {"msdyn_description": f"Added in round {day.number}"}
            _copy(day, "msdyn_actual", actual, row_id, text)
            yield report("actual_added", "msdyn_actual", row_id, None, {"copied_from": actual})
            connected[side] = str(row_id)
        connection = uuid5(ADDED, f"{day.number}:{model}")
        _copy(day, name, model, connection, connected)
        yield report("actuals_connected", name, connection, None, connected)


def add_category(day: Day) -> Iterator[Report]:
    """Somebody makes a category, which Finance does not have."""
    name = "msdyn_transactioncategory"
    row_id = uuid5(ADDED, f"{day.number}:category")
    after: Report = {"msdyn_name": f"Added Category {day.number}", "msdyn_billingtype": CHARGEABLE}
    day.writer.upsert(day.tables[name], Key(row_id), after, {})
    yield report("category_added", name, row_id, None, after)


def revise_quote(day: Day) -> Iterator[Report]:
    """An active quote is closed, and another one of its number takes its place, one line dearer."""
    for row_id in day.rows("quote", "statecode = 1", "quotenumber", 1):
        yield day.update("quote_revised", "quote", row_id, dict(REVISED_QUOTE))
        revision = uuid5(ADDED, f"{day.number}:{row_id}")
        total = Decimal(str(day.value("quote", row_id, "totalamount"))) + Decimal("10.0000")
        active: Report = {"statecode": 1, "statuscode": 3, "totalamount": total}
        _copy(day, "quote", row_id, revision, active)
        day.touched.add(revision)
        yield report("quote_added", "quote", revision, None, {"copied_from": row_id})
        lines = day.cursor.execute(
            "select quotedetailid from dataverse.quotedetail where _quoteid_value = ? "
            "order by sequencenumber",
            [row_id],
        ).fetchall()
        for place, (line_id,) in enumerate(lines):
            discount = Decimal(str(day.value("quotedetail", line_id, "manualdiscountamount")))
            content: Report = {"_quoteid_value": revision}
            if place == 0:
                amount = Decimal(str(day.value("quotedetail", line_id, "extendedamount")))
                content["manualdiscountamount"] = discount - Decimal("10.0000")
                content["extendedamount"] = amount + Decimal("10.0000")
            _copy(day, "quotedetail", line_id, uuid5(revision, str(line_id)), content)


def call_contact(day: Day) -> Iterator[Report]:
    """A person gets another telephone number."""
    condition = "msdynce_contactnumber is not null and _parentcustomerid_type = 'account'"
    for row_id in day.rows("contact", condition, "msdynce_contactnumber", 1):
        after: Report = {"telephone1": f"+1 425 555 {day.number:04}"}
        yield day.update("contact_changed", "contact", row_id, after)


def activate_order(day: Day) -> Iterator[Report]:
    """A draft of an order of goods is activated, and its lines say so."""
    drafts = f"msdynce_processingstatus = {DRAFT}"
    for row_id in day.rows("salesorder", drafts, "ordernumber", 1, used_up=True):
        after: Report = {"msdynce_processingstatus": ACTIVATED}
        yield day.update("order_activated", "salesorder", row_id, after)
        lines = day.cursor.execute(
            "select salesorderdetailid from dataverse.salesorderdetail "
            "where _salesorderid_value = ? order by sequencenumber",
            [row_id],
        ).fetchall()
        for (line_id,) in lines:
            content: Report = {"msdynce_orderissubmitted": True}
            yield day.update("order_line_followed", "salesorderdetail", line_id, content)


def post_adjustment(day: Day) -> Iterator[Report]:
    """What was counted in a warehouse is posted."""
    name = "msdyn_inventoryadjustment"
    created = f"msdynce_poststatus = {CREATED}"
    for row_id in day.rows(name, created, "msdyn_name", 1, used_up=True):
        yield day.update("adjustment_posted", name, row_id, {"msdynce_poststatus": POSTED})


CHANGES: tuple[Callable[[Day], Iterator[Report]], ...] = (
    raise_amounts,
    add_milestones,
    delete_milestones,
    delete_work_order_product,
    cancel_invoice,
    start_work_order,
    rename_account,
    renumber_contract_line,
    rename_task,
    change_effort,
    add_actuals,
    add_category,
    revise_quote,
    call_contact,
    activate_order,
    post_adjustment,
)


def _copy(day: Day, table_name: str, model: UUID, row_id: UUID, content: Report) -> None:
    """Insert a copy of a row under another key; lookups come along, which JSON would not allow."""
    table = day.tables[table_name]
    columns = [
        name
        for (name,) in day.cursor.execute(
            "select column_name from duckdb_columns() "
            "where schema_name = 'dataverse' and table_name = ? and column_name <> ?",
            [table_name, table.primary_key],
        ).fetchall()
    ]
    replaced: dict[str, object] = {**content, "versionnumber": next_versions(day.cursor)}
    values = ", ".join("?" if name in replaced else f'"{name}"' for name in columns)
    listed = ", ".join(f'"{name}"' for name in columns)
    day.cursor.execute(
        f'insert into dataverse."{table_name}" ("{table.primary_key}", {listed}) '
        f'select ?, {values} from dataverse."{table_name}" where "{table.primary_key}" = ?',
        [row_id, *(replaced[name] for name in columns if name in replaced), model],
    )


def _shown(value: object) -> object:
    return value if isinstance(value, int | str | None) else str(value)
