"""Rows of the entities that only packages reach, good ones to start from, and what a test does."""

import csv
import io
import zipfile
from collections.abc import Mapping
from itertools import count
from typing import Any

import finops_packages as packages
from finops_packages import Part
from finops_service import Finops

TASKS = "Integration entity for project task"
CATEGORIES = "Integration entity for categories"
HOURS = "Integration entity for project hour estimates"
EXPENSES = "Integration entity for project expense estimates"
ACTUALS = "Integration entity for project actuals"
CONNECTIONS = "Integration entity for project transaction relationships"
ENTITIES = {
    TASKS: "ProjCDSTaskEntity",
    CATEGORIES: "ProjCDSCategoryEntity",
    HOURS: "ProjCDSEstimateHoursEntity",
    EXPENSES: "ProjCDSEstimateExpensesImportEntity",
    ACTUALS: "ProjCDSActualsImportEntity",
    CONNECTIONS: "ProjCDSTransactionRelationshipImportEntity",
}
NOTHING = "00000000-0000-0000-0000-000000000000"
AIRFARE_ID = "33333333-3333-3333-3333-333333333333"
TIME, EXPENSE = "192350000", "192350001"

EXECUTIONS = count(1)

Row = Mapping[str, str]


def guid(number: int) -> str:
    """Return the id of a row of the tests."""
    return f"00000000-0000-0000-0000-{number:012}"


TASK: Row = {
    "TASK": guid(1),
    "PARENTTASK": "",
    "WORKBREAKDOWNSTRUCTUREID": "1",
    "PROJECTID": "PRJ-1",
    "NAME": "Dig",
}
HOUR: Row = {
    "TASKID": guid(1),
    "PROJECTID": "PRJ-1",
    "SALESCURRENCY": "USD",
    "FORECASTMODEL": "O_forecast",
    "DURATION": "8.5",
    "STARTDATE": "2024-02-29",
    "DESCRIPTION": "Dig",
}
ESTIMATE: Row = {
    "ESTIMATELINEID": guid(2),
    "TASKID": guid(1),
    "PROJECTID": "PRJ-1",
    "CURRENCYID": "USD",
    "MODELID": "O_forecast",
    "TRANSTYPE": "Sales",
    "BILLINGTYPE": "Chargeable",
    "TRANSACTIONCATEGORY": AIRFARE_ID,
    "PRICE": "120.5",
}
ACTUAL: Row = {
    "ACTUALID": guid(10),
    "ACCOUNTINGDATE": "2024-02-29",
    "DOCUMENTDATE": "2024-02-28",
    "PROJECTID": "PRJ-1",
    "CONTRACTID": "K-1",
    "TASKID": guid(1),
    "TRANSACTIONCATEGORY": AIRFARE_ID,
    "TRANSACTIONCLASSIFICATION": EXPENSE,
    "TRANSACTIONCURRENCYID": "USD",
    "TRANSTYPE": "Sales",
    "BILLINGTYPE": "Chargeable",
    "AMOUNT": "100.45",
    "EXTERNALREFERENCE": "R-1",
    "PROJECTDATAAREAID": "",
}
CONNECTION: Row = {
    "CONNECTIONID": guid(20),
    "TRANSACTION1ID": guid(10),
    "TRANSACTION1ROLE": "Cost",
    "TRANSACTION1TYPE": "msdyn_actual",
    "TRANSACTION2ID": guid(11),
    "TRANSACTION2ROLE": "Unbilled sales",
    "TRANSACTION2TYPE": "msdyn_actual",
}
GOOD_ROWS = {
    TASKS: TASK,
    CATEGORIES: {"CATEGORYID": "Airfare", "INTEGRATIONID": AIRFARE_ID},
    HOURS: HOUR,
    EXPENSES: ESTIMATE,
    ACTUALS: ACTUAL,
    CONNECTIONS: CONNECTION,
}


def part(label: str, *rows: Row, level: int = 1) -> Part:
    """Return a part of a package; the columns are those of the first row."""
    columns = tuple(rows[0])
    return Part(label, columns, [[row[column] for column in columns] for row in rows], level=level)


def send(service: Finops, label: str, *rows: Row, company: str = "usmf") -> list[dict[str, str]]:
    """Import rows of one entity; returns the lines of the log."""
    run = f"run-{next(EXECUTIONS)}"
    packages.import_package(service.client, part(label, *rows), execution_id=run, company=company)
    return packages.errors(service.client, run)


def land(service: Finops, label: str, *rows: Row, company: str = "usmf") -> None:
    """Import rows that must all be taken."""
    assert send(service, label, *rows, company=company) == []


def prepare(service: Finops) -> None:
    """Land what estimates and actuals point to: the task and the category Airfare."""
    land(service, TASKS, TASK)
    land(service, CATEGORIES, GOOD_ROWS[CATEGORIES])


def rows(service: Finops, label: str) -> list[dict[str, Any]]:
    """Return every row of an entity."""
    return service.content(ENTITIES[label])


def message(text: str, field: str, table: str) -> str:
    """Return the refusal of a value that is known nowhere."""
    return f"The value '{text}' in field '{field}' is not found in the related table '{table}'."


def export(service: Finops, project: str, company: str = "usmf") -> str:
    """Export a data project to its end; returns the execution id."""
    run = f"out-{next(EXECUTIONS)}"
    packages.value(
        service.client,
        "ExportToPackage",
        definitionGroupId=project,
        packageName="out",
        executionId=run,
        reExecute=False,
        legalEntityId=company,
    )
    packages.statuses(service.client, run)
    return run


def exported_file(service: Finops, run: str) -> bytes:
    """Download what an execution exported."""
    address = packages.value(service.client, "GetExportedPackageUrl", executionId=run)
    return packages.fetch(service.client, str(address))


def exported(service: Finops, project: str, company: str = "usmf") -> tuple[str, list[Row]]:
    """Export a data project; returns its manifest and the rows of its one data file."""
    content = exported_file(service, export(service, project, company))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        manifest = archive.read("Manifest.xml").decode("utf-16")
        (name,) = (name for name in archive.namelist() if name.endswith(".csv"))
        text = archive.read(name).decode("utf-16")
    return manifest, list(csv.DictReader(io.StringIO(text, newline="")))


def set_up_export(service: Finops, name: str, label: str, refresh: str) -> None:
    """Make or change a data project of type Export."""
    body = {"name": name, "label": label, "refresh": refresh}
    assert service.client.post("/sandbox/finops/export-project", json=body).status_code == 200


def journalize(service: Finops, company: str = "usmf") -> dict[str, int]:
    """Run the periodic job."""
    return _control(service, "import-from-staging", company)


def post_journal(service: Finops, company: str = "usmf") -> dict[str, int]:
    """Post the journal."""
    return _control(service, "post-journal", company)


def _control(service: Finops, name: str, company: str) -> dict[str, int]:
    response = service.client.post(f"/sandbox/finops/{name}", json={"dataAreaId": company})
    assert response.status_code == 200, response.text
    body: dict[str, int] = response.json()
    return body
