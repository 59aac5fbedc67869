"""What people see: the sandbox that keeps its address, tables that are not cut off, dbt's events."""

import importlib.util
import io
import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import nullcontext
from datetime import datetime
from pathlib import Path

import pytest
from rich.console import Console

import cli
from connection.manifest import Manifest
from connection.settings import load_settings
from console import sandbox, tables
from console.dbt import BuildResult, JavaMissing, build, environment
from extract.report import ExtractReport, TableResult
from load.report import LoadReport, PlannedRow, PlanReport, Status, TemplateResult, Trouble

ROOT = Path(__file__).parents[3]
PROJECT = ("--project-dir", str(ROOT), "--profiles-dir", str(ROOT))


def test_a_sandbox_keeps_its_address_and_its_data(tmp_path: Path) -> None:
    first = sandbox.remembered(tmp_path, 2000, 7)
    assert sandbox.remembered(tmp_path) == first
    assert (first.rows, first.seed) == (2000, 7)
    with pytest.raises(sandbox.SandboxError, match="made with 2000 rows and seed 7"):
        sandbox.remembered(tmp_path, 1000, 7)
    with pytest.raises(sandbox.SandboxError, match="seed 7"):
        sandbox.remembered(tmp_path, 2000, 0)


def test_a_port_is_chosen_once(tmp_path: Path) -> None:
    port = sandbox.remembered(tmp_path / "other").port
    assert sandbox.remembered(tmp_path, port=port).port == port
    assert sandbox.remembered(tmp_path, port=port).port == port
    with pytest.raises(sandbox.SandboxError, match=f"lives at port {port}"):
        sandbox.remembered(tmp_path, port=port + 1)


def test_a_taken_port_is_one_sentence(tmp_path: Path) -> None:
    memory = sandbox.remembered(tmp_path)
    with socket.socket() as other:
        other.bind(("127.0.0.1", memory.port))
        other.listen()
        with pytest.raises(sandbox.SandboxError, match=str(memory.port)):
            sandbox.remembered(tmp_path)


def shown(draw: Callable[..., None], *arguments: object, **options: object) -> str:
    out = io.StringIO()
    console = tables.console_for(out)
    draw(console, *arguments, **options)
    return out.getvalue()


def test_a_table_is_not_cut_off_where_nobody_tells_the_width() -> None:
    result = TemplateResult("projects_and_contracts", "Warning", source=1234567, rejected=3)
    text = shown(tables.load, LoadReport("run", (result,), 1.0))
    assert "projects_and_contracts" in text and "1,234,567" in text and "…" not in text
    long_name = "msdyn_contractlinescheduleofvalue"
    failed = TableResult("dataverse", long_name, "failed", message="It answered 403.")
    text = shown(tables.extract, ExtractReport("id", (failed,), 1.0))
    assert long_name in text and "It answered 403." in text and "…" not in text


def test_what_waits_for_somebody_is_listed_before_what_is_simply_sent() -> None:
    numbers = range(tables.SHOWN)
    sent = [PlannedRow("model", f"key-{n}", "insert", "", "account", "id") for n in numbers]
    stuck = PlannedRow("model", "stuck", "collision", "the target has it", "account", "id")
    rows = (*sent, stuck)
    text = shown(tables.plan, PlanReport({"model": {"insert": 40}}, {}, rows), rows=True)
    assert text.index("stuck") < text.index("key-0")
    assert "1 more" in text


def test_hints_name_the_program_as_it_was_called() -> None:
    result = TemplateResult("accounts", "Warning", rejected=1, held=1)
    report = LoadReport("run", (result,), 1.0)
    text = shown(tables.where_next, report, ".venv/bin/d365", sandboxed=True)
    assert ".venv/bin/d365 plan --rows --sandbox" in text


def test_what_waits_in_a_staging_table_is_counted_and_said_without_alarm() -> None:
    message = "3 rows of usmf wait in a staging table of Finance: start the import at Project."
    result = TemplateResult("project_actuals", "Completed", message, staged=3)
    text = shown(tables.load, LoadReport("run", (result,), 1.0))
    assert "staged" in text and f"project_actuals: {message}" in text
    out = io.StringIO()
    coloured = Console(file=out, force_terminal=True, width=300, color_system="standard")
    tables.load(coloured, LoadReport("run", (result,), 1.0))
    assert f"\x1b[33mproject_actuals: {message}" in out.getvalue()
    states = [
        {"template": "t", "model": "m", "state": s, "rows": 2} for s in ("processed", "staged")
    ]
    run = {
        **{"template": "t", "outcome": "Completed", "message": message, "run_id": "r"},
        **{"finished_at": datetime(2026, 3, 2), "seconds": 1.0},
    }
    text = shown(tables.status, Status([run], states))
    assert message in text and "processed" in text and "staged" in text


def test_commands_against_the_sandbox_know_its_import_service(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    addresses = sandbox.Addresses("http://127.0.0.1:1", "http://127.0.0.1:1")
    monkeypatch.setattr(sandbox, "running", lambda folder, memory: nullcontext(addresses))
    with cli._services(True) as settings:
        assert settings.staging_import == sandbox.STAGING_IMPORT
        assert settings.d365_company == "usmf"


def test_a_sync_publishes_the_ledger_between_reading_and_building(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    load_report = LoadReport("run", (), 1.0)

    def step(name: str, result: object) -> Callable[..., object]:
        def run(*arguments: object, **options: object) -> object:
            done.append(name)
            return result

        return run

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(cli, "run_extract", step("extract", ExtractReport("id", (), 1.0)))
    monkeypatch.setattr(cli, "publish_ledger", step("publish", True))
    monkeypatch.setattr(cli.dbt, "build", step("build", BuildResult(True, 1, (), (), 1.0)))
    monkeypatch.setattr(cli, "run_load", step("load", load_report))
    cli._sync(load_settings(()), Manifest((), (), (), {}), None, True, False)
    assert done == ["extract", "publish", "build", "load"]


def test_markup_in_a_row_is_shown_as_it_is() -> None:
    trouble = Trouble("accounts", "m", "account", "1", "rejected", "r", "c", "", "[red]x[/red]\ny")
    assert "[red]x[/red] y" in shown(tables.troubles, [trouble])


def test_dbt_reads_and_writes_the_same_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    settings = load_settings(
        (),
        d365_environment="production",
        d365_company="ussi",
        raw_root="rows",
        duckdb_path="w.duckdb",
    )
    given = environment(settings)
    assert given["D365_ENVIRONMENT"] == "production"
    assert (given["RAW_ROOT"], given["DUCKDB_PATH"]) == ("rows", "w.duckdb")
    assert given["D365_COMPANY"] == "ussi"


def test_dbt_is_told_nothing_that_it_assumes_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else it would parse the whole project anew, in turns with the commands of people."""
    monkeypatch.chdir(tmp_path)
    assert environment(load_settings((), d365_company="usmf")) == dict(os.environ)
    monkeypatch.setenv("D365_ENVIRONMENT", "production")
    assert environment(load_settings(())) == dict(os.environ)
    # a command may mean another company than the environment says
    monkeypatch.setenv("D365_COMPANY", "dat")
    assert environment(load_settings((), d365_company="usmf"))["D365_COMPANY"] == "usmf"


def test_dbt_knows_what_the_env_file_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path(".env").write_text("D365_BASE_CURRENCY=EUR\nd365_company=ussi\nraw_root=elsewhere\n")
    monkeypatch.setenv("D365_BASE_CURRENCY", "")
    monkeypatch.setenv("RAW_ROOT", "")
    monkeypatch.setenv("D365_COMPANY", "dat")
    seen: dict[str, str] = {}
    monkeypatch.setattr(cli, "app", lambda: seen.update(os.environ))
    # it would write to the captured output of this test from then on
    monkeypatch.setattr(cli, "configure_logging", lambda: None)
    cli.main()
    assert (seen["D365_BASE_CURRENCY"], seen["RAW_ROOT"]) == ("EUR", "elsewhere")
    # what the environment says counts more, as in the settings
    assert seen["D365_COMPANY"] == "dat"
    assert load_settings(()).d365_company == "dat"


def test_a_report_is_json_too() -> None:
    report = LoadReport("run", (TemplateResult("accounts", "Error", "why"),), 1.0)
    content = json.loads(report.to_json())
    assert content["exit_code"] == 1 and content["templates"][0]["message"] == "why"


def test_a_model_that_fails_says_why_in_dbts_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "wrong.sql").write_text("select nobody from (select 1 as somebody)")
    (tmp_path / "dbt_project.yml").write_text("name: tiny\nprofile: tiny\n")
    (tmp_path / "profiles.yml").write_text(
        "tiny:\n  target: duckdb\n  outputs: {duckdb: {type: duckdb, path: w.duckdb}}\n"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FINOPS_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("DATAVERSE_URL", "http://127.0.0.1:1")
    result = build(load_settings(), on_node=lambda done, total: None)
    assert not result.succeeded
    (failure,) = result.failures
    assert failure.startswith("Failure in model wrong (models/wrong.sql)")
    assert 'column "nobody" not found' in failure


def test_spark_without_java_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for home in ("", str(tmp_path)):
        monkeypatch.setenv("JAVA_HOME", home)
        monkeypatch.setenv("PATH", str(tmp_path))
        monkeypatch.setenv("DBT_TARGET", "spark")
        settings = load_settings((), duckdb_path=tmp_path / "w.duckdb")
        with pytest.raises(JavaMissing, match="needs Java 17 or newer"):
            build(settings, on_node=lambda done, total: None)


def dbt(folder: Path, **variables: str) -> "subprocess.CompletedProcess[str]":
    """A plain dbt command in a folder of its own."""
    places = {"DBT_TARGET_PATH": str(folder / "target"), "DBT_LOG_PATH": str(folder / "logs")}
    return subprocess.run(
        [sys.executable, "-c", "from dbt.cli.main import cli; cli()", "build", *PROJECT],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **places, **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def test_plain_dbt_without_java_is_one_sentence(tmp_path: Path) -> None:
    if importlib.util.find_spec("dbt.adapters.spark") is None:
        # dbt looks for the adapter first; what it says is a sentence as well
        assert "Could not find adapter type spark" in dbt(tmp_path, DBT_TARGET="spark").stdout
        return
    said = dbt(tmp_path, DBT_TARGET="spark", JAVA_HOME=str(tmp_path))
    assert said.returncode != 0
    assert "needs Java 17 or newer" in said.stdout and "Traceback" not in said.stdout


def test_plain_dbt_and_d365_do_not_mean_two_environments(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text('export D365_ENVIRONMENT="production" # ours\n')
    said = dbt(tmp_path, D365_ENVIRONMENT="sandbox", DBT_TARGET="duckdb")
    assert said.returncode != 0
    assert ".env sets D365_ENVIRONMENT=production" in said.stdout
    agreed = dbt(tmp_path, D365_ENVIRONMENT="production", DBT_TARGET="duckdb")
    assert ".env sets" not in agreed.stdout
