"""Reports as tables for people."""

from collections.abc import Sequence
from typing import TextIO

from rich.console import Console
from rich.table import Table

from console.dbt import BuildResult
from extract.compact import Compacted
from extract.report import ExtractReport
from load.plan import CLASSES, SENDABLE
from load.report import LoadReport, PlanReport, Status, Trouble

OUTCOME_STYLES = {"Completed": "green", "Warning": "yellow", "Error": "red"}
WIDTH = 160
SHOWN = 40
"""Rows of a list on the screen; --json gives all."""


def console_for(stream: TextIO) -> Console:
    """Return a console; where nobody tells how wide it is, a table is not cut off."""
    return Console(file=stream, width=None if stream.isatty() else WIDTH)


def extract(console: Console, report: ExtractReport) -> None:
    """Show what landed, per table."""
    table = _table("table", "status", "read#", "changed#", "deleted#", "seconds#")
    for row in report.tables:
        table.add_row(
            f"{row.system}.{row.table}",
            _styled(row.status, "green" if row.status == "landed" else "red"),
            *(f"{row.rows_read:,}", f"{row.rows_appended:,}", f"{row.tombstones:,}"),
            f"{row.seconds:.1f}",
        )
    console.print(table)
    for row in report.tables:
        if row.message:
            console.print(row.message, style="red", highlight=False, markup=False)
        if row.missing_columns:
            console.print(
                f"{row.system}.{row.table} lacks {', '.join(row.missing_columns)}: landed empty.",
                highlight=False,
                markup=False,
            )


def compacted(console: Console, done: Sequence[Compacted]) -> None:
    """Show what compaction did, per table."""
    table = _table("folder", "parts before#", "rows before#", "rows after#")
    for row in done:
        table.add_row(
            row.folder, f"{row.parts_before:,}", f"{row.rows_before:,}", f"{row.rows_after:,}"
        )
    console.print(table)


def build(console: Console, result: BuildResult) -> None:
    """Show how dbt did: a line, then what failed and what it warns of."""
    outcome = "built" if result.succeeded else "built with failures"
    console.print(f"{outcome}: {result.nodes} nodes in {result.seconds:.1f} s", highlight=False)
    for line in result.failures:
        console.print(line, style="red", highlight=False, markup=False)
    for line in result.warnings:
        console.print(line, style="yellow", highlight=False, markup=False)


def plan(console: Console, report: PlanReport, *, rows: bool) -> None:
    """Show the plan: rows by model and kind, then what each kind means, then the rows if asked."""
    kinds = [kind for kind in CLASSES if any(kind in counts for counts in report.counts.values())]
    table = _table("model", *(f"{kind}#" for kind in kinds))
    for model, counts in report.counts.items():
        table.add_row(model, *(f"{counts.get(kind, 0):,}" for kind in kinds))
    console.print(table)
    for kind in kinds:
        console.print(f"  {kind}: {CLASSES[kind]}", highlight=False, style="dim")
    for template, why in report.closed.items():
        console.print(
            f"{template} will not be sent: {why}", style="red", highlight=False, markup=False
        )
    if rows:
        _planned_rows(console, report)
    else:
        console.print("Nothing was sent. d365 plan --rows lists the rows.", highlight=False)


def load(console: Console, report: LoadReport) -> None:
    """Show what became of each template."""
    numbers = (
        "source",
        "filtered",
        "rejected",
        "inserted",
        "updated",
        "unchanged",
        "held",
        "failed",
        "staged",
    )
    table = _table("template", "outcome", *(f"{name}#" for name in numbers), "seconds#")
    for row in report.templates:
        table.add_row(
            row.template,
            _styled(row.outcome, OUTCOME_STYLES[row.outcome]),
            *(f"{getattr(row, name):,}" for name in numbers),
            f"{row.seconds:.1f}",
        )
    console.print(table)
    for row in report.templates:
        _template_message(console, row.template, row.outcome, row.message)


def where_next(console: Console, report: LoadReport, program: str, *, sandboxed: bool) -> None:
    """Say where to look after a run. program: how the user called it."""
    option = " --sandbox" if sandboxed else ""
    hints = []
    if any(row.rejected or row.failed for row in report.templates):
        hints.append((f"{program} rejected", "rows rejected here or refused there, with reasons"))
    if any(row.held for row in report.templates):
        hints.append((f"{program} plan --rows{option}", "rows that wait, and for what"))
    hints.append((f"{program} status", "the last runs"))
    hints.append((f"{program} docs", "the lineage from source tables to targets, as one page"))
    console.print("Where to look next:", highlight=False)
    width = max(len(command) for command, _ in hints)
    for command, meaning in hints:
        console.print(f"  {command:{width}}  {meaning}", highlight=False, markup=False)


def troubles(console: Console, found: list[Trouble]) -> None:
    """Show rejected and refused rows: by reason first, then the rows."""
    if not found:
        console.print("No row is rejected or refused.")
        return
    counts: dict[tuple[str, ...], int] = {}
    for row in found:
        key = (row.model, row.where, row.reason, row.column)
        counts[key] = counts.get(key, 0) + 1
    table = _table("model", "where", "reason", "column", "rows#")
    for kind, count in sorted(counts.items()):
        table.add_row(*kind, f"{count:,}")
    console.print(table)
    for row in found[:SHOWN]:
        console.print(
            f"{row.model} {row.source_table} {row.source_id}: {_one_line(row.message)}",
            highlight=False,
            markup=False,
            soft_wrap=True,
        )
    if len(found) > SHOWN:
        console.print(f"... and {len(found) - SHOWN:,} more: d365 rejected --json lists them all.")


def status(console: Console, report: Status) -> None:
    """Show the newest run of each template, and the states of the rows sent so far."""
    if not report.runs:
        console.print("Nothing was loaded yet: run d365 load.")
        return
    runs = _table("template", "outcome", "finished (UTC)", "seconds#", "run")
    for run in report.runs:
        runs.add_row(
            run["template"],
            _styled(run["outcome"], OUTCOME_STYLES[run["outcome"]]),
            f"{run['finished_at']:%Y-%m-%d %H:%M:%S}",
            f"{run['seconds']:.1f}",
            run["run_id"],
        )
    console.print(runs)
    for run in report.runs:
        _template_message(console, run["template"], run["outcome"], run["message"])
    states = _table("model", "state", "rows#")
    for row in report.states:
        states.add_row(row["model"], row["state"], f"{row['rows']:,}")
    console.print(states)


def _planned_rows(console: Console, report: PlanReport) -> None:
    # what waits for somebody comes before what will simply be sent
    ordered = sorted(report.rows, key=lambda row: row.kind in SENDABLE)
    for row in ordered[:SHOWN]:
        changed = f" [{', '.join(row.changed)}]" if row.changed else ""
        console.print(
            f"{row.kind} {row.model} {row.key}{changed} {_one_line(row.reason)}",
            highlight=False,
            markup=False,
            soft_wrap=True,
        )
    if len(report.rows) > SHOWN:
        console.print(
            f"... and {len(report.rows) - SHOWN:,} more: d365 plan --json lists them all."
        )


def _template_message(console: Console, template: str, outcome: str, message: str | None) -> None:
    """Show why a template went wrong, or what a person has to do after it went well."""
    if message:
        style = "red" if outcome == "Error" else "yellow"
        console.print(
            f"{template}: {message}", style=style, highlight=False, markup=False, soft_wrap=True
        )


def _table(*headings: str) -> Table:
    """A plain table; a heading that ends in # is of numbers."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in headings:
        right = heading.endswith("#")
        table.add_column(heading.rstrip("#"), justify="right" if right else "left", no_wrap=True)
    return table


def _styled(text: str, style: str) -> str:
    return f"[{style}]{text}[/{style}]"


def _one_line(text: str) -> str:
    return " ".join(text.split())
