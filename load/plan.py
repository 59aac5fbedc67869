"""Compare what the models describe with what the ledger remembers.

Per model M this makes a temporary table `plan_M`: one row per target row that exists on either
side, with key_text, class, reason, and for rows that may be sent the effective hash and payload.
Absence is not deletion: a row that is gone from the models is told apart by what became of its
source row, and nothing is deleted.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import duckdb

from connection.declarations import TargetModel
from load.canonical import literal
from load.comparison import comparison_sql
from load.desired import desired_table, keys_table, plan_table

CLASSES = {
    "insert": "not in the target yet",
    "update": "in the target, with other values",
    "unchanged": "in the target as it should be",
    "waiting": "in the target; one column waits for the rows below it",
    "changed_after": "in the target; changed since, and such rows are written once",
    "held": "waits for another row",
    "collision": "the target has this key and the ledger does not know it",
    "rekeyed": "the same source row is in the target under another key",
    "refused": "the target refused exactly this before",
    "unknown": "was sent, and what became of it is not known yet",
    "locked": "the target does not let it be changed any more",
    "cancelled": "cancelled before it was ever sent: not created",
    "rejected_now": "in the target, and now rejected in the source",
    "withdrawn": "in the target, and now left out by a rule",
    "deleted": "in the target, and deleted in the source",
    "absent": "in the target, and gone from the source without a word",
}
"""What a plan can say of a row; only the first two are sent."""

SENDABLE = ("insert", "update")

_CONTESTED = "'insert', 'update', 'collision', 'unchanged', 'waiting', 'changed_after'"
"""Classes of rows that can be another model's by now."""
_IS_OPEN = "(state in ('sent', 'unknown') and attempted_hash is not null)"
"""A row of the ledger that was sent without an answer so far."""


def among(parameter: str) -> str:
    """SQL that tells whether a row's key is in a list: hashed once, not searched for each row."""
    return f"key_text in (select unnest(cast(${parameter} as varchar[])))"


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a person asked for. adopt: models, or (model, key_text) pairs, to take over."""

    retry: bool = False
    adopt_models: Collection[str] = ()
    adopt_keys: Collection[tuple[str, str]] = ()


def make_base_plan(
    connection: duckdb.DuckDBPyConnection, model: TargetModel, wishes: Wishes
) -> None:
    """Classify the rows of one model by themselves, without their parents and documents."""
    connection.execute(
        f"create or replace temp table {plan_table(model)} as {comparison_sql(model, CLASSES)}",
        {"model": model.name, "retry": wishes.retry},
    )


def forget_unwanted(connection: duckdb.DuckDBPyConnection, model: TargetModel) -> None:
    """Forget attempts at what nobody wants any more, so that no list of troubles holds them.

    A row that is not described any more goes when it was never accepted: it was refused, or it is
    known by now that it did not arrive.
    """
    connection.execute(
        f"""
        update ledger set state = $accepted, message = null
        from {plan_table(model)} as planned
        where ledger.model = $model and ledger.key_text = planned.key_text
            and ledger.state = 'refused' and ledger.accepted_hash is not null
            and planned.class not in ('insert', 'update', 'refused', 'held', 'locked')
        """,
        {"model": model.name, "accepted": model.accepted_state},
    )
    connection.execute(
        f"""
        delete from ledger
        where model = $model and accepted_hash is null
            and (state = 'refused' or attempted_hash is null)
            and key_text not in (select key_text from {plan_table(model)})
        """,
        {"model": model.name},
    )


def apply_present(
    connection: duckdb.DuckDBPyConnection,
    model: TargetModel,
    present: Sequence[str],
    wishes: Wishes,
) -> None:
    """Fold in which keys of new rows the target has, and what a person takes over of them.

    A model may say by itself that its rows are meant to be there, all of them or row by row.
    """
    adopted = [key for name, key in wishes.adopt_keys if name == model.name]
    everything = model.name in wishes.adopt_models
    connection.execute(
        f"""
        update {plan_table(model)} set class = 'update', reason = 'the source shows it in the target'
        from {desired_table(model.name)} as source
        where class = 'insert' and not is_known and source._exists_in_target
            and {plan_table(model)}.key_text = source.key_text
        """
    )
    connection.execute(
        f"""
        update {plan_table(model)} set
            class = case when $everything or {among("adopted")}
                then 'update' else 'collision' end,
            reason = case when $everything or {among("adopted")}
                then 'taken over' else {literal(CLASSES["collision"])} end
        where class = 'insert' and {among("present")}
        """,
        {
            "present": list(present),
            "adopted": adopted,
            "everything": everything or model.takes_over,
        },
    )
    connection.execute(
        f"""
        update {plan_table(model)} set
            class = case class when 'rekeyed' then 'insert' else 'update' end, reason = 'taken over'
        where class in ('rekeyed', 'changed_after') and ($everything or {among("adopted")})
        """,
        {"adopted": adopted, "everything": everything},
    )


def apply_sibling(
    connection: duckdb.DuckDBPyConnection,
    model: TargetModel,
    sibling: TargetModel,
    wishes: Wishes,
    *,
    goes_first: bool,
) -> None:
    """Keep a model's rows from those of another model that sends to the same entity.

    A row of the target has one model: the one it was accepted from, or is about to be sent by first
    (goes_first). Only a person can hand it over, once the other model does not describe it any more
    and nothing that it sent is without an answer. The ledger knows the row from the new model alone
    then; until that one has its answer, it is nobody's to change.
    """
    adopted = [key for name, key in wishes.adopt_keys if name == model.name]
    described = f"select key_text from {keys_table(sibling)}"
    connection.execute(
        f"""
        update {plan_table(model)} set class = 'collision',
            reason = case when rival.is_open then $open else $reason end
        from (
            select key_text, max(is_open) as is_open from (
                select key_text, {_IS_OPEN} as is_open
                from ledger where model = $sibling and (accepted_hash is not null or {_IS_OPEN})
                union all
                select key_text, false from ({described})
                where $goes_first and key_text not in (
                    select key_text from ledger where model = $model and accepted_hash is not null)
            ) group by all
        ) as rival
        where {plan_table(model)}.key_text = rival.key_text and class in ({_CONTESTED})
            and (rival.is_open or not (
                ($everything or rival.key_text in (select unnest(cast($adopted as varchar[]))))
                and rival.key_text not in ({described})))
        """,
        {
            "model": model.name,
            "sibling": sibling.name,
            "goes_first": goes_first,
            "open": f"{sibling.name} sent a row with this key, and what became of it is not known "
            f"yet: load {sibling.name} first",
            "reason": f"{sibling.name} sends a row with this key, and the target can have but one",
            "adopted": adopted,
            "everything": model.name in wishes.adopt_models,
        },
    )


def apply_locked(
    connection: duckdb.DuckDBPyConnection, model: TargetModel, locked: Sequence[str]
) -> None:
    """Fold in which rows the target has locked."""
    connection.execute(
        f"""
        update {plan_table(model)} set class = 'locked', reason = {literal(CLASSES["locked"])}
        where {among("locked")} and class in ('update', 'waiting', 'refused')
        """,
        {"locked": list(locked)},
    )
