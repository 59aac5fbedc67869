"""A Finance in a few lines: metadata, reading, $batch and packages, with every request on record."""

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import unquote

import httpx
from declared import MODELS as ALL
from fake_parts import (
    Row,
    error,
    literals,
    matches,
    named,
    ours,
    properties,
    read_package,
    shown,
    value_of,
)

MODELS = {name: model for name, model in ALL.items() if model.target == "finops"}
UPLOADS = "https://blob.test"
SIGNATURE = "sv=2026&sig=VERYSECRET"

Refuse = Callable[[str, Row], str]


def refuse_nothing(collection: str, row: Row) -> str:
    return ""


@dataclass
class Job:
    """An import. polls: answers to give before the last one."""

    company: str
    polls: list[str]
    status: str
    written: int = 0
    errors: list[dict[str, str]] = field(default_factory=list)


@dataclass
class FakeFinops:
    """refuse: why a row is refused, "" for not at all. before, after: called around each request."""

    refuse: Refuse = refuse_nothing
    whole_file: bool = False
    liar: bool = False
    blank_record_id: bool = False
    separator: str = ", "
    polls: tuple[str, ...] = ("not found", "NotRun", "Executing")
    stop_at_failure: bool = False
    before: Callable[[httpx.Request], None] = lambda request: None
    after: Callable[[httpx.Request], None] = lambda request: None
    part_status: Callable[[Row], int] = lambda row: 0
    services: dict[str, Callable[[str], httpx.Response]] = field(default_factory=dict)
    rows: dict[str, dict[tuple[str, ...], Row]] = field(default_factory=dict)
    jobs: dict[str, Job] = field(default_factory=dict)
    blobs: dict[str, bytes] = field(default_factory=dict)
    requests: list[httpx.Request] = field(default_factory=list)
    packages: list[tuple[str, list[str], list[Row]]] = field(default_factory=list)

    @property
    def transport(self) -> httpx.MockTransport:
        return httpx.MockTransport(self.answer)

    def writes(self) -> list[str]:
        """Paths of what could have changed something."""
        asking = ("GetExecutionSummaryStatus", "GetExecutionErrors")
        return [
            request.url.path
            for request in self.requests
            if request.method != "GET" and not request.url.path.endswith(asking)
        ]

    def of(self, name: str) -> list[Row]:
        """All rows of a model, in key order."""
        return [row for _, row in sorted(self.rows.get(name, {}).items())]

    def put(self, name: str, **values: Any) -> Row:
        """Write a row as an import or an upsert does."""
        model = MODELS[name]
        key = tuple(str(values[part]).lower() for part in model.key)
        row = self.rows.setdefault(name, {}).setdefault(key, {})
        row.update(values)
        return row

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        self.before(request)
        response = self._answer(request)
        self.after(request)
        return response

    def _answer(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if request.url.host == "blob.test":
            assert "Authorization" not in request.headers
            assert request.headers["x-ms-blob-type"] == "BlockBlob"
            self.blobs[path] = request.content
            return httpx.Response(201)
        assert request.headers["Authorization"] == "Bearer token"
        if path.startswith("/Metadata/"):
            return self._metadata(path)
        if path == "/data/$batch":
            return self._batch(request)
        if path.startswith("/api/services/"):
            return self._service(path, json.loads(request.content))
        if "DataManagementDefinitionGroups" in path:
            return self._action(path.rpartition(".")[2], json.loads(request.content))
        if path == "/data/DataManagementExecutionJobDetails":
            job = self.jobs[request.url.params["$filter"].split("'")[1]]
            counts = {"TargetRecordsCreatedCount": job.written, "TargetRecordsUpdatedCount": 0}
            return httpx.Response(200, json={"value": [counts]})
        return self._read(request)

    def _service(self, path: str, body: Row) -> httpx.Response:
        if path not in self.services:
            return httpx.Response(404)
        return self.services[path](body["legalEntityId"])

    def _metadata(self, path: str) -> httpx.Response:
        if path == "/Metadata/DataEntities":
            rows: Iterable[Row] = (
                {
                    "Name": name,
                    "PublicCollectionName": model.collection or "",
                    "LabelId": f"@L:{name}",
                    "DataManagementEnabled": True,
                }
                for name, model in MODELS.items()
            )
        elif path == "/Metadata/PublicEntities":
            rows = (
                {"Name": name, "EntitySetName": model.collection, "Properties": properties(model)}
                for name, model in MODELS.items()
                if model.collection
            )
        else:
            match = re.search(r"Id='@L:(\w+)'", unquote(path))
            assert match
            return httpx.Response(200, json={"Value": MODELS[match[1]].entity})
        return httpx.Response(200, json={"value": list(rows)})

    def _read(self, request: httpx.Request) -> httpx.Response:
        name = named(request.url.path.removeprefix("/data/"))
        names = request.url.params["$select"].split(",")
        found = [
            {property_name: shown(MODELS[name], row, property_name) for property_name in names}
            for row in self.of(name)
            if matches(row, request.url.params["$filter"])
        ]
        body = json.dumps({"value": found}, default=float)
        return httpx.Response(200, content=body.encode())

    def _batch(self, request: httpx.Request) -> httpx.Response:
        pattern = (
            r"(PATCH|POST) https://finops\.test(/data/\S+) HTTP/1\.1\r\n(?:.+\r\n)*\r\n(.*)\r\n"
        )
        answers = []
        for method, target, body in re.findall(pattern, request.content.decode()):
            status, text = self._write(
                method, unquote(target), json.loads(body, parse_float=Decimal)
            )
            inner = (
                "--c\r\nContent-Type: application/http\r\n\r\n"
                f"HTTP/1.1 {status} x\r\nContent-Type: application/json\r\n\r\n{text}\r\n--c--\r\n"
            )
            answers.append(f"--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n{inner}\r\n")
            if status >= 400 and self.stop_at_failure:
                break
        content = "".join(answers) + "--b--\r\n"
        headers = {"Content-Type": "multipart/mixed; boundary=b"}
        return httpx.Response(200, content=content.encode(), headers=headers)

    def _write(self, method: str, target: str, body: Row) -> tuple[int, str]:
        match = re.match(r"/data/(\w+)(?:\((.*)\))?\?cross-company=true$", target)
        assert match, target
        name = named(match[1])
        values = {ours(name, key): value for key, value in body.items()}
        values |= {ours(name, key): value for key, value in literals(match[2] or "", "=")}
        status = self.part_status(values)
        if status:
            return status, error("Busy")
        key = tuple(str(values[part]).lower() for part in MODELS[name].key)
        if method == "PATCH" and key not in self.rows.get(name, {}):
            return 400, error("No resources were found when selecting for update.")
        problem = self.refuse(name, values)
        if problem:
            return 500, error(problem, "Microsoft.Integration.AxODataWriteException")
        if not self.liar:
            self.put(name, **values)
        return (204, "") if method == "PATCH" else (201, "{}")

    def _action(self, action: str, body: Row) -> httpx.Response:
        if action == "GetAzureWriteUrl":
            url = f"{UPLOADS}/dmf/{body['uniqueFileName']}?{SIGNATURE}"
            return value_of(json.dumps({"BlobId": "{1}", "BlobUrl": url}))
        if action == "ImportFromPackage":
            self._import(body)
            return value_of(body["executionId"])
        job = self.jobs.get(body["executionId"])
        if action == "GetExecutionErrors":
            assert job
            return value_of(json.dumps(job.errors))
        assert action == "GetExecutionSummaryStatus"
        said = "not found" if job is None else (job.polls.pop(0) if job.polls else job.status)
        if said == "not found":
            return httpx.Response(400, json={"error": {"message": "Entities were not found"}})
        return value_of(said)

    def _import(self, body: Row) -> None:
        assert body["execute"] is True and body["overwrite"] is True
        name, columns, rows = read_package(self.blobs[httpx.URL(body["packageUrl"]).path])
        self.packages.append((name, columns, rows))
        job = Job(body["legalEntityId"], list(self.polls), "Succeeded")
        self.jobs[body["executionId"]] = job
        good = []
        for row in rows:
            row["dataAreaId"] = body["legalEntityId"]
            problem = self.refuse(name, row)
            if problem:
                job.errors.append({"RecordId": self._record_id(name, row), "ErrorMessage": problem})
            else:
                good.append(row)
        if job.errors:
            job.status = "PartiallySucceeded" if good and not self.whole_file else "Failed"
        if self.whole_file and job.errors:
            job.errors[0]["RecordId"] = ""
            return
        if not self.liar:
            job.written = len(good)
            for row in good:
                self.put(name, **row)

    def _record_id(self, name: str, row: Row) -> str:
        if self.blank_record_id:
            return ""
        return self.separator.join(
            str(row[part]) for part in MODELS[name].key if part != "dataAreaId"
        )
