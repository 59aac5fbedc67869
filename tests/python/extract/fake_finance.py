"""A Finance in a few lines that exports packages and shows public collections, faults included."""

import codecs
import csv
import io
import json
import threading
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import httpx
from fake_dataverse import FakeDataverse, Row

from connection.datatypes import parse_data_type
from connection.declarations import Column, SourceTable
from connection.manifest import Manifest
from connection.odata import to_json

URL = "https://contoso.operations.test"
BLOBS = "https://store.test"
SIGNATURE = "VERYSECRETSIGNATURE"
NAMESPACE = "http://schemas.microsoft.com/dynamics/2015/01/DataManagement"
LABEL = "Integration entity for categories"
PROJECT = "d365-categories"


@dataclass
class FakeProject:
    """A data project of type Export. rows: by company, in the columns of `columns`.

    changed: what an incremental export of a company holds; it is empty afterwards.
    """

    columns: tuple[str, ...]
    rows: dict[str, list[tuple[str, ...]]]
    label: str = LABEL
    refresh: str = "FullPush"
    changed: dict[str, list[tuple[str, ...]]] = field(default_factory=dict)

    def take(self, company: str) -> list[tuple[str, ...]]:
        if self.refresh == "FullPush":
            return self.rows.get(company, [])
        return self.changed.pop(company, [])


@dataclass
class FakeJob:
    company: str
    status: str
    package: bytes
    polls: list[str]


class FakeFinance:
    """build: makes a package of a project and its rows; tests put a worse one in its place.

    status: how the job of a company ends. polls: what is said before that; "hang" is said for ever.
    address: what GetExportedPackageUrl tells, with {blob} for the path of the package.
    before: called with every request, and may raise.
    """

    def __init__(self, **projects: FakeProject) -> None:
        self.projects = {f"d365-{name}": project for name, project in projects.items()}
        self.build: Callable[[FakeProject, Sequence[tuple[str, ...]]], bytes] = package
        self.status: dict[str, str] = {}
        self.polls: tuple[str, ...] = ("not found", "NotRun", "Executing")
        self.address = f"{BLOBS}/{{blob}}?sv=2020-10-02&sig={SIGNATURE}"
        self.nested = False
        self.lists_projects = True
        self.before: Callable[[httpx.Request], None] = lambda request: None
        self.public: dict[str, tuple[list[Row], list[Row]]] = {}
        self.page_size = 10_000
        self.jobs: dict[str, FakeJob] = {}
        self.requests: list[httpx.Request] = []
        self.running: set[str] = set()
        self._lock = threading.Lock()

    def beside(self, dataverse: FakeDataverse) -> httpx.MockTransport:
        """A network with this service and a Dataverse."""

        def answer(request: httpx.Request) -> httpx.Response:
            if request.url.host == httpx.URL(URL).host or request.url.host.endswith("store.test"):
                return self.answer(request)
            return dataverse.answer(request)

        return httpx.MockTransport(answer)

    def actions(self, name: str) -> list[Row]:
        """The bodies of the calls of an action."""
        return [
            json.loads(request.content)
            for request in self.requests
            if request.url.path.endswith(f".{name}")
        ]

    def answer(self, request: httpx.Request) -> httpx.Response:
        with self._lock:
            self.requests.append(request)
        self.before(request)
        if request.url.host.endswith("store.test"):
            return self._blob(request)
        assert request.headers["Authorization"] == "Bearer finance"
        path = request.url.path
        if path == "/Metadata/PublicEntities":
            rows = [
                {"Name": name, "EntitySetName": name, "Properties": properties}
                for name, (properties, _) in self.public.items()
            ]
            return httpx.Response(200, json={"value": rows})
        if path == "/data/DataManagementDefinitionGroups":
            return self._projects(request)
        if ".DataEntities." in path:
            return self._action(path.rpartition(".")[2], json.loads(request.content))
        return self._page(request)

    def _projects(self, request: httpx.Request) -> httpx.Response:
        if not self.lists_projects:
            return refused("The property 'Name' does not exist.")
        asked = request.url.params["$filter"].split("'")[1]
        return httpx.Response(
            200, json={"value": [{"Name": name} for name in self.projects if name == asked]}
        )

    def _action(self, name: str, body: Row) -> httpx.Response:
        if name == "ExportToPackage":
            return self._export(body)
        job = self.jobs.get(body["executionId"])
        if job is None:
            return refused("The records of the execution were not found")
        if name == "GetExecutionSummaryStatus":
            said = job.polls[0] if job.polls else job.status
            if said != "hang":
                del job.polls[:1]
            if said == "not found":
                return refused("The records of the execution were not found")
            return self._value("Executing" if said == "hang" else said)
        if name == "GetExecutionErrors":
            lines = [{"RecordId": "", "Field": "", "ErrorMessage": "Out of paper."}]
            return self._value(json.dumps(lines if job.status != "Succeeded" else []))
        assert name == "GetExportedPackageUrl", name
        return self._value(self.address.replace("{blob}", f"dmf/{body['executionId']}.zip"))

    def _export(self, body: Row) -> httpx.Response:
        assert set(body) == {
            "definitionGroupId", "packageName", "executionId", "reExecute", "legalEntityId",
        }  # fmt: skip
        assert body["reExecute"] is False
        project = self.projects.get(body["definitionGroupId"])
        if project is None:
            return refused(f"The data project {body['definitionGroupId']} does not exist.")
        assert body["executionId"] not in self.jobs
        company = body["legalEntityId"]
        status = self.status.get(company, "Succeeded")
        rows = project.take(company) if status == "Succeeded" else []
        self.jobs[body["executionId"]] = FakeJob(
            company, status, self.build(project, rows), list(self.polls)
        )
        return self._value(body["executionId"])

    def _value(self, value: str) -> httpx.Response:
        return httpx.Response(200, json={"value": {"value": value} if self.nested else value})

    def _blob(self, request: httpx.Request) -> httpx.Response:
        assert "Authorization" not in request.headers
        if request.url.params.get("sig") != SIGNATURE:
            return httpx.Response(403, text="<Code>AuthenticationFailed</Code>")
        job = self.jobs[request.url.path.rpartition("/")[2].removesuffix(".zip")]
        return httpx.Response(200, content=job.package)

    def _page(self, request: httpx.Request) -> httpx.Response:
        name = request.url.path.removeprefix("/data/")
        asked = request.url.params
        assert asked["cross-company"] == "true"
        _, rows = self.public[name]
        start = int(asked.get("$skiptoken", 0))
        page = [
            {column: row[column] for column in asked["$select"].split(",") if column in row}
            for row in rows[start : start + self.page_size]
        ]
        body: Row = {"value": page}
        if start + self.page_size < len(rows):
            link = request.url.copy_set_param("$skiptoken", str(start + self.page_size))
            body["@odata.nextLink"] = str(link)
        return httpx.Response(200, content=to_json(body).encode())


def refused(message: str, status: int = 400) -> httpx.Response:
    """An error in the envelope of the service."""
    inner = {"message": message, "type": "System.InvalidOperationException", "stacktrace": ""}
    error = {"code": "", "message": "An error has occurred.", "innererror": inner}
    return httpx.Response(status, json={"error": error})


def text_of(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """The lines of a data file, as the service writes them."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([column.upper() for column in columns])
    writer.writerows(rows)
    return text.getvalue()


def utf_16(text: str) -> bytes:
    return codecs.BOM_UTF16_LE + text.encode("utf-16-le", "surrogatepass")


def zipped(members: dict[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, member in members.items():
            archive.writestr(name, member)
    return content.getvalue()


def manifest_xml(label: str, refresh: str, file: str, doctype: str = "") -> str:
    return (
        f'{doctype}<DataManagementPackageManifest xmlns="{NAMESPACE}"><PackageEntityList>'
        "<DataManagementPackageEntityData><DefaultRefreshType>FullPush</DefaultRefreshType>"
        "<EntityName>Currencies</EntityName><InputFilePath>Currencies.csv</InputFilePath>"
        "</DataManagementPackageEntityData>"
        f"<DataManagementPackageEntityData><DefaultRefreshType>{refresh}</DefaultRefreshType>"
        f"<EntityName>{escape(label)}</EntityName><InputFilePath>{file}</InputFilePath>"
        "</DataManagementPackageEntityData></PackageEntityList></DataManagementPackageManifest>"
    )


def package(project: FakeProject, rows: Sequence[tuple[str, ...]]) -> bytes:
    """A package of two entities, laid out as the service does."""
    file = f"{project.label}.csv"
    return zipped(
        {
            "PackageHeader.xml": utf_16("<DataManagementPackageHeader/>"),
            "Manifest.xml": utf_16(manifest_xml(project.label, project.refresh, file)),
            "Currencies.csv": utf_16("CURRENCYCODE\r\nUSD\r\n"),
            file: utf_16(text_of(project.columns, rows)),
        }
    )


def categories(**rows: list[tuple[str, ...]]) -> FakeProject:
    """The project of CATEGORY; rows by company."""
    return FakeProject(("CategoryId", "Rate", "Since", "Note"), rows)


def finance_source(
    name: str, key: Sequence[str], columns: dict[str, str], **options: Any
) -> SourceTable:
    """Declare a table of Finance; options: column -> Column keywords, or fields of the table."""
    fields = {part: options.pop(part) for part in list(options) if part not in columns}
    table = SourceTable(
        system="finops",
        name=name,
        unique_id=f"source.d365.finops.{name}",
        entity_set="",
        key=tuple(key),
        change_tracking=False,
        columns=tuple(
            Column(column, parse_data_type(kind), **options.get(column, {}))
            for column, kind in columns.items()
        ),
        entity=LABEL,
        export_project=PROJECT,
    )
    return replace(table, **fields)


CATEGORY = finance_source(
    "ProjCDSCategoryEntity",
    ("dataAreaId", "CategoryId"),
    {
        "dataAreaId": "string",
        "CategoryId": "string",
        "Rate": "decimal(32, 6)",
        "Since": "date",
        "Note": "string",
        "Extra": "string",
    },
    Extra={"optional": True},
)


def project_with(folder: Path, *tables: SourceTable, companies: Sequence[str] = ()) -> Manifest:
    """A project that declares these tables, with a seed of companies in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = ["data_area_id,accounting_currency,time_zone"]
    lines += [f"{company},USD,UTC" for company in companies or ("usmf", "DEMF")]
    (folder / "companies.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    seed = {
        "resource_type": "seed",
        "name": "companies",
        "root_path": str(folder),
        "original_file_path": "companies.csv",
    }
    return Manifest(
        sources=tables,
        written_tables=(),
        models=(),
        graph={"nodes": {"seed.d365.companies": seed}, "sources": {}},
    )
