"""A Dataverse in a few lines: definitions, reading by id, and $batch, with every request on record."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

import httpx

API = "/api/data/v9.2/"
ROOT = f"https://dataverse.test{API}"
BIND = "@odata.bind"
LEADS_TO = "@Microsoft.Dynamics.CRM.lookuplogicalname"
LIMIT = 1000

Row = dict[str, Any]


@dataclass(frozen=True)
class Table:
    """attributes: AttributeType by name. lookups: (navigation, table) pairs by attribute.

    read_only: for creation and update. days: date columns without a time.
    """

    name: str
    collection: str
    attributes: dict[str, str]
    lookups: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    read_only: tuple[str, ...] = ()
    days: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        return next(name for name, kind in self.attributes.items() if kind == "Uniqueidentifier")


def tables() -> dict[str, Table]:
    """The tables that the declared models go to, and those their lookups lead to."""
    found = (
        Table("msdyn_project", "msdyn_projects", {"msdyn_projectid": "Uniqueidentifier"}),
        Table("account", "accounts", {"accountid": "Uniqueidentifier"}),
        Table("contact", "contacts", {"contactid": "Uniqueidentifier"}),
        Table(
            "salesorder",
            "salesorders",
            {"salesorderid": "Uniqueidentifier", "name": "String", "customerid": "Customer"},
            lookups={
                # spelled as the service likes it, which is not how a column is called
                "customerid": [
                    ("customerid_Account", "account"),
                    ("customerid_contact", "contact"),
                ],
            },
        ),
        Table(
            "msdyn_transactioncategory",
            "msdyn_transactioncategories",
            {
                "msdyn_transactioncategoryid": "Uniqueidentifier",
                "msdyn_name": "String",
                "msdyn_billingtype": "Picklist",
            },
        ),
        Table(
            "msdyn_actual",
            "msdyn_actuals",
            {
                "msdyn_actualid": "Uniqueidentifier",
                "msdyn_description": "String",
                "msdyn_amount": "Money",
                "msdyn_quantity": "Decimal",
                "msdyn_billingtype": "Picklist",
                "msdyn_documentdate": "DateTime",
                "msdyn_isadjusted": "Boolean",
                "msdyn_project": "Lookup",
                "msdyn_customer": "Customer",
                "exchangerate": "Decimal",
            },
            lookups={
                "msdyn_project": [("msdyn_Project", "msdyn_project")],
                "msdyn_customer": [
                    ("msdyn_customer_account", "account"),
                    ("msdyn_customer_contact", "contact"),
                ],
            },
            read_only=("exchangerate",),
        ),
        Table(
            "msdyn_transactionconnection",
            "msdyn_transactionconnections",
            {
                "msdyn_transactionconnectionid": "Uniqueidentifier",
                "msdyn_transaction1": "String",
                "msdyn_transaction1role": "String",
            },
        ),
    )
    return {table.name: table for table in found}


@dataclass
class FakeDataverse:
    """refuse: why a row is refused, "" for not at all. before, after: called around each request."""

    refuse: Callable[[str, Row], str] = lambda table, row: ""
    part_status: Callable[[Row], int] = lambda row: 0
    before: Callable[[httpx.Request], None] = lambda request: None
    after: Callable[[httpx.Request], None] = lambda request: None
    tables: dict[str, Table] = field(default_factory=tables)
    rows: dict[str, dict[str, Row]] = field(default_factory=dict)
    requests: list[httpx.Request] = field(default_factory=list)
    operations: list[tuple[str, Row]] = field(default_factory=list)

    def put(self, name: str, row_id: str, /, **values: Any) -> Row:
        """Write a row as an upsert does; lookups by the name they are read by."""
        row = self.rows.setdefault(name, {}).setdefault(row_id.lower(), {})
        row.update(values)
        return row

    def of(self, name: str) -> dict[str, Row]:
        return self.rows.get(name, {})

    def batches(self) -> list[str]:
        return [r.content.decode() for r in self.requests if r.url.path.endswith("/$batch")]

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        self.before(request)
        assert request.headers["Authorization"] == "Bearer token"
        assert request.url.path.startswith(API)
        response = self._answer(request)
        self.after(request)
        return response

    def _answer(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path.removeprefix(API)
        if path == "$batch":
            return self._batch(request)
        match = re.fullmatch(r"EntityDefinitions\(LogicalName='(\w+)'\)(?:/(.+))?", path)
        if match:
            return self._definition(request, match[1], match[2] or "")
        return self._read(request, self._of_collection(path))

    def _definition(self, request: httpx.Request, name: str, below: str) -> httpx.Response:
        table = self.tables.get(name)
        if table is None:
            return refusal(404, "0x80040217", f"Could not find an entity with name {name}.")
        rows = {
            "": lambda: [table_row(table)],
            "Attributes": lambda: [attribute_row(table, name) for name in table.attributes],
            "Attributes/Microsoft.Dynamics.CRM.DateTimeAttributeMetadata": lambda: day_rows(table),
            "ManyToOneRelationships": lambda: relationship_rows(table),
        }[below]()
        names = request.url.params["$select"].split(",")
        told = [{wanted: row[wanted] for wanted in names} for row in rows]
        return httpx.Response(200, json={"value": told} if below else told[0])

    def _read(self, request: httpx.Request, table: Table) -> httpx.Response:
        """PK always, what is selected, explicit nulls; the filter holds ids only.

        The annotation of a lookup comes only to those who ask for it, and beside a value.
        """
        assert "cross-company" not in request.url.params
        condition, names = request.url.params["$filter"], request.url.params["$select"].split(",")
        assert len(set(names)) == len(names)
        if request.headers.get("Prefer") == f'odata.include-annotations="{LEADS_TO[1:]}"':
            names += [f"{name}{LEADS_TO}" for name in names]
        wanted = re.findall(rf"\({table.key} eq ([0-9a-f-]{{36}})\)", condition)
        assert condition == " or ".join(f"({table.key} eq {each})" for each in wanted)
        found = [
            {"@odata.etag": 'W/"1"', table.key: each}
            | {
                name: self.of(table.name)[each].get(name)
                for name in names
                if name != table.key and (LEADS_TO not in name or name in self.of(table.name)[each])
            }
            for each in wanted
            if each in self.of(table.name)
        ]
        return httpx.Response(200, content=exact(found))

    def _of_collection(self, collection: str) -> Table:
        return next(each for each in self.tables.values() if each.collection == collection)

    def _batch(self, request: httpx.Request) -> httpx.Response:
        """Each change set of its own; the first failure ends it all unless told to go on."""
        text = request.content.decode()
        goes_on = request.headers.get("Prefer") == "odata.continue-on-error"
        pattern = (
            r"Content-Type: multipart/mixed; boundary=(\S+)\r\n\r\n--\1\r\n"
            r"Content-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n"
            r"Content-ID: \S+\r\n\r\nPATCH (\S+) HTTP/1\.1\r\n((?:.+\r\n)*)\r\n(.*)\r\n--\1--\r\n"
        )
        operations = re.findall(pattern, text)
        assert len(operations) == text.count("PATCH ")
        if len(operations) > LIMIT:
            return refusal(400, "", f"The number of requests exceeded the limit of {LIMIT}.")
        answers, outer = [], 200
        for _, url, headers, body in operations:
            response = self._patch(url, headers, json.loads(body, parse_float=Decimal))
            part = (
                "Content-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\n"
                f"HTTP/1.1 {response.status_code} x\r\nREQ_ID: 1\r\n\r\n{response.text}"
            )
            if response.status_code < 300:
                inner = f"--c\r\n{part}\r\n--c--\r\n"
                part = f"Content-Type: multipart/mixed; boundary=c\r\n\r\n{inner}"
            answers.append(f"--b\r\n{part}\r\n")
            if response.status_code >= 400 and not goes_on:
                answers, outer = answers[-1:], response.status_code
                break
        content = "".join(answers) + "--b--\r\n"
        kind = {"Content-Type": "multipart/mixed; boundary=b"}
        return httpx.Response(outer, content=content.encode(), headers=kind)

    def _patch(self, url: str, headers: str, body: Row) -> httpx.Response:
        match = re.fullmatch(rf"{re.escape(ROOT)}(\w+)\(([0-9a-f-]+)\)", url)
        assert match, url
        table, row_id = self._of_collection(match[1]), str(UUID(match[2]))
        self.operations.append((headers, body))
        status = self.part_status(body)
        if status:
            return refusal(status, "0x80072322", "Busy.")
        if "If-Match: *\r\n" in headers and row_id not in self.of(table.name):
            return missing(table.name, row_id)
        values: Row = {}
        for name, value in body.items():
            problem = self._problem(table, name, value)
            if problem is not None:
                return problem
            values |= stored(table, name, value)
        problem_text = self.refuse(table.name, {**values, table.key: row_id})
        if problem_text:
            return refusal(400, "0x80040265", problem_text)
        self.put(table.name, row_id, **values)
        return httpx.Response(204)

    def _problem(self, table: Table, name: str, value: Any) -> httpx.Response | None:
        if not name.endswith(BIND):
            kind = table.attributes.get(name, "")
            if not kind or kind in ("Lookup", "Customer") or name in table.read_only:
                return refusal(400, "0x80048d19", f"Invalid property '{name}' was found.")
            assert value is None or isinstance(value, SPELLED[kind])
            return None
        ways = [way for each in table.lookups.values() for way in each]
        target = dict(ways).get(name.removesuffix(BIND))
        if target is None:
            return refusal(400, "0x80060888", f"An undeclared property '{name}'.")
        if value is None:
            return None
        match = re.fullmatch(r"/(\w+)\(([0-9a-f-]{36})\)", value)
        assert match and match[1] == self.tables[target].collection, value
        return None if match[2] in self.of(target) else missing(target, match[2])


SPELLED: dict[str, type | tuple[type, ...]] = {
    "String": str,
    "Picklist": int,
    "Boolean": bool,
    "DateTime": str,
    "Money": (int, Decimal),
    "Decimal": (int, Decimal),
}


def stored(table: Table, name: str, value: Any) -> Row:
    if not name.endswith(BIND):
        return {name: value}
    navigation = name.removesuffix(BIND)
    attribute = next(key for key, ways in table.lookups.items() if navigation in dict(ways))
    row_id = None if value is None else value.partition("(")[2].removesuffix(")")
    told = {f"_{attribute}_value": row_id}
    if len(table.lookups[attribute]) > 1:
        told[f"_{attribute}_value{LEADS_TO}"] = value and dict(table.lookups[attribute])[navigation]
    return told


def table_row(table: Table) -> Row:
    return {
        "LogicalName": table.name,
        "EntitySetName": table.collection,
        "PrimaryIdAttribute": table.key,
    }


def attribute_row(table: Table, name: str) -> Row:
    may_be_written = name not in table.read_only
    return {
        "LogicalName": name,
        "AttributeType": table.attributes[name],
        "IsValidForCreate": may_be_written,
        "IsValidForUpdate": may_be_written and name != table.key,
    }


def day_rows(table: Table) -> list[Row]:
    return [
        {
            "LogicalName": name,
            "DateTimeBehavior": {"Value": "DateOnly" if name in table.days else "UserLocal"},
        }
        for name, kind in table.attributes.items()
        if kind == "DateTime"
    ]


def relationship_rows(table: Table) -> list[Row]:
    return [
        {
            "ReferencingAttribute": attribute,
            "ReferencedEntity": target,
            "ReferencingEntityNavigationPropertyName": navigation,
        }
        for attribute, ways in table.lookups.items()
        for navigation, target in ways
    ]


def missing(table: str, row_id: str) -> httpx.Response:
    return refusal(404, "0x80040217", f"{table} With Id = {row_id} Does Not Exist")


def refusal(status: int, code: str, message: str) -> httpx.Response:
    return httpx.Response(status, json={"error": {"code": code, "message": message}})


def exact(rows: list[Row]) -> bytes:
    """JSON in which decimals keep their digits."""
    marks: dict[str, str] = {}

    def mark(value: Any) -> str:
        assert isinstance(value, Decimal)
        marks[f"@@{len(marks)}@@"] = format(value, "f")
        return f"@@{len(marks) - 1}@@"

    text = json.dumps({"value": rows}, default=mark)
    for name, number in marks.items():
        text = text.replace(f'"{name}"', number)
    return text.encode()
