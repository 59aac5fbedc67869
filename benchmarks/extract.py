"""Rows per second of the extract, and how many times a naive loop does in the same run.

python -m benchmarks.extract [--rows 200000] [--tables 4] [--columns 60]

A page server in its own process holds ready-made pages, so that only the reader is measured. The
naive loop reads the same pages one after the other with json.loads and converts row by row.
"""

import argparse
import json
import multiprocessing
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import SecretStr

from connection.datatypes import parse_data_type
from connection.declarations import Column, SourceTable
from connection.manifest import Manifest
from connection.settings import Settings
from extract.run import run_extract
from extract.schema import arrow_schema

API = "/api/data/v9.2"
PAGE = 5000
KINDS: dict[str, tuple[str, Callable[[int], str]]] = {
    "string": ("String", lambda n: f'"Name {n} of a customer"'),
    "decimal(19, 4)": ("Money", lambda n: f"{n % 100000}.{n % 10000:04}"),
    "timestamp": ("DateTime", lambda n: f'"2024-{n % 12 + 1:02}-{n % 28 + 1:02}T10:20:30Z"'),
    "integer": ("Picklist", lambda n: str(690970000 + n % 5)),
    "boolean": ("Boolean", lambda n: "true" if n % 2 else "false"),
}


def declared(name: str, columns: int) -> SourceTable:
    """Declare a table of `columns` columns with all kinds in turn."""
    kinds = [list(KINDS)[number % len(KINDS)] for number in range(columns - 1)]
    return SourceTable(
        system="dataverse",
        name=name,
        unique_id=f"source.benchmark.dataverse.{name}",
        entity_set=f"{name}s",
        key=(f"{name}id",),
        change_tracking=False,
        columns=(
            Column(f"{name}id", parse_data_type("string")),
            *(Column(f"c{n}", parse_data_type(kind)) for n, kind in enumerate(kinds)),
        ),
    )


class Pages(BaseHTTPRequestHandler):
    """Serves WhoAmI, the metadata and the ready-made pages of every table."""

    protocol_version = "HTTP/1.1"
    answers: dict[str, bytes]

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        page = parse_qs(parts.query).get("page", ["0"])[0]
        path = parts.path.removeprefix(f"{API}/")
        body = self.answers.get(path) or self.answers[f"{path}#{page}"]
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def serve(tables: list[SourceTable], rows: int, ready: Connection) -> None:
    """Render all pages, then answer until the process is ended."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    base = f"http://127.0.0.1:{server.server_address[1]}"
    Pages.answers = {"WhoAmI": b'{"OrganizationId":"benchmark"}'}
    for table in tables:
        Pages.answers |= rendered(table, rows, base)
    ready.send(base)
    server.serve_forever()


def rendered(table: SourceTable, rows: int, base: str) -> dict[str, bytes]:
    """Return the answers for one table: definition, attributes and pages."""
    about = f"EntityDefinitions(LogicalName='{table.name}')"
    definition = {"EntitySetName": table.entity_set, "PrimaryIdAttribute": table.primary_key}
    attributes = [
        {"LogicalName": c.name, "AttributeType": KINDS[str(c.data_type)][0]} for c in table.columns
    ]
    answers = {
        about: json.dumps(definition).encode(),
        f"{about}/Attributes": json.dumps({"value": attributes}).encode(),
    }
    for start in range(0, rows, PAGE):
        numbers = range(start, min(start + PAGE, rows))
        body = '{"@odata.context":"x","value":[' + ",".join(row(table, n) for n in numbers) + "]"
        if start + PAGE < rows:
            link = f"{base}{API}/{table.entity_set}?page={start // PAGE + 1}"
            body += f',"@odata.nextLink":"{link}"'
        answers[f"{table.entity_set}#{start // PAGE}"] = (body + "}").encode()
    return answers


def row(table: SourceTable, number: int) -> str:
    """Return one row as JSON text; every seventh value is null."""
    cells = [f'"@odata.etag":"W/\\"{number}\\"","{table.primary_key}":"{number:032x}"']
    for place, column in enumerate(table.columns[1:]):
        render = KINDS[str(column.data_type)][1]
        value = "null" if (number + place) % 7 == 0 else render(number + place)
        cells.append(f'"{column.name}":{value}')
    return "{" + ",".join(cells) + "}"


@contextmanager
def page_server(tables: list[SourceTable], rows: int) -> Iterator[str]:
    """Run the server in its own process; gives its address."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=serve, args=(tables, rows, theirs), daemon=True)
    process.start()
    try:
        yield str(ours.recv())
    finally:
        process.terminate()
        process.join()


@dataclass(frozen=True, slots=True)
class Cost:
    """What some work took: seconds on the clock, and seconds of this process's processors."""

    wall: float
    cpu: float


def cost(work: Callable[[], None]) -> Cost:
    """Measure `work`."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return Cost(time.perf_counter() - wall, time.process_time() - cpu)


def extract_all(tables: list[SourceTable], base: str, root: Path) -> None:
    """Make one complete extract, landing included."""
    settings = Settings(
        dataverse_url=base, finops_url=base, dataverse_token=SecretStr(base), raw_root=str(root)
    )
    manifest = Manifest(tuple(tables), (), (), {"nodes": {}, "sources": {}})
    report = run_extract(settings, manifest)
    if report.exit_code:
        raise SystemExit(report.to_json())


def loop_over_all(tables: list[SourceTable], base: str, root: Path) -> None:
    """Read the same pages in a plain loop: parse, convert and collect row by row, then write."""
    for table in tables:
        rows: list[dict[str, Any]] = []
        link: str | None = f"{base}{API}/{table.entity_set}"
        while link:
            body = json.loads(httpx.get(link, timeout=60).content, parse_float=Decimal)
            rows += [converted(table, record) for record in body["value"]]
            link = body.get("@odata.nextLink")
        pq.write_table(
            pa.Table.from_pylist(rows, schema=arrow_schema(table)),
            root / f"{table.name}.parquet",
            compression="zstd",
        )


def converted(table: SourceTable, record: dict[str, Any]) -> dict[str, Any]:
    """Return the declared columns of one row in their types."""
    return {
        column.name: datetime.fromisoformat(value).replace(tzinfo=None)
        if column.data_type.kind == "timestamp" and (value := record[column.name])
        else record[column.name]
        for column in table.columns
    }


def main() -> None:
    """Measure both and print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=200_000, help="over all tables")
    parser.add_argument("--tables", type=int, default=4)
    parser.add_argument("--columns", type=int, default=60)
    options = parser.parse_args()
    tables = [declared(f"table{number}", options.columns) for number in range(options.tables)]
    each = options.rows // options.tables
    with page_server(tables, each) as base, tempfile.TemporaryDirectory() as folder:
        raw = Path(folder) / "raw"
        first = cost(lambda: extract_all(tables, base, raw))
        again = cost(lambda: extract_all(tables, base, raw))
        loop = cost(lambda: loop_over_all(tables, base, Path(folder)))
    total = each * options.tables
    result = {
        "rows": total,
        "columns": options.columns,
        "extract_rows_per_second": round(total / first.wall),
        "unchanged_rows_per_second": round(total / again.wall),
        "loop_rows_per_second": round(total / loop.wall),
        "times_the_loop": round(loop.wall / first.wall, 1),
        "times_the_loop_per_processor_second": round(loop.cpu / first.cpu, 1),
    }
    print(json.dumps(result))  # noqa: T201


if __name__ == "__main__":
    main()
