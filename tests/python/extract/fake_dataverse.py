"""A Dataverse in a few lines, for tests that need to see every request."""

import re
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import duckdb
import httpx

from connection.datatypes import parse_data_type
from connection.declarations import Column, SourceTable
from connection.manifest import Manifest
from connection.odata import to_json
from connection.settings import Settings

URL = "https://contoso.crm.test"
ORGANIZATION = "11111111-2222-4333-8444-555555555555"

Row = dict[str, Any]


@dataclass
class FakeTable:
    """attributes: logical name -> (AttributeType, DateTimeBehavior or targets or None)."""

    entity_set: str
    primary_key: str
    attributes: dict[str, tuple[str, Any]]
    rows: list[Row] = field(default_factory=list)


class FakeDataverse:
    """Serves its tables page by page; `refuse` and `instead` change single answers."""

    def __init__(self, tables: dict[str, FakeTable], page_cap: int = 5000) -> None:
        self.tables = tables
        self.page_cap = page_cap
        self.organization = ORGANIZATION
        self.refuse: dict[str, tuple[int, str, str]] = {}
        self.instead: dict[str, list[httpx.Response]] = {}
        self.requests: list[httpx.Request] = []
        self._lock = threading.Lock()

    @property
    def transport(self) -> httpx.MockTransport:
        """A network with nothing but this service."""
        return httpx.MockTransport(self.answer)

    def paths(self) -> list[str]:
        """What was asked for, without the API root."""
        return [request.url.path.removeprefix("/api/data/v9.2/") for request in self.requests]

    def answer(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path.removeprefix("/api/data/v9.2/")
        with self._lock:
            self.requests.append(request)
            waiting = self.instead.get(path)
            if waiting:
                return waiting.pop(0)
        if path in self.refuse:
            status, code, message = self.refuse[path]
            return httpx.Response(status, json={"error": {"code": code, "message": message}})
        if path == "WhoAmI":
            return httpx.Response(200, json={"OrganizationId": self.organization})
        if path.startswith("EntityDefinitions"):
            return self._definition(path)
        for table in self.tables.values():
            if table.entity_set == path:
                return self._page(table, request)
        return httpx.Response(404, json={"error": {"code": "0x8006088a", "message": f"No {path}"}})

    def _definition(self, path: str) -> httpx.Response:
        match = re.fullmatch(
            r"EntityDefinitions\(LogicalName='(\w+)'\)(?:/(Attributes)(?:/[\w.]*\.(\w+))?)?", path
        )
        table = self.tables.get(match[1]) if match else None
        if match is None or table is None:
            message = "Could not find an entity with the specified name."
            return httpx.Response(404, json={"error": {"code": "0x80060888", "message": message}})
        if not match[2]:
            return httpx.Response(
                200,
                json={
                    "LogicalName": match[1],
                    "EntitySetName": table.entity_set,
                    "PrimaryIdAttribute": table.primary_key,
                },
            )
        return httpx.Response(200, json={"value": _attributes(table, match[3])})

    def _page(self, table: FakeTable, request: httpx.Request) -> httpx.Response:
        asked = parse_qs(request.url.query.decode())
        wire = {f"_{n}_value" if t == "Lookup" else n for n, (t, _) in table.attributes.items()}
        selected = asked["$select"][0].split(",")
        unknown = [name for name in selected if name not in wire]
        if unknown:
            message = f"Could not find a property named '{unknown[0]}'"
            return httpx.Response(400, json={"error": {"code": "0x80060888", "message": message}})
        (wanted,) = re.findall(r"odata\.maxpagesize=(\d+)", request.headers.get("Prefer", ""))
        size, start = min(int(wanted), self.page_cap), int(asked.get("$skiptoken", ["0"])[0])
        rows = [
            {name: row[name] for name in ["@odata.etag", *selected] if name in row}
            for row in table.rows[start : start + size]
        ]
        body: dict[str, Any] = {"@odata.context": "c", "value": rows}
        if start + size < len(table.rows):
            query = re.sub(r"&\$skiptoken=\d+", "", request.url.query.decode())
            body["@odata.nextLink"] = (
                f"{URL}/api/data/v9.2/{table.entity_set}?{query}&$skiptoken={start + size}"
            )
        return httpx.Response(200, content=to_json(body).encode())


def _attributes(table: FakeTable, cast: str | None) -> list[Row]:
    found = []
    for name, (kind, detail) in table.attributes.items():
        row: Row = {"LogicalName": name, "AttributeType": kind, "IsValidForRead": True}
        if cast == "DateTimeAttributeMetadata":
            if kind != "DateTime":
                continue
            row["DateTimeBehavior"] = {"Value": detail}
        if cast == "LookupAttributeMetadata":
            if kind != "Lookup":
                continue
            row["Targets"] = detail
        found.append(row)
    return found


def source(
    name: str, entity_set: str, primary_key: str, columns: dict[str, str], **options: Any
) -> SourceTable:
    """Declare a source table; options: column -> Column keywords."""
    return SourceTable(
        system="dataverse",
        name=name,
        unique_id=f"source.d365.dataverse.{name}",
        entity_set=entity_set,
        key=(primary_key,),
        change_tracking=False,
        columns=tuple(
            Column(column, parse_data_type(kind), **options.get(column, {}))
            for column, kind in columns.items()
        ),
    )


def manifest(*tables: SourceTable) -> Manifest:
    """A project that declares these tables and no models."""
    return Manifest(
        sources=tables, written_tables=(), models=(), graph={"nodes": {}, "sources": {}}
    )


def settings(root: Path, **changes: str) -> Settings:
    """Settings for the fake service, landing under `root`."""
    values = {
        "dataverse_url": URL,
        "finops_url": "https://contoso.operations.test",
        "dataverse_token": "test",
        "raw_root": str(root),
        **changes,
    }
    return Settings(**values)


def landed(root: Path, table: str, columns: str = "*") -> list[tuple[Any, ...]]:
    """Every landed version of a table, in the order it was landed."""
    with duckdb.connect() as database:
        return database.execute(
            f"select {columns} from read_parquet('{root}/{table}/*.parquet', union_by_name=true) "
            "order by _extracted_at, _is_deleted, _extract_row"
        ).fetchall()


ACCOUNT = source(
    "account",
    "accounts",
    "accountid",
    {
        "accountid": "string",
        "name": "string",
        "creditlimit": "decimal(19, 4)",
        "createdon": "timestamp",
        "founded": "date",
        "extra": "string",
    },
    extra={"optional": True},
    founded={"date_behavior": "DateOnly"},
)
CONTACT = source(
    "contact",
    "contacts",
    "contactid",
    {"contactid": "string", "_parentid_value": "string"},
)


def small_service() -> FakeDataverse:
    """Three accounts, two contacts that refer to them; the optional column is not installed."""
    return FakeDataverse(
        {
            "account": FakeTable(
                "accounts",
                "accountid",
                {
                    "accountid": ("Uniqueidentifier", None),
                    "name": ("String", None),
                    "creditlimit": ("Money", None),
                    "createdon": ("DateTime", "UserLocal"),
                    "founded": ("DateTime", "DateOnly"),
                },
                [account_row(number) for number in range(3)],
            ),
            "contact": FakeTable(
                "contacts",
                "contactid",
                {"contactid": ("Uniqueidentifier", None), "parentid": ("Lookup", ["account"])},
                [
                    {"contactid": guid(100 + number), "_parentid_value": guid(number).upper()}
                    for number in range(2)
                ],
            ),
        }
    )


def guid(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012x}"


def account_row(number: int) -> dict[str, object]:
    return {
        "@odata.etag": f'W/"{number}"',
        "accountid": guid(number),
        "name": f"Account {number}",
        "creditlimit": number,
        "createdon": "2023-04-07T21:59:01Z",
        "founded": "2021-04-04",
    }
