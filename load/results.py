"""What became of the rows of a plan: counts per template, and the rows that a plan prints."""

from collections.abc import Iterator, Sequence

from connection.declarations import TargetModel
from load.desired import plan_table
from load.ledger import ACCEPTED_SQL, Ledger
from load.report import COMPLETED, ERROR, WARNING, PlannedRow, TemplateResult
from load.sending import Tally

WAITING = ("held", "waiting", "collision", "rekeyed", "changed_after", "locked", "cancelled")
HELD = (*WAITING, "not sent")
FAILED = ("refused", "unknown")


def class_counts(ledger: Ledger, model: TargetModel) -> dict[str, int]:
    """Return the rows of a model's plan by class."""
    rows = ledger.connection.execute(
        f"select class, count(*) from {plan_table(model)} group by class order by class"
    ).fetchall()
    return dict(rows)


def planned_rows(ledger: Ledger, model: TargetModel) -> Iterator[PlannedRow]:
    """Yield the rows that are not unchanged, with the columns in which a change differs."""
    rows = ledger.connection.execute(
        f"""
        select key_text, class, reason, _source_table, _source_id,
            case when class in ('update', 'changed_after') then list_sort(list_filter(
                list_distinct(list_concat(json_keys(payload), json_keys(accepted_payload))),
                lambda name: json_extract_string(payload, '$."' || name || '"')
                    is distinct from json_extract_string(accepted_payload, '$."' || name || '"')
            )) end
        from {plan_table(model)} where class <> 'unchanged' order by class, key_text
        """
    ).fetchall()
    for key, kind, reason, source_table, source_id, changed in rows:
        yield PlannedRow(
            model.name, key, kind, reason or "", source_table, source_id, tuple(changed or ())
        )


def template_result(
    ledger: Ledger,
    run_id: str,
    template: str,
    models: Sequence[TargetModel],
    tally: Tally,
    error: str,
) -> TemplateResult:
    """Return the result of a template. models: its planned ones. error: "" when it went through."""
    source, filtered, rejected = _reconciled(ledger, template)
    counts: dict[str, int] = {}
    for model in models:
        for kind, rows in _end_counts(ledger, model, run_id).items():
            counts[kind] = counts.get(kind, 0) + rows
    held = sum(counts.get(kind, 0) for kind in HELD)
    failed = sum(counts.get(kind, 0) for kind in FAILED)
    unchanged = counts.get("unchanged", 0)
    waits = held - counts.get("cancelled", 0)
    return TemplateResult(
        template=template,
        outcome=ERROR if error else _outcome(tally, rejected, failed, waits, unchanged),
        message=error,
        source=source,
        filtered=filtered,
        rejected=rejected,
        inserted=tally.inserted,
        updated=tally.updated,
        unchanged=unchanged,
        held=held,
        failed=failed,
        seconds=tally.seconds,
    )


def remember(ledger: Ledger, run_id: str, result: TemplateResult) -> None:
    """Store the outcome of a template in the ledger."""
    names = (
        *("source", "filtered", "rejected", "inserted", "updated", "unchanged", "held", "failed"),
        "staged",
    )
    counts = {name: getattr(result, name) for name in names}
    ledger.record_run(
        run_id, result.template, result.outcome, result.message, counts, result.seconds
    )


def _outcome(tally: Tally, rejected: int, failed: int, waits: int, unchanged: int) -> str:
    """Error when no row succeeded, Warning when some did not, as in the original."""
    if tally.refused and not (tally.inserted or tally.updated or unchanged):
        return ERROR
    return WARNING if rejected or failed or waits else COMPLETED


def _end_counts(ledger: Ledger, model: TargetModel, run_id: str) -> dict[str, int]:
    """Classes of the rows that did not go in this run, and what became of those that did."""
    rows = ledger.connection.execute(
        f"""
        select
            case
                when ledger.run_id = $run_id and class in ('insert', 'update', 'unchanged')
                    then case when ledger.state in ({ACCEPTED_SQL}) then 'accepted'
                        when ledger.state = 'refused' then 'refused' else 'unknown' end
                when class in ('insert', 'update') then 'not sent'
                else class
            end as kind,
            count(*)
        from {plan_table(model)} as planned
        left join ledger on ledger.model = $model and ledger.key_text = planned.key_text
        group by all
        """,
        {"run_id": run_id, "model": model.name},
    ).fetchall()
    return dict(rows)


def _reconciled(ledger: Ledger, template: str) -> tuple[int, int, int]:
    found = ledger.connection.execute(
        """
        select coalesce(sum(source_rows), 0), coalesce(sum(filtered_rows), 0),
            coalesce(sum(rejected_rows), 0)
        from reconciliation where template = ?
        """,
        [template],
    ).fetchone()
    return (int(found[0]), int(found[1]), int(found[2])) if found else (0, 0, 0)
