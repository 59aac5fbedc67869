"""An installation in a folder: what dbt built, what was extracted, a ledger, and a fake Finance."""

import json
from collections.abc import Collection
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import httpx
from declared import MODELS
from fake_finops import FakeFinops
from fake_target_dataverse import FakeDataverse
from pydantic import SecretStr

from connection.datatypes import parse_data_type
from connection.declarations import Column, SourceTable, TargetModel
from connection.environment import describe_environment, write_environment
from connection.landings import LandingRecord, write_landing
from connection.manifest import Manifest
from connection.settings import Settings
from connection.storage import Storage
from load.report import LoadReport, PlanReport, TemplateResult
from load.run import Surroundings, make_plan, run_load

MORNING = datetime(2026, 3, 2, 6, tzinfo=UTC)
Row = dict[str, Any]


@dataclass
class Installation:
    """rows: what the models describe, by model. rejected, filtered: (model, source id).

    processed: (model, source table, source id). published: models whose accepted rows are published.
    service: of the import step. address: of a sandbox in place of the fakes. finops_url: of the fake.
    """

    folder: Path
    finops: FakeFinops = field(default_factory=FakeFinops)
    dataverse: FakeDataverse = field(default_factory=FakeDataverse)
    declared: dict[str, TargetModel] = field(default_factory=lambda: dict(MODELS))
    rows: dict[str, list[Row]] = field(default_factory=dict)
    rejected: list[tuple[str, str]] = field(default_factory=list)
    filtered: list[tuple[str, str]] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    processed: list[tuple[str, str, str]] = field(default_factory=list)
    published: tuple[str, ...] = ()
    company: str | None = None
    service: str | None = None
    address: str = ""
    finops_url: str = "https://finops.test"
    transport: str = "package"
    now: datetime = MORNING
    slept: list[float] = field(default_factory=list)
    hidden: set[str] = field(default_factory=set)
    chunk_size: int | None = None
    built_of: str = "org-1"

    @property
    def settings(self) -> Settings:
        token = SecretStr("sandbox" if self.address else "token")
        return Settings(
            dataverse_url=self.address or "https://dataverse.test",
            finops_url=self.address or self.finops_url,
            finops_token=token,
            dataverse_token=token,
            d365_company=self.company,
            staging_import=self.service,
            raw_root=str(self.folder / "raw"),
            duckdb_path=self.folder / "warehouse.duckdb",
            ledger_path=self.folder / "ledger.duckdb",
            transport=self.transport,
        )

    @property
    def models(self) -> dict[str, TargetModel]:
        """The declared models that ever had a row, with their parents and children."""
        names: set[str] = set()
        waiting = list(self.rows) or ["items"]
        while waiting:
            name = waiting.pop()
            if name not in names:
                names.add(name)
                model = self.declared[name]
                waiting += [parent.model for parent in model.parents]
                waiting += [model.raise_last.children] if model.raise_last else []
        return {name: model for name, model in self.declared.items() if name in names}

    @property
    def manifest(self) -> Manifest:
        """One source and one test per template."""
        nodes: dict[str, Any] = {}
        sources = {}
        for model in self.models.values():
            source = f"source.test.dataverse.{model.template}"
            sources[source] = SourceTable("dataverse", model.template, source, "s", "id", False, ())
            nodes[model.unique_id] = {
                "resource_type": "model",
                "depends_on": {"nodes": [source]},
                "config": {"meta": {}},
            }
            nodes[f"test.test.{model.name}_ok"] = {
                "resource_type": "test",
                "attached_node": model.unique_id,
                "depends_on": {"nodes": [model.unique_id]},
                "config": {"meta": {"next_step": f"Look at {model.name}."}},
            }
        nodes["seed.test.companies"] = {
            "resource_type": "seed",
            "name": "companies",
            "root_path": str(self.folder),
            "original_file_path": "companies.csv",
        }
        graph = {"nodes": nodes, "unit_tests": {}}
        written = (accepted_rows(self.published),) if self.published else ()
        return Manifest(tuple(sources.values()), written, tuple(self.models.values()), graph)

    def add(self, name: str, source_id: str = "", /, **values: Any) -> Row:
        """Describe a row; the company is usmf and the source id the key unless told."""
        model = self.declared[name]
        key = [str(values[part]) for part in model.key if part != "dataAreaId"]
        row = {
            **({"dataAreaId": "usmf"} if model.has_companies else {}),
            "_source_table": name,
            "_source_id": source_id or "/".join(key),
            "_is_cancelled": False,
            "_is_complete": True,
            **values,
        }
        self.rows.setdefault(name, []).append(row)
        return row

    def extract(self) -> None:
        """Land every source now."""
        storage = Storage(self.settings.raw_root)
        write_environment(storage, describe_environment(self.settings, "org-1"))
        for table in self.manifest.sources:
            write_landing(
                storage,
                LandingRecord("dataverse", table.name, "x", "landed", self.now, self.now),
            )

    def build(self) -> None:
        """Write the warehouse anew, with every node in order."""
        with closing(duckdb.connect(str(self.folder / "warehouse.duckdb"))) as warehouse:
            warehouse.execute("begin")
            for schema in ("integration", "monitoring", "ops"):
                warehouse.execute(f"create schema if not exists {schema}")
            for model in self.models.values():
                if model.name not in self.hidden:
                    self._build_model(warehouse, model)
            self._build_monitoring(warehouse)
            warehouse.execute(
                "create table if not exists ops.node_results (invocation_id varchar, unique_id "
                "varchar, resource_type varchar, status varchar, message varchar, "
                "finished_at timestamp, dataverse_organization varchar)"
            )
            for node, content in self.manifest.graph["nodes"].items():
                kind = content["resource_type"]
                self._result(warehouse, node, kind, "pass" if kind == "test" else "success", None)
            warehouse.execute("commit")

    def result(self, node: str, status: str, message: str | None = None) -> None:
        """Add what dbt says of a node now."""
        with closing(duckdb.connect(str(self.folder / "warehouse.duckdb"))) as warehouse:
            self._result(warehouse, node, "model", status, message)

    def load(
        self,
        *select: str,
        retry: bool = False,
        adopt: Collection[str] = (),
        extract: bool = True,
    ) -> LoadReport:
        """Extract, build and load."""
        if extract:
            self.refresh()
        return run_load(
            self.settings,
            self.manifest,
            select or None,
            retry=retry,
            adopt=adopt,
            surroundings=self.surroundings(),
        )

    def plan(self, *select: str) -> PlanReport:
        """Extract, build and plan."""
        self.refresh()
        return make_plan(
            self.settings, self.manifest, select or None, surroundings=self.surroundings()
        )

    def refresh(self) -> None:
        """Extract, then build a minute later."""
        self.extract()
        self.now += timedelta(minutes=1)
        self.build()

    def surroundings(self, transport: httpx.BaseTransport | None = None) -> Surroundings:
        fakes = None if self.address else httpx.MockTransport(self.answer)
        return Surroundings(
            transport=transport or fakes,
            now=lambda: self.now,
            sleep=self.slept.append,
            chunk_size=self.chunk_size,
        )

    def answer(self, request: httpx.Request) -> httpx.Response:
        """Either service, by its address."""
        is_dataverse = request.url.host == "dataverse.test"
        return self.dataverse.answer(request) if is_dataverse else self.finops.answer(request)

    def ledger(self, query: str) -> list[tuple[Any, ...]]:
        with closing(duckdb.connect(str(self.settings.ledger_path), read_only=True)) as ledger:
            return ledger.execute(query).fetchall()

    def states(self, name: str) -> dict[str, str]:
        """State by source id."""
        query = f"select source_id, state from ledger where model = '{name}'"
        return dict(self.ledger(query))

    def _build_model(self, warehouse: duckdb.DuckDBPyConnection, model: TargetModel) -> None:
        columns = ", ".join(
            f'"{c.name}" {"varchar" if c.data_type.kind == "string" else c.data_type}'
            for c in model.columns
        )
        relation = f"integration.{model.name}"
        warehouse.execute(f"create or replace table {relation} ({columns})")
        for row in self.rows.get(model.name, []):
            values = [row.get(c.name) for c in model.columns]
            marks = ", ".join("?" for _ in values)
            warehouse.execute(f"insert into {relation} values ({marks})", values)

    def _build_monitoring(self, warehouse: duckdb.DuckDBPyConnection) -> None:
        ids = "target_model varchar, source_table varchar, source_id varchar"
        tables = {
            "rejected_rows": f"template varchar, {ids}, reason_code varchar, column_name varchar, "
            "column_value varchar, message varchar",
            "filtered_rows": f"template varchar, {ids}, filter_reason varchar",
            "deleted_rows": "source_table varchar, source_id varchar",
            "processed_rows": ids,
            "reconciliation": "template varchar, target_model varchar, source_table varchar, "
            "source_rows bigint, filtered_rows bigint, rejected_rows bigint, sent_rows bigint",
        }
        for name, columns in tables.items():
            warehouse.execute(f"create or replace table monitoring.{name} ({columns})")
        for name, source_id in self.rejected:
            warehouse.execute(
                "insert into monitoring.rejected_rows values (?, ?, ?, ?, 'code', 'Name', 'v', 'why')",
                [self.declared[name].template, name, name, source_id],
            )
        for name, source_id in self.filtered:
            warehouse.execute(
                "insert into monitoring.filtered_rows values (?, ?, ?, ?, 'inactive')",
                [self.declared[name].template, name, name, source_id],
            )
        for name, table, source_id in self.processed:
            warehouse.execute(
                "insert into monitoring.processed_rows values (?, ?, ?)", [name, table, source_id]
            )
        for source_id in self.deleted:
            table, _, key = source_id.partition(":")
            warehouse.execute("insert into monitoring.deleted_rows values (?, ?)", [table, key])
        for model in self.models.values():
            rejected = sum(name == model.name for name, _ in self.rejected)
            rows = len(self.rows.get(model.name, []))
            warehouse.execute(
                "insert into monitoring.reconciliation values (?, ?, ?, ?, 0, ?, ?)",
                [model.template, model.name, model.name, rows + rejected, rejected, rows],
            )

    def _result(
        self,
        warehouse: duckdb.DuckDBPyConnection,
        node: str,
        kind: str,
        status: str,
        message: str | None,
    ) -> None:
        warehouse.execute(
            "insert into ops.node_results values ('i', ?, ?, ?, ?, ?, ?)",
            [node, kind, status, message, self.now.replace(tzinfo=None), self.built_of],
        )


def accepted_rows(models: tuple[str, ...]) -> SourceTable:
    """The published ledger, as the dbt project declares it."""
    names = ("model", "key_text", "source_table", "source_id", "payload", "run_id", "accepted_at")
    return SourceTable(
        system="ledger",
        name="accepted_rows",
        unique_id="source.test.ledger.accepted_rows",
        entity_set="",
        key=(),
        change_tracking=False,
        columns=tuple(
            Column(name, parse_data_type("timestamp" if name == "accepted_at" else "string"))
            for name in names
        ),
        written_by="load",
        models=models,
    )


def classes(report: PlanReport, name: str) -> dict[str, str]:
    """Class by source id of the rows that are not unchanged."""
    return {row.source_id: row.kind for row in report.rows if row.model == name}


def reasons(report: PlanReport, name: str) -> dict[str, str]:
    return {row.source_id: row.reason for row in report.rows if row.model == name}


def result(report: LoadReport, template: str) -> TemplateResult:
    return next(each for each in report.templates if each.template == template)


def counts(report: LoadReport, template: str) -> dict[str, int]:
    """Counts that are not zero."""
    found = json.loads(report.to_json())["templates"]
    row = next(each for each in found if each["template"] == template)
    names = ("inserted", "updated", "unchanged", "held", "failed", "rejected", "staged")
    return {name: row[name] for name in names if row[name]}
