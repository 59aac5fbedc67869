"""Compare what the models describe with what the ledger remembers.

Per model M this makes a temporary table `plan_M`: one row per target row that exists on either
side, with key_text, class, reason, and for rows that may be sent the effective hash and payload.
Absence is not deletion: a row that is gone from the models is told apart by what became of its
source row, and nothing is deleted.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import duckdb

from connection.declarations import Parent, TargetModel
from load.canonical import key_sql, payload_sql, quoted
from load.desired import column_named
from load.ledger import ACCEPTED

CLASSES = {
    "insert": "not in the target yet",
    "update": "in the target, with other values",
    "unchanged": "in the target as it should be",
    "waiting": "in the target; one column waits for the rows below it",
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
AVAILABLE = ("insert", "update", "unchanged", "waiting", "locked")
BLOCKING = ("held", "collision", "rekeyed", "refused", "unknown", "locked")

_ACCEPTED_SQL = ", ".join(f"'{state}'" for state in ACCEPTED)


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
        f"create or replace temp table {plan_table(model)} as {_base_sql(model)}",
        {"model": model.name, "retry": wishes.retry},
    )
    # What the target holds is what is wanted again: an older refusal is history.
    connection.execute(
        f"""
        update ledger set state = 'in_target', message = null
        from {plan_table(model)} as planned
        where ledger.model = $model and ledger.key_text = planned.key_text
            and ledger.state = 'refused' and planned.class in ('unchanged', 'waiting')
        """,
        {"model": model.name},
    )


def apply_lookups(
    connection: duckdb.DuckDBPyConnection,
    model: TargetModel,
    present: Sequence[str],
    locked: Sequence[str],
    wishes: Wishes,
) -> None:
    """Fold in what the target was asked: keys it has, and keys whose rows it has locked."""
    adopted = [key for name, key in wishes.adopt_keys if name == model.name]
    everything = model.name in wishes.adopt_models
    connection.execute(
        f"""
        update {plan_table(model)} set
            class = case when $everything or list_contains($adopted, key_text)
                then 'update' else 'collision' end,
            reason = case when $everything or list_contains($adopted, key_text)
                then 'taken over' else {_literal(CLASSES["collision"])} end
        where class = 'insert' and list_contains($present, key_text)
        """,
        {"present": list(present), "adopted": adopted, "everything": everything},
    )
    connection.execute(
        f"""
        update {plan_table(model)} set class = 'insert', reason = 'taken over'
        where class = 'rekeyed' and ($everything or list_contains($adopted, key_text))
        """,
        {"adopted": adopted, "everything": everything},
    )
    connection.execute(
        f"""
        update {plan_table(model)} set class = 'locked', reason = {_literal(CLASSES["locked"])}
        where list_contains($locked, key_text) and class in ('update', 'waiting', 'refused')
        """,
        {"locked": list(locked)},
    )


def hold_documents(
    connection: duckdb.DuckDBPyConnection,
    models: Sequence[TargetModel],
    locked: Mapping[str, Sequence[str]],
) -> None:
    """Hold the rows of documents of which one row cannot go, and lock those of locked documents."""
    members = [model for model in models if model.document]
    for template in dict.fromkeys(model.template for model in members):
        group = [model for model in members if model.template == template]
        blocked = " union all ".join(_blocked_documents(model) for model in group)
        connection.execute(f"create or replace temp table blocked_documents as {blocked}")
        for model in group:
            _lock_documents(connection, model, group, locked)
            connection.execute(
                f"""
                update {plan_table(model)} set class = 'held', reason = concat(
                    'another row of the same document cannot go: ', blocked.reason)
                from (select document_key, min(reason) as reason from blocked_documents group by all)
                    as blocked
                where {plan_table(model)}.document_key = blocked.document_key
                    and class in ('insert', 'update')
                """
            )


def hold_children(
    connection: duckdb.DuckDBPyConnection, model: TargetModel, planned: Collection[str]
) -> None:
    """Hold rows whose parent is not there.

    planned: models of this plan, whose rows count as there when they are about to be sent; a
    parent outside of it has to be accepted already.
    """
    for parent in model.parents:
        available = _available_parents(model, parent, optimistic=parent.model in planned)
        _hold(connection, model, parent, available)


def hold_unaccepted(connection: duckdb.DuckDBPyConnection, model: TargetModel) -> None:
    """Just before sending: hold rows whose parent the target has not accepted by now."""
    for parent in model.parents:
        _hold(connection, model, parent, _available_parents(model, parent, optimistic=False))


def plan_table(model: TargetModel) -> str:
    """Return the name of a model's plan, quoted."""
    return quoted(f"plan_{model.name}")


def desired_table(name: str) -> str:
    """Return the name of a model's desired rows, quoted."""
    return quoted(f"desired_{name}")


def _base_sql(model: TargetModel) -> str:
    return f"""
    with desired as (
        {_effective_sql(model)}
    ),
    known as (
        select * from ledger where model = $model
    ),
    elsewhere as (
        -- keys of the same source row that nobody describes any more
        select known.source_table, known.source_id, {_company_sql("known.key_text")} as company,
            min(known.key_text) as old_key
        from known
        left join desired on known.key_text = desired.key_text
        where desired.key_text is null and known.accepted_hash is not null
        group by all
    ),
    joined as (
        select
            coalesce(desired.key_text, known.key_text) as key_text,
            coalesce(desired._source_table, known.source_table) as _source_table,
            coalesce(desired._source_id, known.source_id) as _source_id,
            coalesce(desired.target, known.target) as target,
            coalesce(desired.template, known.template) as template,
            desired.hash, desired.payload, desired.is_held_back, desired.document_key,
            known.accepted_payload, known.message,
            case
                when desired.key_text is null then {_gone_sql()}
                when known.state in ('sent', 'unknown') and known.attempted_hash is not null
                    then 'unknown'
                when known.accepted_hash = desired.hash
                    then case when desired.is_held_back then 'waiting' else 'unchanged' end
                when known.state = 'refused' and known.attempted_hash = desired.hash and not $retry
                    then 'refused'
                when known.accepted_hash is not null then 'update'
                when known.key_text is not null then 'insert'
                when elsewhere.old_key is not null then 'rekeyed'
                when desired._is_cancelled then 'cancelled'
                else 'insert'
            end as class,
            known.key_text is not null as is_known,
            elsewhere.old_key
        from desired
        full join known on desired.key_text = known.key_text
        left join elsewhere
            on desired._source_table = elsewhere.source_table
            and desired._source_id = elsewhere.source_id
            and ({_company_sql("desired.key_text")} = elsewhere.company or not {_per_company(model)})
        left join rejected
            on rejected.target_model = $model
            and known.source_table = rejected.source_table and known.source_id = rejected.source_id
        left join filtered
            on filtered.target_model = $model
            and known.source_table = filtered.source_table and known.source_id = filtered.source_id
        left join deleted
            on known.source_table = deleted.source_table and known.source_id = deleted.source_id
        where desired.key_text is not null or known.accepted_hash is not null
    )
    select
        * exclude (message, old_key, is_held_back),
        case class
            when 'refused' then coalesce(message, '')
            when 'unknown' then coalesce(message, {_literal(CLASSES["unknown"])})
            when 'rekeyed' then concat('the source row is in the target as ', old_key)
            {_reason_branches()}
        end as reason
    from joined
    """


def _effective_sql(model: TargetModel) -> str:
    """Rows as they may go now: a column that is raised last keeps what was accepted last."""
    document = key_sql([column_named(model, name) for name in model.document], "source.")
    key = document if model.document else "null"
    if model.raise_last is None:
        return f"""
        select source.*, {key} as document_key, false as is_held_back
        from {desired_table(model.name)} as source
        """
    raised, children = model.raise_last.column, model.raise_last.children
    others = [column for column in model.columns if column.name != raised]
    columns = ", ".join(f"source.{quoted(column.name)}" for column in others)
    accepted = f"json_extract_string(known.accepted_payload, '$.\"{raised}\"')"
    pending = "(not source._is_complete or pending.parent_key is not null)"
    payload = model.payload_columns
    return f"""
        select
            effective.* exclude (hash, payload),
            sha256({payload_sql(payload, "effective.", hide_personal=False)}) as hash,
            {payload_sql(payload, "effective.", hide_personal=True)} as payload
        from (
            select
                {columns},
                source._is_cancelled, source.target, source.template, source.key_text,
                source.hash, source.payload,
                case when {pending} then {accepted} else source.{quoted(raised)} end
                    as {quoted(raised)},
                {key} as document_key,
                {pending} and {accepted} is distinct from source.{quoted(raised)} as is_held_back
            from {desired_table(model.name)} as source
            left join ledger as known on known.model = $model and known.key_text = source.key_text
            left join (
                select distinct parent_key from {quoted("pending_" + children)}
            ) as pending on source.key_text = pending.parent_key
        ) as effective
    """


def note_pending_children(
    connection: duckdb.DuckDBPyConnection, model: TargetModel, child: TargetModel
) -> None:
    """Make `pending_<child>`: keys of rows of `model` with a child row not accepted as it stands."""
    link = next(parent for parent in child.parents if parent.model == model.name)
    columns = {theirs: column_named(child, own) for own, theirs in link.columns}
    parent_key = key_sql([columns[name] for name in model.key], "child.")
    connection.execute(
        f"""
        create or replace temp table {quoted("pending_" + child.name)} as
        select distinct {parent_key} as parent_key
        from {desired_table(child.name)} as child
        left join ledger on ledger.model = $child and ledger.key_text = child.key_text
        where ledger.accepted_hash is distinct from child.hash
            or ledger.state not in ({_ACCEPTED_SQL})
        """,
        {"child": child.name},
    )


def _gone_sql() -> str:
    return """
                case
                    when deleted.source_id is not null then 'deleted'
                    when rejected.source_id is not null then 'rejected_now'
                    when filtered.source_id is not null then 'withdrawn'
                    else 'absent'
                end"""


def _reason_branches() -> str:
    named = ("held", "waiting", "cancelled", "rejected_now", "withdrawn", "deleted", "absent")
    return " ".join(f"when '{name}' then {_literal(CLASSES[name])}" for name in named)


def _company_sql(key: str) -> str:
    # the company is the first part of every key that has one
    return f"json_extract_string({key}, '$[0]')"


def _per_company(model: TargetModel) -> str:
    return "true" if model.per_company else "false"


def _available_parents(model: TargetModel, parent: Parent, *, optimistic: bool) -> str:
    """SQL for the comparable values of the parent columns of which a row is there."""
    ours = [column_named(model, own) for own, _ in parent.columns]
    names = [theirs for _, theirs in parent.columns]
    # the parent's columns, compared with the types of ours
    theirs = key_sql(
        [type(column)(name, column.data_type) for column, name in zip(ours, names, strict=True)],
        "parent.",
    )
    accepted = f"""
        select {theirs} as parent_key
        from {desired_table(parent.model)} as parent
        inner join ledger on ledger.model = '{parent.model}' and ledger.key_text = parent.key_text
        where ledger.state in ({_ACCEPTED_SQL})
    """
    if not optimistic:
        return accepted
    classes = ", ".join(f"'{name}'" for name in AVAILABLE)
    return f"""
        select {theirs} as parent_key
        from {desired_table(parent.model)} as parent
        inner join {quoted("plan_" + parent.model)} as planned
            on parent.key_text = planned.key_text
        where planned.class in ({classes})
    """


def _hold(
    connection: duckdb.DuckDBPyConnection, model: TargetModel, parent: Parent, available: str
) -> None:
    ours = [column_named(model, own) for own, _ in parent.columns]
    present = " and ".join(f"child.{quoted(column.name)} is not null" for column in ours)
    shown = ", ', ', ".join(f"cast(child.{quoted(column.name)} as varchar)" for column in ours)
    connection.execute(
        f"""
        update {plan_table(model)} set
            class = 'held',
            reason = waiting.reason
        from (
            select child.key_text, concat(
                'its parent in {parent.model} (', {shown}, ') is not accepted',
                coalesce(concat(': ', refusal.message), '')) as reason
            from {desired_table(model.name)} as child
            left join ({available}) as available
                on {key_sql(ours, "child.")} = available.parent_key
            left join (
                {_refusals(model, parent)}
            ) as refusal on {key_sql(ours, "child.")} = refusal.parent_key
            where {present} and available.parent_key is null
        ) as waiting
        where {plan_table(model)}.key_text = waiting.key_text and class in ('insert', 'update')
        """
    )


def _refusals(model: TargetModel, parent: Parent) -> str:
    ours = [column_named(model, own) for own, _ in parent.columns]
    theirs = key_sql(
        [
            type(column)(name, column.data_type)
            for column, (_, name) in zip(ours, parent.columns, strict=True)
        ],
        "parent.",
    )
    return f"""
        select {theirs} as parent_key, min(ledger.message) as message
        from {desired_table(parent.model)} as parent
        inner join ledger on ledger.model = '{parent.model}' and ledger.key_text = parent.key_text
        where ledger.state = 'refused'
        group by all
    """


def _blocked_documents(model: TargetModel) -> str:
    classes = ", ".join(f"'{name}'" for name in BLOCKING)
    return f"""
        select document_key, concat(class, ' in {model.name}') as reason
        from {plan_table(model)}
        where class in ({classes}) and document_key is not null
    """


def _lock_documents(
    connection: duckdb.DuckDBPyConnection,
    model: TargetModel,
    group: Sequence[TargetModel],
    locked: Mapping[str, Sequence[str]],
) -> None:
    for other in group:
        connection.execute(
            f"""
            update {plan_table(model)} set class = 'locked', reason = {_literal(CLASSES["locked"])}
            where class in ('insert', 'update', 'held') and document_key in (
                select document_key from {plan_table(other)}
                where list_contains($locked, key_text)
            )
            """,
            {"locked": list(locked.get(other.name, ()))},
        )


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
