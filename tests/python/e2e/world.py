"""A whole installation in a folder: sandbox, landing, warehouse, ledger, driven by `d365`."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import httpx

ROOT = Path(__file__).parents[3]
TOKEN = "sandbox"
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
}


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

    def copy_to(self, folder: Path) -> "World":
        """A stopped world, again in another folder; its address stays."""
        assert self.process is None
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        return World(folder, self.port, self.rows, self.seed, self.sandbox_options)

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

    def json(self, *arguments: str, exit_codes: Sequence[int] = (0, 3)) -> dict[str, Any]:
        completed = self.d365(*arguments, "--json")
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
            timeout=300,
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
        return response.json() if response.content else None

    def content(self) -> dict[str, list[dict[str, Any]]]:
        """What Finance holds, per collection."""
        return {
            model: self.ask("GET", f"/sandbox/finops/content/{collection}")["value"]
            for model, collection in COLLECTIONS.items()
        }

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.folder / "warehouse.duckdb"), read_only=True) as warehouse:
            return warehouse.execute(sql).fetchall()

    def wait_for(self, condition: Any, seconds: float = 60) -> None:
        until = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < until, "waited too long"
            time.sleep(0.05)
