"""What happens to actuals after they reached the staging table: journal lines, then vouchers.

Import from staging makes one journal line per actual, once. Posting gives each line a voucher of
its company, once, and makes the sales tax of chargeable sales of time and expenses: an actual of
its own and two connections between the two.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import duckdb

from sandbox.finops import doubts
from sandbox.finops.metadata import Entity, by_name
from sandbox.finops.store import first_row, quoted, table
from sandbox.switches import Switches

ACTUALS = "ProjCDSActualsImportEntity"
CONNECTIONS = "ProjCDSTransactionRelationshipImportEntity"
TAX_CLASS = 690970002
TAXED_CLASSES = (192350000, 192350001)

TABLES = """
create table if not exists finops.journal_lines (
    _key varchar primary key, company varchar not null, voucher varchar
);
"""

NEW_LINES: Final = """
create or replace temporary table new_lines as
select actual._key, actual."dataAreaId" as company,
    rate.value is not null as has_rate
from finops."ProjCDSActualsImportEntity" as actual
left join finops.reference_values as rate
    on rate.related_table = 'Exchange rates' and rate.value = lower(actual."TransactionCurrencyId")
where actual."dataAreaId" = lower(?) and actual."IsJournalized" = 'No'
"""

NEW_VOUCHERS: Final = """
create or replace temporary table new_vouchers as
select line._key, line.company || '-PRJ-' || printf('%06d', (
        select count(*) from finops.journal_lines as old
        where old.company = line.company and old.voucher is not null
    ) + row_number() over (order by actual._recid)) as voucher
from finops.journal_lines as line
inner join finops."ProjCDSActualsImportEntity" as actual on line._key = actual._key
where line.company = lower(?) and line.voucher is null
"""

TAXED: Final = f"""
create or replace temporary table new_taxes as
select actual.*, {{tax_id}} as tax_id, round(actual."Amount" * 0.1, 2) as tax,
    round(actual."AmountMST" * 0.1, 2) as tax_mst
from finops."{ACTUALS}" as actual
inner join new_vouchers as line on actual._key = line._key
where actual."TransType" = 'Sales' and actual."BillingType" = 'Chargeable'
    and actual."TransactionClassification" in {TAXED_CLASSES}
"""

OF_TAX: Final = {
    "ActualId": "tax_id",
    "Amount": "tax",
    "AmountMST": "tax_mst",
    "UnitPrice": "tax",
    "UnitPriceMST": "tax_mst",
    "Quantity": "1",
    "Description": "'Sales tax'",
    "TransactionClassification": str(TAX_CLASS),
}
"""What a tax actual has of its own; the rest is that of its original, or empty."""

OF_ORIGINAL: Final = (
    "dataAreaId",
    "AccountingDate",
    "DocumentDate",
    "ExchangeRateDate",
    "StartDate",
    "EndDate",
    "ExchangeRate",
    "TransactionCurrencyId",
    "BillingType",
    "TransType",
    "ContractId",
    "ProjectId",
    "TaskId",
    "ProjectDataAreaId",
    "ContractingUnit",
    "ResourceOperationUnitId",
    "IsJournalized",
)
"""What a tax actual takes over from the actual it taxes, beside the voucher."""


@dataclass(frozen=True, slots=True)
class Journalized:
    """How many actuals have a journal line now, and how many could not get one."""

    journalized: int
    errors: int


@dataclass(frozen=True, slots=True)
class Posted:
    """How many journal lines were posted, and how many tax actuals that made."""

    posted: int
    taxes: int


@dataclass(frozen=True, slots=True)
class Posting:
    """The switches of posting.

    voucher_attribute: where the voucher number is written.
    closed_until: the last day of the closed periods, None when nothing is closed.
    """

    voucher_attribute: str
    closed_until: date | None


def read_posting(switches: Switches) -> Posting:
    """Return how posting behaves. Raises ValueError for a switch that names no day or place."""
    place = doubts.text(switches, "actuals_voucher_in")
    attributes = {"voucher": "Voucher", "external_reference": "ExternalReference"}
    if place not in attributes:
        raise ValueError(f"actuals_voucher_in is voucher or external_reference, not {place}.")
    closed = switches.value("closed_period_until", doubts.SYSTEM)
    return Posting(attributes[place], date.fromisoformat(str(closed)) if closed else None)


def import_from_staging(cursor: duckdb.DuckDBPyConnection, company: str) -> Journalized:
    """Make journal lines of the actuals of `company` that have none.

    An actual in a currency without an exchange rate stays as it is and counts as an error.
    """
    cursor.execute(NEW_LINES, [company])
    cursor.execute(
        "insert into finops.journal_lines select _key, company, null from new_lines where has_rate"
    )
    _change(cursor, "\"IsJournalized\" = 'Yes'", "select _key from new_lines where has_rate")
    counts = first_row(
        cursor.execute(
            "select count(*) filter (has_rate), count(*) filter (not has_rate) from new_lines"
        )
    )
    return Journalized(*(counts or (0, 0)))


def post(cursor: duckdb.DuckDBPyConnection, company: str, posting: Posting) -> Posted:
    """Post the journal lines of `company` that have no voucher yet."""
    cursor.execute(NEW_VOUCHERS, [company])
    cursor.execute(
        "update finops.journal_lines as line set voucher = new_vouchers.voucher "
        "from new_vouchers where line._key = new_vouchers._key"
    )
    _change(
        cursor,
        f"{quoted(posting.voucher_attribute)} = (select voucher from new_vouchers as line "
        "where line._key = t._key)",
        "select _key from new_vouchers",
    )
    if posting.closed_until is not None:
        _move_into_open_period(cursor, posting.closed_until)
    cursor.execute(TAXED.format(tax_id=_guid("'tax of '", 'actual."ActualId"')))
    _insert_taxes(cursor, posting)
    _connect_taxes(cursor)
    counts = first_row(
        cursor.execute(
            "select (select count(*) from new_vouchers), (select count(*) from new_taxes)"
        )
    )
    return Posted(*(counts or (0, 0)))


def _move_into_open_period(cursor: duckdb.DuckDBPyConnection, closed_until: date) -> None:
    """A row dated in a closed period is posted on the first day that is open."""
    first_open = closed_until + timedelta(days=1)
    _change(
        cursor,
        f"\"AccountingDate\" = timestamp '{first_open} 12:00:00'",
        "select _key from new_vouchers",
        f"t.\"AccountingDate\" < timestamp '{first_open}'",
    )


def _insert_taxes(cursor: duckdb.DuckDBPyConnection, posting: Posting) -> None:
    voucher = quoted(posting.voucher_attribute)
    own = {quoted(name): value for name, value in OF_TAX.items()}
    kept = {quoted(name): quoted(name) for name in OF_ORIGINAL}
    _insert(
        cursor,
        by_name()[ACTUALS],
        "new_taxes",
        {**kept, voucher: voucher, **own, "_key": '"dataAreaId" || chr(31) || tax_id'},
    )


def _connect_taxes(cursor: duckdb.DuckDBPyConnection) -> None:
    """Connect original and tax both ways, as Dataverse keeps a row for each direction."""
    ends = {"Original": 'lower("ActualId")', "Tax": "tax_id"}
    for first, second in (("Original", "Tax"), ("Tax", "Original")):
        own_id = _guid(f"'{first} of '", "tax_id")
        values = {
            "_key": own_id,
            '"ConnectionId"': own_id,
            '"Transaction1Id"': ends[first],
            '"Transaction1Role"': f"'{first}'",
            '"Transaction1Type"': "'msdyn_actual'",
            '"Transaction2Id"': ends[second],
            '"Transaction2Role"': f"'{second}'",
            '"Transaction2Type"': "'msdyn_actual'",
        }
        _insert(cursor, by_name()[CONNECTIONS], "new_taxes", values)


def _insert(
    cursor: duckdb.DuckDBPyConnection, entity: Entity, source: str, values: dict[str, str]
) -> None:
    cursor.execute(
        f"insert into {table(entity)} ({', '.join(values)}) "
        f"select {', '.join(values.values())} from {source} order by _recid"
    )


def _change(
    cursor: duckdb.DuckDBPyConnection, change: str, keys: str, condition: str = "true"
) -> None:
    """Change actuals; the version rises, so that an incremental export sees it."""
    cursor.execute(
        f"update {table(by_name()[ACTUALS])} as t set _recversion = t._recversion + 1, {change} "
        f"where t._key in ({keys}) and {condition}"
    )


def _guid(prefix: str, value: str) -> str:
    """Return SQL for a GUID that is always the same for the same value."""
    pattern = "'(.{8})(.{4})(.{4})(.{4})(.{12})', '\\1-\\2-\\3-\\4-\\5'"
    return f"regexp_replace(md5({prefix} || lower({value})), {pattern})"
