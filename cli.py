"""`d365`: a thin layer of commands over extract, dbt and load.

Exit codes: 0 completed, 3 warning (rows rejected here or refused there), 1 error, 2 wrong usage.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from json import dumps
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress

from connection.errors import IntegrationError
from connection.log import configure_logging
from connection.manifest import Manifest, read_manifest
from connection.settings import Settings, load_settings, share_env_file
from console import dbt, tables
from console import sandbox as sandbox_process
from extract.compact import compact as compact_parts
from extract.progress import progress_for
from extract.run import run_extract
from load.progress import Lines
from load.report import status as ledger_status
from load.report import troubles
from load.run import make_plan, publish_ledger, run_load

ERROR = 1
SANDBOX_COMPANY = "usmf"

app = typer.Typer(
    help="Project Service Automation and Field Service to Finance and Operations, and back.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)

Select = Annotated[
    list[str] | None,
    typer.Option("--select", "-s", help="A template (or table, for extract); may be repeated."),
]
Json = Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")]
Transport = Annotated[
    str | None,
    typer.Option(help="How rows go to Finance: package (default) or odata; also D365_TRANSPORT."),
]
Retry = Annotated[bool, typer.Option("--retry", help="Send refused rows again though unchanged.")]
Adopt = Annotated[
    list[str] | None,
    typer.Option(
        help="A model, or model:key: take over its collisions and rekeyed rows, and send its rows "
        "that are written once and changed after."
    ),
]
Rows = Annotated[
    int | None, typer.Option(help="Rows of generated data, over all tables (1000).", min=1)
]
Seed = Annotated[int | None, typer.Option(help="Same seed, same rows (1).")]
Port = Annotated[int | None, typer.Option(help="Where to serve, the first time (a free one).")]
Sandbox = Annotated[
    bool, typer.Option("--sandbox", help="Against the local sandbox, started for this command.")
]


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def sandbox(
    context: typer.Context, rows: Rows = None, seed: Seed = None, port: Port = None
) -> None:
    """Serve a local Dataverse and a local Finance and Operations until stopped.

    Further options go to the sandbox as they are: see `python -m sandbox --help`.
    """
    folder = _settings(()).duckdb_path.parent
    memory = sandbox_process.remembered(folder, rows, seed, port)
    address = f"http://{sandbox_process.HOST}:{memory.port}"
    tables.console_for(sys.stderr).print(
        f"export DATAVERSE_URL={address} FINOPS_URL={address} "
        f"DATAVERSE_TOKEN={sandbox_process.TOKEN} FINOPS_TOKEN={sandbox_process.TOKEN} "
        f"D365_STAGING_IMPORT={sandbox_process.STAGING_IMPORT}",
        highlight=False,
        soft_wrap=True,
    )
    command = sandbox_process.command(folder, memory, context.args)
    raise typer.Exit(subprocess.run(command, check=False).returncode)  # noqa: S603


@app.command()
def extract(select: Select = None, with_sandbox: Sandbox = False, json: Json = False) -> None:
    """Read the source tables and land what changed."""
    manifest = _manifest(select, tables_too=True)
    with _services(with_sandbox) as settings:
        report = run_extract(settings, manifest, select, progress=progress_for(quiet=json))
    _show(json, report.to_json(), lambda console: tables.extract(console, report))
    raise typer.Exit(report.exit_code)


@app.command()
def plan(
    select: Select = None,
    with_sandbox: Sandbox = False,
    rows: Annotated[bool, typer.Option("--rows", help="List the rows.")] = False,
    json: Json = False,
) -> None:
    """Show what a load would do; send nothing."""
    manifest = _manifest(select)
    with _services(with_sandbox) as settings:
        report = make_plan(settings, manifest, select)
    _show(json, report.to_json(), lambda console: tables.plan(console, report, rows=rows))
    raise typer.Exit(report.exit_code)


@app.command()
def load(
    select: Select = None,
    transport: Transport = None,
    retry: Retry = False,
    adopt: Adopt = None,
    with_sandbox: Sandbox = False,
    json: Json = False,
) -> None:
    """Send what changed, to Finance and Operations and to Dataverse."""
    manifest = _manifest(select)
    with _services(with_sandbox, transport=transport) as settings:
        report = run_load(
            settings, manifest, select, retry=retry, adopt=adopt or (), progress=Lines()
        )
    _show(json, report.to_json(), lambda console: tables.load(console, report))
    raise typer.Exit(report.exit_code)


@app.command()
def sync(
    select: Select = None,
    transport: Transport = None,
    with_sandbox: Sandbox = False,
    rows: Rows = None,
    seed: Seed = None,
    json: Json = False,
) -> None:
    """Extract, build and load."""
    manifest = _manifest(select)
    with _services(with_sandbox, rows, seed, transport=transport) as settings:
        code = _sync(settings, manifest, select, json, with_sandbox)
    raise typer.Exit(code)


@app.command()
def status(select: Select = None, json: Json = False) -> None:
    """Show the last runs and the state of the rows."""
    report = ledger_status(_settings(()), select)
    _show(json, report.to_json(), lambda console: tables.status(console, report))


@app.command()
def rejected(select: Select = None, json: Json = False) -> None:
    """List the rows rejected here or refused there, with reasons."""
    found = troubles(_settings(()), select)
    content = dumps([asdict(trouble) for trouble in found], ensure_ascii=False)
    _show(json, content, lambda console: tables.troubles(console, found))


@app.command()
def docs(json: Json = False) -> None:
    """Write the lineage site as one file."""
    page = dbt.generate_docs(_settings(()))
    if page is None:
        raise typer.Exit(ERROR)
    _show(json, dumps({"page": str(page)}), lambda console: console.print(f"Open {page}"))


@app.command()
def compact(json: Json = False) -> None:
    """Rewrite the landed files of each table to the newest versions."""
    done = compact_parts(_settings(()), _manifest())
    content = dumps([asdict(table) for table in done])
    _show(json, content, lambda console: tables.compacted(console, done))


def _sync(
    settings: Settings, manifest: Manifest, select: list[str] | None, json: bool, sandboxed: bool
) -> int:
    """The three steps; a table or a model that fails stops its templates and no others."""
    console = tables.console_for(sys.stderr if json else sys.stdout)
    extracted = run_extract(settings, manifest, select, progress=progress_for(quiet=json))
    tables.extract(console, extracted)
    # the models read what the last load sent, even if it was killed
    publish_ledger(settings, manifest)
    with Progress(console=Console(stderr=True), transient=True, disable=json) as bar:
        task = bar.add_task("dbt build", total=None)
        built = dbt.build(
            settings, on_node=lambda done, of: bar.update(task, completed=done, total=of)
        )
    tables.build(console, built)
    report = run_load(settings, manifest, select, progress=Lines())
    _show(json, report.to_json(), lambda console: tables.load(console, report))
    tables.where_next(console, report, sys.argv[0], sandboxed=sandboxed)
    return report.exit_code


@contextmanager
def _services(
    with_sandbox: bool, rows: int | None = None, seed: int | None = None, **overrides: Any
) -> Iterator[Settings]:
    """The settings of the configured services, or of the sandbox while it is served."""
    if not with_sandbox:
        yield _settings(**overrides)
        return
    folder = _settings(()).duckdb_path.parent
    memory = sandbox_process.remembered(folder, rows, seed)
    with sandbox_process.running(folder, memory) as addresses:
        yield _settings(
            dataverse_url=addresses.dataverse_url,
            finops_url=addresses.finops_url,
            dataverse_token=sandbox_process.TOKEN,
            finops_token=sandbox_process.TOKEN,
            d365_company=SANDBOX_COMPANY,
            staging_import=sandbox_process.STAGING_IMPORT,
            **overrides,
        )


def _settings(
    require: Sequence[str] = ("dataverse_url", "finops_url"), **overrides: Any
) -> Settings:
    given = {name: value for name, value in overrides.items() if value is not None}
    return load_settings(require, **given)


def _manifest(select: Collection[str] | None = None, *, tables_too: bool = False) -> Manifest:
    """Read the dbt project; a name in `select` that it does not have is wrong usage."""
    manifest = read_manifest(Path.cwd())
    known = {*manifest.templates(), *(model.name for model in manifest.models)}
    if tables_too:
        known.update(table.name for table in manifest.sources)
    for name in select or ():
        if name not in known:
            choices = ", ".join(sorted(known))
            raise typer.BadParameter(f"`{name}` does not exist: choose from {choices}.")
    return manifest


def _show(json: bool, content: str, people: Callable[[Console], None]) -> None:
    """JSON for machines on standard output, or tables for people."""
    if json:
        sys.stdout.write(content + "\n")
    else:
        people(tables.console_for(sys.stdout))


def main() -> None:
    """Run a command; an error is one sentence on standard error and exit code 1."""
    # rows of customers and invoices are nobody else's business, in whichever file they end
    os.umask(0o077)
    configure_logging()
    share_env_file()
    try:
        app()
    except IntegrationError as error:
        Console(stderr=True).print(
            str(error), style="red", highlight=False, markup=False, soft_wrap=True
        )
        sys.exit(ERROR)


if __name__ == "__main__":
    main()
