"""Hold rows that cannot go yet: their parent is not there, or another row of their document waits."""

from collections.abc import Collection, Mapping, Sequence

import duckdb

from connection.declarations import Column, Parent, TargetModel
from load.canonical import key_sql, literal, quoted
from load.desired import column_named, desired_table, plan_table
from load.ledger import ACCEPTED_SQL
from load.plan import CLASSES, SENDABLE, among

AVAILABLE = ("insert", "update", "unchanged", "waiting", "changed_after", "locked")
BLOCKING = ("held", "collision", "rekeyed", "refused", "unknown", "locked", "rejected_now")


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
    parent outside of it has to be accepted already. Within one model a held row holds those below
    it, at any depth.
    """
    for parent in model.parents:
        if parent.model != model.name:
            available = _available_parents(model, parent, optimistic=parent.model in planned)
            _hold(connection, model, parent, available)
    if model.self_parent:
        available = _available_parents(model, model.self_parent, optimistic=True)
        while _hold(connection, model, model.self_parent, available):
            pass
        _hold_circles(connection, model, model.self_parent)


def hold_unaccepted(
    connection: duckdb.DuckDBPyConnection, model: TargetModel, but_not: Collection[str] = ()
) -> None:
    """Hold rows whose parent the target has not accepted by now. but_not: parents not looked at.

    A parent in the model itself is looked at level by level: see `hold_level`.
    """
    for parent in model.parents:
        if parent.model not in (*but_not, model.name):
            _hold(connection, model, parent, _available_parents(model, parent, optimistic=False))


def make_levels(connection: duckdb.DuckDBPyConnection, model: TargetModel) -> int:
    """Make `level_<model>`: key_text and level of the rows to send, parents before children.

    Level 0 has no parent among them. Returns how many levels there are; a model whose rows are not
    each other's parents has one, and no such table.
    """
    if not model.self_parent:
        return 1
    _make_levels(connection, model, model.self_parent)
    found = connection.execute(f"select max(level) from {level_table(model)}").fetchone()
    return 1 if found is None or found[0] is None else int(found[0]) + 1


def level_table(model: TargetModel) -> str:
    """Return the name of the levels of a model, quoted."""
    return quoted(f"level_{model.name}")


def hold_level(connection: duckdb.DuckDBPyConnection, model: TargetModel, level: int) -> None:
    """Just before a level goes: hold its rows whose parent was not accepted by now."""
    if model.self_parent:
        available = _available_parents(model, model.self_parent, optimistic=False)
        rows = f"select key_text from {level_table(model)} where level = {level}"
        _hold(connection, model, model.self_parent, available, rows)


def _hold_circles(
    connection: duckdb.DuckDBPyConnection, model: TargetModel, parent: Parent
) -> None:
    """Hold rows from which the way up never ends: those in a circle of parents, and below one."""
    _make_levels(connection, model, parent)
    classes = ", ".join(f"'{name}'" for name in SENDABLE)
    connection.execute(
        f"""
        update {plan_table(model)} set class = 'held',
            reason = 'the way up through its parents leads in a circle, so none of them can go first'
        where class in ({classes}) and key_text not in (select key_text from {level_table(model)})
        """
    )


def _make_levels(connection: duckdb.DuckDBPyConnection, model: TargetModel, parent: Parent) -> None:
    own_of = {theirs: own for own, theirs in parent.columns}
    ours = [column_named(model, own_of[name]) for name in model.key]
    classes = ", ".join(f"'{name}'" for name in SENDABLE)
    connection.execute(
        f"""
        create or replace temp table {level_table(model)} as
        with recursive going as (
            select child.key_text,
                case when {_is_present(ours)} then {key_sql(ours, "child.")} end as parent_key
            from {desired_table(model.name)} as child
            inner join {plan_table(model)} as planned on child.key_text = planned.key_text
            where planned.class in ({classes})
        ),
        leveled as (
            select going.key_text, 0 as level from going
            left join going as above on going.parent_key = above.key_text
            where above.key_text is null
            union all
            select going.key_text, leveled.level + 1 as level
            from leveled
            inner join going on leveled.key_text = going.parent_key
        )
        select key_text, level from leveled
        """
    )


def _is_present(columns: Sequence[Column]) -> str:
    """SQL that tells whether a child names a parent at all."""
    return " and ".join(f"child.{quoted(column.name)} is not null" for column in columns)


def _available_parents(model: TargetModel, parent: Parent, *, optimistic: bool) -> str:
    """SQL for the comparable values of the parent columns of which a row is there."""
    theirs = _parent_key_sql(model, parent)
    accepted = f"""
        select {theirs} as parent_key
        from {desired_table(parent.model)} as parent
        inner join ledger on ledger.model = '{parent.model}' and ledger.key_text = parent.key_text
        where ledger.state in ({ACCEPTED_SQL})
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
    connection: duckdb.DuckDBPyConnection,
    model: TargetModel,
    parent: Parent,
    available: str,
    rows: str = "",
) -> int:
    """Hold rows whose parent is not among `available`; returns how many.

    rows: SQL for the keys to look at, where not all are meant.
    """
    ours = [column_named(model, own) for own, _ in parent.columns]
    shown = ", ', ', ".join(f"cast(child.{quoted(column.name)} as varchar)" for column in ours)
    meant = f"and child.key_text in ({rows})" if rows else ""
    held = connection.execute(
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
            where {_is_present(ours)} and available.parent_key is null {meant}
        ) as waiting
        where {plan_table(model)}.key_text = waiting.key_text and class in ('insert', 'update')
        """
    ).fetchone()
    return int(held[0]) if held else 0


def _refusals(model: TargetModel, parent: Parent) -> str:
    theirs = _parent_key_sql(model, parent)
    return f"""
        select {theirs} as parent_key, min(ledger.message) as message
        from {desired_table(parent.model)} as parent
        inner join ledger on ledger.model = '{parent.model}' and ledger.key_text = parent.key_text
        where ledger.state = 'refused'
        group by all
    """


def _parent_key_sql(model: TargetModel, parent: Parent) -> str:
    """The parent's side of the link, compared with the types of the child's columns."""
    types = [column_named(model, own).data_type for own, _ in parent.columns]
    named = zip(types, (theirs for _, theirs in parent.columns), strict=True)
    return key_sql([Column(name, data_type) for data_type, name in named], "parent.")


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
            update {plan_table(model)} set class = 'locked', reason = {literal(CLASSES["locked"])}
            where class in ('insert', 'update', 'held') and document_key in (
                select document_key from {plan_table(other)}
                where {among("locked")}
            )
            """,
            {"locked": list(locked.get(other.name, ()))},
        )
