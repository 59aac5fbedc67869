"""The switches of this half: faults to live through, and doubts that both answers must fit.

One table; README.md beside this file explains the choice of each default.
"""

from sandbox.switches import Switch, Switches

SYSTEM = "finops"

SWITCHES = (
    Switch("finops_default_company", "usmf", "Company of the user the application is mapped to."),
    Switch("finops_application_known", True, "False: the client id is mapped to no user, 401."),
    Switch("finops_page_size", 10_000, "Rows per page of a collection."),
    Switch("finops_inferred_lengths", True, "False: only documented string lengths are enforced."),
    Switch("finops_duplicate_status", 400, "Status of a duplicate POST outside a change set."),
    Switch("finops_throttled", None, "Answer OData with 429 and this many seconds to wait."),
    Switch("finops_reset_before", False, "Drop the connection without doing the work."),
    Switch("package_enum_text", "both", "What CSV enum columns take: names, labels or both."),
    Switch("package_record_id", "key", "RecordId of an import error: key or blank."),
    Switch("package_error_keys_file", True, "False: there never is a file of refused keys."),
    Switch("package_entity_status", "objects", "Per-entity status list: objects or strings."),
    Switch("package_polls_not_found", 1, "Status polls that say the execution was not found."),
    Switch("package_polls_not_run", 1, "Status polls that then say NotRun."),
    Switch("package_polls_executing", 1, "Status polls that then say at least Executing."),
    Switch("package_hang_polls", 0, "More polls during which the import stays Executing."),
    Switch("package_liar", False, "The job says Succeeded and nothing lands."),
    Switch("package_fails", False, "The job ends Failed by itself and nothing lands."),
    Switch("package_killed", False, "The job ends Canceled after half of its entities."),
    Switch("package_upload_seconds", 3_600, "How long an upload address is good."),
    Switch("finops_new_categories", False, "True: an import makes categories nobody has."),
    Switch("finops_every_line_property", False, "True: NotAvailable has a line property too."),
    Switch("export_value_nested", False, "True: an export answers {value: {value: id}}."),
    Switch("export_damaged", None, "The exported file is truncated or garbage."),
    Switch("staging_import_service", True, "False: there is no custom service for the journal."),
    Switch("actuals_voucher_in", "voucher", "Posting writes to voucher or external_reference."),
    Switch("closed_period_until", None, "Last closed day; posting moves earlier rows after it."),
)


def whole_number(switches: Switches, name: str, *scopes: str) -> int:
    """Return a switch that counts something, without using up its count."""
    value = switches.value(name, SYSTEM, *scopes)
    return int(value) if isinstance(value, int | float) else 0


def text(switches: Switches, name: str, *scopes: str) -> str:
    """Return a switch that names one of several answers."""
    return str(switches.value(name, SYSTEM, *scopes))


def is_on(switches: Switches, name: str, *scopes: str) -> bool:
    """Tell whether a switch is on, without using up its count."""
    return bool(switches.value(name, SYSTEM, *scopes))


def happens(switches: Switches, name: str, *scopes: str) -> bool:
    """Tell whether a fault strikes now, and use up one of its count."""
    return bool(switches.take(name, SYSTEM, *scopes))
