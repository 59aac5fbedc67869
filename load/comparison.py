"""The SQL that compares the rows of one model with what the ledger remembers of them."""

from collections.abc import Mapping

import duckdb

from connection.declarations import TargetModel
from load.canonical import key_sql, literal, payload_sql, quoted, text_sql
from load.desired import column_named, desired_table
from load.ledger import ACCEPTED_SQL


def comparison_sql(model: TargetModel, meanings: Mapping[str, str]) -> str:
    """Return a query with one row per target row that exists on either side.

    meanings: a reason by class. Parameters: model, retry.
    """
    branches = " ".join(
        f"when '{name}' then {literal(meanings[name])}"
        for name in (
            "held",
            "waiting",
            "changed_after",
            "cancelled",
            "rejected_now",
            "withdrawn",
            "deleted",
            "absent",
        )
    )
    return f"""
    with desired as (
        {_effective_sql(model)}
    ),
    known as (
        select * from ledger where model = $model
    ),
    {_elsewhere_sql(model)},
    joined as (
        {_joined_sql(model)}
    )
    select
        * exclude (message, old_key, is_held_back),
        case class
            when 'refused' then coalesce(message, '')
            when 'unknown' then coalesce(message, {literal(meanings["unknown"])})
            when 'rekeyed' then concat('the source row is in the target as ', old_key)
            {branches}
        end as reason
    from joined
    """


def _elsewhere_sql(model: TargetModel) -> str:
    """Keys of source rows that the target has and nobody describes any more."""
    return f"""elsewhere as (
        select known.source_table, known.source_id,
            {_company_sql(model, "known.key_text")} as company,
            min(known.key_text) as old_key
        from known
        left join desired on known.key_text = desired.key_text
        where desired.key_text is null and known.accepted_hash is not null
        group by all
    )"""


def _joined_sql(model: TargetModel) -> str:
    return f"""
        select
            coalesce(desired.key_text, known.key_text) as key_text,
            coalesce(desired._source_table, known.source_table) as _source_table,
            coalesce(desired._source_id, known.source_id) as _source_id,
            coalesce(desired.target, known.target) as target,
            coalesce(desired.template, known.template) as template,
            desired.hash, desired.payload, desired.is_held_back,
            coalesce(desired.document_key, {_document_of_known(model)}) as document_key,
            known.accepted_payload, known.message,
            {_class_sql(model)} as class,
            -- a row that was only ever refused may be somebody else's by now
            coalesce(known.accepted_hash is not null or known.state in ('sent', 'unknown'), false)
                as is_known,
            elsewhere.old_key
        from desired
        full join known on desired.key_text = known.key_text
        left join elsewhere
            on desired._source_table = elsewhere.source_table
            and desired._source_id = elsewhere.source_id
            and {_company_sql(model, "desired.key_text")} = elsewhere.company
        left join rejected
            on rejected.target_model = $model
            and known.source_table = rejected.source_table and known.source_id = rejected.source_id
        left join filtered
            on filtered.target_model = $model
            and known.source_table = filtered.source_table and known.source_id = filtered.source_id
        left join deleted
            on known.source_table = deleted.source_table and known.source_id = deleted.source_id
        where desired.key_text is not null or known.accepted_hash is not null
    """


def _document_of_known(model: TargetModel) -> str:
    """The document of a row that is described no more, from what was accepted of it."""
    if not model.document:
        return "null"
    parts = (
        f"to_json(lower(coalesce(json_extract_string(known.accepted_payload, '$.\"{name}\"'), '')))"
        for name in model.document
    )
    return f"'[' || concat_ws(',', {', '.join(parts)}) || ']'"


def _class_sql(model: TargetModel) -> str:
    changed = "changed_after" if model.write_once else "update"
    return f"""case
                when desired.key_text is null then case
                    when deleted.source_id is not null then 'deleted'
                    when rejected.source_id is not null then 'rejected_now'
                    when filtered.source_id is not null then 'withdrawn'
                    else 'absent'
                end
                when known.state in ('sent', 'unknown') and known.attempted_hash is not null
                    then 'unknown'
                when desired._is_cancelled and known.accepted_hash is null then 'cancelled'
                when known.accepted_hash = desired.hash
                    then case when desired.is_held_back then 'waiting' else 'unchanged' end
                when known.state = 'refused' and known.attempted_hash = desired.hash and not $retry
                    then 'refused'
                when known.accepted_hash is not null then '{changed}'
                when known.key_text is not null then 'insert'
                when elsewhere.old_key is not null then 'rekeyed'
                else 'insert'
            end"""


def _company_sql(model: TargetModel, key: str) -> str:
    """The company within which a source row is one target row; '' where it is one in all."""
    if not model.per_company:
        return "''"
    # the company is the first part of every key that has one
    return f"json_extract_string({key}, '$[0]')"


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
    names = (column.name for column in model.payload_columns if column.name != raised)
    columns = ", ".join(f"source.{quoted(name)}" for name in names)
    wanted = text_sql(column_named(model, raised), "source.")
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
                {columns}, source._source_table, source._source_id, source._is_cancelled,
                source.target, source.template, source.key_text, source.hash, source.payload,
                case when {pending} then {accepted} else {wanted} end
                    as {quoted(raised)},
                {key} as document_key,
                {pending} and {accepted} is distinct from {wanted} as is_held_back
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
        where (ledger.accepted_hash is distinct from child.hash
                or ledger.state not in ({ACCEPTED_SQL}))
            -- a child cancelled before it was ever sent is not created, so nobody waits for it
            and not (child._is_cancelled and ledger.accepted_hash is null)
        """,
        {"child": child.name},
    )
