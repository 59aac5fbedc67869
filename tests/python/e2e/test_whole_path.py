"""From Dataverse to Finance and back to nothing to do, with real processes and sockets."""

import http.server
import json
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from world import BUILD, COLLECTIONS, ROOT, Content, Restore, World, free_port

TEMPLATES = (
    *("accounts", "projects_and_contracts", "work_orders", "agreement_invoices"),
    *("project_tasks", "hour_estimates", "expense_estimates"),
    *("expense_categories", "project_actuals", "actuals_update"),
    *("products", "warehouses", "on_hand_inventory", "external_projects", "contacts"),
    *("inventory_adjustments", "inventory_transfers", "sales_orders", "sales_invoices"),
    *("sales_quotes", "purchasing"),
)
FROM_WHAT_FINANCE_DID = {"actuals_update", "sales_invoices"}
"""Templates that have nothing to send before Finance did something with what was sent."""
KILLED = ("accounts", "contacts", "projects_and_contracts")
"""Templates of a load through OData, which takes its time; two of them send customers."""
KILLED_MODELS = {name for name in COLLECTIONS if "contract" in name} | {
    *("finops__customers", "finops__projects", "finops__contact_persons"),
}
NOT_IN_TARGET = {"refused", "held", "collision", "cancelled", "unknown"}


def as_sent(value: Any) -> Any:
    """A value of an integration table as Finance shows it: dates at noon, blanks cut, no nulls."""
    if value is None:
        return ""
    if isinstance(value, date):
        return f"{value.isoformat()}T12:00:00Z"
    return value.rstrip(" ") if isinstance(value, str) else Decimal(value)


def as_told(value: Any) -> Any:
    if value in (None, "1900-01-01T12:00:00Z", "00000000-0000-0000-0000-000000000000"):
        return ""
    return Decimal(value) if isinstance(value, int) else value


def comparable(values: list[Any]) -> str:
    """A key as the plan prints it."""
    texts = [
        format(value.normalize(), "f") if isinstance(value, Decimal) else str(value).lower()
        for value in values
    ]
    return json.dumps(texts, ensure_ascii=False, separators=(",", ":"))


def desired_rows(world: World, model: str) -> list[dict[str, Any]]:
    with duckdb.connect(str(world.folder / "warehouse.duckdb"), read_only=True) as warehouse:
        relation = warehouse.execute(f"select * from integration.{model}")
        names = [name for name, *_ in relation.description or ()]
        return [dict(zip(names, row, strict=True)) for row in relation.fetchall()]


def key_columns(world: World, model: str) -> list[str]:
    manifest = json.loads((world.folder / "target" / "manifest.json").read_text())
    node = manifest["nodes"][f"model.d365.{model}"]
    return list(node["config"]["meta"]["key"])


def results(report: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {row["template"]: row for row in report["templates"]}


@contextmanager
def counting_server() -> Iterator[tuple[str, list[str]]]:
    """An address on this machine that counts who asks."""
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        do_POST = do_PUT = do_PATCH = do_GET  # noqa: N815

    server = http.server.HTTPServer(("127.0.0.1", free_port()), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()


def refused_rows(kept: Path) -> dict[str, int]:
    """Refused rows per template, from the ledger of a stopped world."""
    with duckdb.connect(str(kept / "ledger.duckdb"), read_only=True) as ledger:
        rows = ledger.execute(
            "select template, count(*) from ledger where state = 'refused' group by template"
        ).fetchall()
    return dict(rows)


def test_finance_holds_exactly_what_the_integration_tables_say(
    sent: Path, native: Content, restore: Restore
) -> None:
    world = restore(sent)
    content = world.content()
    planned = {(row["model"], row["key"]): row["kind"] for row in world.json("plan")["rows"]}
    for model in COLLECTIONS:
        keys = key_columns(world, model)
        names = {name.lower(): name for name in content[model][0]}
        told, own = (
            {
                comparable([as_told(row[names[key.lower()]]) for key in keys]): row
                for row in rows[model]
            }
            for rows in (content, native)
        )
        desired = {
            comparable([as_sent(row[key]) for key in keys]): row
            for row in desired_rows(world, model)
        }
        arrived = {
            key: row
            for key, row in desired.items()
            if planned.get((model, key), "unchanged") not in NOT_IN_TARGET
        }
        assert len(arrived) >= 0.8 * len(desired), model
        # two models may send to one entity
        others = {
            comparable([as_sent(row[key]) for key in keys])
            for other in COLLECTIONS
            if COLLECTIONS[other] == COLLECTIONS[model] and other != model
            for row in desired_rows(world, other)
        }
        assert set(told) - set(arrived) <= set(own) | others
        for key, row in arrived.items():
            waits = planned.get((model, key)) == "waiting"
            for name, value in row.items():
                if name.startswith("_") or value is None:
                    continue
                if waits and name == "ExternalWorkOrderStatus":
                    continue
                assert as_told(told[key][names[name.lower()]]) == as_sent(value), (key, name)


def test_both_transports_end_in_the_same_content(
    built: Path, undisturbed: Content, restore: Restore
) -> None:
    world = restore(built)
    report = results(world.json("load", "--transport", "odata"))
    assert set(report) == set(TEMPLATES)
    assert world.content() == undisturbed


def test_every_source_row_is_accounted_for(built: Path) -> None:
    with duckdb.connect(str(built / "warehouse.duckdb"), read_only=True) as warehouse:
        rows = warehouse.execute("select * from monitoring.reconciliation").fetchall()
    assert len(rows) == 44
    for template, model, table, source, filtered, rejected, sent_rows in rows:
        assert source == filtered + rejected + sent_rows, (model, table)
        waits = template in FROM_WHAT_FINANCE_DID or "receipt" in model
        assert sent_rows > 0 or waits, (model, table)


@pytest.mark.parametrize(("transport", "after_rows"), [("package", 100), ("odata", 90)])
def test_a_killed_load_goes_on_where_it_was(
    built: Path, undisturbed: Content, restore: Restore, transport: str, after_rows: int
) -> None:
    world = restore(built)
    native = sum(len(rows) for rows in world.content().values())
    arguments = ("load", "--transport", transport)
    # OData takes its time; two templates are enough to be in the middle of one
    if transport == "odata":
        arguments = (*arguments, *(word for name in KILLED for word in ("--select", name)))
    process = subprocess.Popen(
        world.command(*arguments),
        cwd=ROOT,
        env=world.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )

    def has_begun() -> bool:
        return sum(len(rows) for rows in world.content().values()) >= native + after_rows

    world.wait_for(has_begun)
    assert process.poll() is None, "the load ended before it could be killed"
    process.send_signal(signal.SIGKILL)
    process.wait(30)
    again = world.d365(*arguments)
    assert again.returncode == 3, again.stdout + again.stderr
    content = world.content()
    for model in COLLECTIONS:
        if transport == "package" or model in KILLED_MODELS:
            assert content[model] == undisturbed[model], model


def test_rows_and_ledger_belong_to_their_addresses(sent: Path, place: World) -> None:
    world = place.restore(sent)
    with counting_server() as (address, asked):
        world.extra["FINOPS_URL"] = address
        completed = world.d365("load")
        assert completed.returncode == 1
        assert address in completed.stderr and len(completed.stderr.strip().splitlines()) == 1
        assert asked == []
    world.extra["FINOPS_URL"] = "https://finance.example.com"
    completed = world.d365("load")
    assert completed.returncode == 1 and "sandbox" in completed.stderr
    del world.extra["FINOPS_URL"]
    unknown = world.d365("plan", "--select", "nonsense")
    assert unknown.returncode == 2
    assert "nonsense" in unknown.stderr and "Traceback" not in unknown.stderr


def test_a_lost_map_line_and_a_forbidden_table_change_nothing_in_finance(
    sent: Path, undisturbed: Content, restore: Restore, tmp_path: Path
) -> None:
    world = restore(sent)
    project = world.project_copy(tmp_path / "project")
    value_map = project / "seeds" / "value_map.csv"
    lines = value_map.read_text().splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith("unit,Hour,")]
    assert len(kept) == len(lines) - 1
    value_map.write_text("".join(kept))
    world.switch("dataverse_forbidden", True, scope="invoicedetail")
    extracted = world.json("extract", project=project)
    failed = [row for row in extracted["tables"] if row["status"] == "failed"]
    assert [row["table"] for row in failed] == ["invoicedetail"]
    assert "invoicedetail" in failed[0]["message"]
    built = world.dbt(*BUILD, project=project)
    assert built.returncode == 0, built.stdout
    report = results(world.json("load", project=project, exit_codes=(1,)))
    assert world.content() == undisturbed
    assert report["agreement_invoices"]["outcome"] == "Error"
    assert "invoicedetail" in report["agreement_invoices"]["message"]
    assert report["work_orders"]["failed"] > refused_rows(sent)["work_orders"]
    for template in ("accounts", "projects_and_contracts"):
        assert report[template]["outcome"] == "Warning" and report[template]["unchanged"] > 0


def test_a_table_that_fails_leaves_the_other_templates_loaded(
    built: Path, restore: Restore
) -> None:
    world = restore(built)
    world.switch("dataverse_forbidden", True, scope="invoicedetail")
    assert world.d365("extract", "--select", "invoicedetail").returncode == 1
    report = results(world.json("load", exit_codes=(1,)))
    assert report["agreement_invoices"]["outcome"] == "Error"
    for template in set(TEMPLATES) - {"agreement_invoices"} - FROM_WHAT_FINANCE_DID:
        assert report[template]["outcome"] in ("Completed", "Warning")
        assert report[template]["inserted"] > 0, template


def test_a_job_that_lies_is_not_believed(
    built: Path, undisturbed: Content, restore: Restore
) -> None:
    world = restore(built)
    world.switch("package_liar", True, scope="Customers V2", count=1)
    first = results(world.json("load", "--select", "accounts"))["accounts"]
    again = results(world.json("load", "--select", "accounts"))["accounts"]
    assert first["failed"] > again["failed"] and again["inserted"] > 0
    # the other template that sends customers
    world.json("load", "--select", "contacts")
    assert world.content()["finops__customers"] == undisturbed["finops__customers"]


def test_changes_arrive_and_deletions_and_posted_invoices_do_not(
    sent: Path, restore: Restore
) -> None:
    world = restore(sent)
    detail, number, company = world.query(
        """
        select lines._source_id, lines."ExternalInvoiceId", lines."dataAreaId"
        from integration.finops__free_text_invoice_lines as lines
        where not lines._is_cancelled order by 2, 3 limit 1
        """
    )[0]
    invoice = {"dataAreaId": company, "ExternalInvoiceId": number}
    world.ask("POST", "/sandbox/finops/post-invoice", invoice)
    path = f"/api/data/v9.2/invoicedetails({detail})"
    world.ask("PATCH", path, {"productdescription": "changed after posting"})
    world.ask("POST", "/sandbox/changes")
    assert world.d365("extract").returncode == 0
    assert world.dbt(*BUILD).returncode == 0
    rows = world.json("plan")["rows"]
    assert {"update", "insert", "deleted", "rekeyed", "locked"} <= {row["kind"] for row in rows}
    of_invoice = [row for row in rows if number.lower() in row["key"]]
    assert {row["kind"] for row in of_invoice} <= {"locked"}
    before = world.content()
    world.json("load")
    after = world.content()
    for model in COLLECTIONS:
        assert len(after[model]) >= len(before[model])
    lines = "finops__free_text_invoice_lines"
    assert [row for row in after[lines] if row["ExternalInvoiceId"] == number] == [
        row for row in before[lines] if row["ExternalInvoiceId"] == number
    ]
    world.forget_requests()
    world.json("load")
    assert world.writes() == 0


def test_lineage_runs_from_dataverse_to_exposures(built: Path, place: World) -> None:
    world = place.restore(built)
    assert world.dbt("docs", "generate", "--static").returncode == 0
    page = (world.folder / "target" / "static_index.html").read_text()
    assert "source.d365.dataverse.salesorder" in page
    for template in TEMPLATES:
        assert f"exposure.d365.{template}" in page
