"""A whole installation in a folder: sandbox, landing, warehouse, ledger, driven by `d365`."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import httpx

ROOT = Path(__file__).parents[3]
TOKEN = "sandbox"
BUILD = ("build", "--exclude-resource-type", "unit_test")
COLLECTIONS = {
    "finops__customers": "CustomersV2",
    "finops__project_contracts": "CDSProjectContracts",
    "finops__projects": "CDSProjects",
    "finops__project_contract_lines": "CDSProjectContractLines",
    "finops__project_contract_line_milestones": "CDSProjectContractLineMilestones",
    "finops__sales_order_headers": "CDSSalesOrderHeaders",
    "finops__sales_order_lines": "CDSSalesOrderLines",
    "finops__free_text_invoice_headers": "CDSFreeTextInvoiceHeaders",
    "finops__free_text_invoice_lines": "CDSFreeTextInvoiceLines",
    "finops__project_tasks": "ProjCDSTaskEntity",
    "finops__categories": "ProjCDSCategoryEntity",
    "finops__project_hour_estimates": "ProjCDSEstimateHoursEntity",
    "finops__project_expense_estimates": "ProjCDSEstimateExpensesImportEntity",
    "finops__expense_estimate_relationships": "ProjCDSTransactionRelationshipImportEntity",
    "finops__project_actuals": "ProjCDSActualsImportEntity",
    "finops__actual_relationships": "ProjCDSTransactionRelationshipImportEntity",
    "finops__contact_customers": "CustomersV2",
    "finops__contact_persons": "CDSContactPersons",
    "finops__crm_sales_order_headers": "CDSSalesOrderHeaders",
    "finops__crm_sales_order_lines": "CDSSalesOrderLines",
    "finops__sales_quotation_headers": "CDSSalesQuotationHeaders",
    "finops__sales_quotation_lines": "CDSSalesQuotationLines",
    "finops__inventory_adjustments": "InventInventoryAdjustmentJournalEntryCDSEntity",
    "finops__inventory_transfers": "InventInventoryTransferJournalEntryCDSEntity",
    "finops__purchase_order_headers": "PurchaseOrderHeadersV2",
    "finops__purchase_order_lines": "CDSPurchaseOrderLines",
}
"""What each target model of Finance is called there: its collection, else the entity's own name."""
IMPORT_SERVICE = "/api/services/ProjectIntegration/ProjectIntegration/importFromStaging"
Row = dict[str, Any]
Content = dict[str, list[Row]]


def by(rows: list[Row], *names: str) -> dict[Any, Row]:
    """Rows by a column, or by several."""
    return {tuple(row[name] for name in names) if names[1:] else row[names[0]]: row for row in rows}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class World:
    folder: Path
    port: int
    rows: int = 1000
    seed: int = 1
    sandbox_options: Sequence[str] = ()
    process: "subprocess.Popen[str] | None" = None
    extra: dict[str, str] = field(default_factory=dict)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "DATAVERSE_URL": self.address,
            "FINOPS_URL": self.address,
            "DATAVERSE_TOKEN": TOKEN,
            "FINOPS_TOKEN": TOKEN,
            "D365_ENVIRONMENT": "sandbox",
            "D365_COMPANY": "usmf",
            "D365_STAGING_IMPORT": IMPORT_SERVICE,
            "RAW_ROOT": str(self.folder / "raw"),
            "DUCKDB_PATH": str(self.folder / "warehouse.duckdb"),
            "LEDGER_PATH": str(self.folder / "ledger.duckdb"),
            "DBT_TARGET_PATH": str(self.folder / "target"),
            "DBT_LOG_PATH": str(self.folder / "logs"),
            **self.extra,
        }

    def start(self) -> "World":
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "sandbox", "--port", str(self.port), "--token", TOKEN),
                *("--path", str(self.folder / "services.duckdb")),
                *("--rows", str(self.rows), "--seed", str(self.seed), *self.sandbox_options),
            ],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        assert self.process.stdout.readline(), "the sandbox did not start"
        return self

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(30)
            assert self.process.stdout is not None
            self.process.stdout.close()
            self.process = None

    def keep_as(self, folder: Path) -> None:
        """Keep what a stopped world holds, to be restored later."""
        assert self.process is None
        shutil.copytree(self.folder, folder)

    def restore(self, kept: Path) -> "World":
        """Hold again what was kept. The folder stays the same, so that dbt need not parse anew."""
        assert self.process is None
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.copytree(kept, self.folder)
        return World(self.folder, self.port, self.rows, self.seed, self.sandbox_options)

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "cli", *arguments]

    def d365(self, *arguments: str, project: Path = ROOT) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            self.command(*arguments),
            cwd=project,
            env={**self.environment, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    def json(
        self, *arguments: str, exit_codes: Sequence[int] = (0, 3), project: Path = ROOT
    ) -> dict[str, Any]:
        completed = self.d365(*arguments, "--json", project=project)
        assert completed.returncode in exit_codes, completed.stdout + completed.stderr
        result: dict[str, Any] = json.loads(completed.stdout)
        return result

    def dbt(self, *arguments: str, project: Path = ROOT) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-c", "from dbt.cli.main import cli; cli()", *arguments],
            cwd=project,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=900,
            check=False,
        )

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        response = httpx.request(
            method,
            self.address + path,
            json=body,
            headers={"Authorization": f"Bearer {TOKEN}"},
            timeout=60,
        )
        response.raise_for_status()
        return json.loads(response.content, parse_float=Decimal) if response.content else None

    def content(self) -> Content:
        """What Finance holds, per target model."""
        return {model: self.finance(collection) for model, collection in COLLECTIONS.items()}

    def finance(self, entity: str) -> list[Row]:
        """All rows of an entity of Finance, by its name or its collection."""
        rows: list[Row] = self.ask("GET", f"/sandbox/finops/content/{entity}")
        return rows

    def control(self, name: str, company: str, **document: str) -> Row:
        """Do what people do in Finance, such as confirm-order; returns what Finance says."""
        body = {"dataAreaId": company, **document}
        told: Row = self.ask("POST", f"/sandbox/finops/{name}", body)
        return told

    def dataverse(self, collection: str, query: str = "") -> list[Row]:
        """All rows of a table of Dataverse; query: OData options."""
        rows = self.ask("GET", f"/api/data/v9.2/{collection}?{query}")["value"]
        return [{name: value for name, value in row.items() if "@" not in name} for row in rows]

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.folder / "warehouse.duckdb"), read_only=True) as warehouse:
            return warehouse.execute(sql).fetchall()

    def switch(self, name: str, value: Any, **more: Any) -> None:
        self.ask("POST", "/sandbox/switches", {"name": name, "value": value, **more})

    def writes(self) -> int:
        """Write requests to both services since the sandbox was started or the log emptied."""
        log = self.ask("GET", "/sandbox/log")
        return sum(log["writes"].values())

    def forget_requests(self) -> None:
        self.ask("DELETE", "/sandbox/log")

    def project_copy(self, folder: Path) -> Path:
        """The dbt project in a folder of its own, to be changed as an analyst would."""
        for name in ("models", "macros", "seeds", "tests/dbt"):
            if (ROOT / name).exists():
                shutil.copytree(ROOT / name, folder / name)
        for name in ("dbt_project.yml", "profiles.yml", "selectors.yml"):
            shutil.copy(ROOT / name, folder / name)
        return folder

    def wait_for(self, condition: Any, seconds: float = 240) -> None:
        until = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < until, "waited too long"
            time.sleep(0.05)


Restore = Callable[[Path], World]
"""Gives a test the world that was kept in a folder, with its services started."""
