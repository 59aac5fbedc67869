"""Source tables and target models, read from the nodes of dbt's manifest."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connection.datatypes import DataType, parse_data_type
from connection.errors import ManifestError

DATE_BEHAVIORS = ("UserLocal", "DateOnly", "TimeZoneIndependent")
FINOPS, DATAVERSE = "finops", "dataverse"
TARGETS = (FINOPS, DATAVERSE)
"""Where a model's rows can go."""
COMPANY = "dataAreaId"
"""The column of Finance that names a row's company; no row of Dataverse has one."""


@dataclass(frozen=True, slots=True)
class Column:
    """One declared column, named as the service names it.

    optional: an organisation may lack it. date_behavior: the DateTimeBehavior the models expect,
    None when it does not matter. personal: never shown in logs, hashed in the ledger.
    """

    name: str
    data_type: DataType
    optional: bool = False
    date_behavior: str | None = None
    personal: bool = False


@dataclass(frozen=True, slots=True)
class SourceTable:
    """One raw table. system: the dbt source name.

    name: the Dataverse logical name; in Finance the public collection, or the entity's own name
    where only packages carry it. entity_set: the OData collection, "" for such an entity.
    key: the primary key; in Finance the company stands first where rows belong to one.
    entity, export_project: the entity's label and the data project that exports it.
    written_by: extract or load where no service is read. models: of the table that load writes, the
    target models whose accepted rows it holds. optional: an organisation may lack it; it is empty then.
    """

    system: str
    name: str
    unique_id: str
    entity_set: str
    key: tuple[str, ...]
    change_tracking: bool
    columns: tuple[Column, ...]
    written_by: str = ""
    entity: str = ""
    export_project: str = ""
    models: tuple[str, ...] = ()
    optional: bool = False

    @property
    def label(self) -> str:
        """Return `system.name`."""
        return f"{self.system}.{self.name}"

    @property
    def primary_key(self) -> str:
        """Return the one column of the key; Dataverse has no other kind."""
        (column,) = self.key
        return column


@dataclass(frozen=True, slots=True)
class Parent:
    """Rows of `model` must be accepted first. columns: pairs of (own column, parent's column)."""

    model: str
    columns: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Lock:
    """A target row whose `property` has this `value` is not updated."""

    property: str
    value: str


@dataclass(frozen=True, slots=True)
class RaiseLast:
    """`column` changes only after all rows of the model `children` are accepted."""

    column: str
    children: str


@dataclass(frozen=True, slots=True)
class TargetModel:
    """One integration model. columns: the contract in order, technical columns included.

    per_company: a source row may be several target rows, one in each of several companies.
    write_once: an accepted row is not sent again when it changes; the change is reported.
    staging_table: the target keeps accepted rows aside until a job of its own takes them over;
    import_step says in words which one that is. takes_over: rows that the target has already are
    meant, so that finding one is no collision.
    """

    name: str
    unique_id: str
    schema: str
    alias: str
    template: str
    target: str
    entity: str
    collection: str | None
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    parents: tuple[Parent, ...] = ()
    document: tuple[str, ...] = ()
    locked_when: Lock | None = None
    raise_last: RaiseLast | None = None
    per_company: bool = False
    write_once: bool = False
    staging_table: bool = False
    import_step: str = ""
    takes_over: bool = False

    @property
    def payload_columns(self) -> tuple[Column, ...]:
        """Return the columns that are sent: all but the technical ones."""
        return tuple(column for column in self.columns if not column.name.startswith("_"))

    @property
    def accepted_state(self) -> str:
        """Return the ledger's state of a row that the target has just accepted."""
        return "staged" if self.staging_table else "in_target"

    @property
    def self_parent(self) -> Parent | None:
        """Return the link between rows of this model itself."""
        return next((parent for parent in self.parents if parent.model == self.name), None)

    @property
    def has_companies(self) -> bool:
        """Tell whether every row belongs to one company, which its key then begins with."""
        return COMPANY in self.key


def source_tables(graph: Mapping[str, Any]) -> tuple[SourceTable, ...]:
    """Return every declared source table. Raises ManifestError naming table and column."""
    return tuple(_source_table(node) for node in graph["sources"].values())


def target_models(graph: Mapping[str, Any]) -> tuple[TargetModel, ...]:
    """Return every model with a target in config.meta.

    Raises ManifestError naming the model and the field.
    """
    models = tuple(
        _target_model(node)
        for node in graph["nodes"].values()
        if node["resource_type"] == "model" and "target" in _meta(node)
    )
    names = {model.name: model for model in models}
    for model in models:
        _check_references(model, names)
    return models


def _source_table(node: Mapping[str, Any]) -> SourceTable:
    meta, label = _meta(node), f"source {node['source_name']}.{node['name']}"
    written_by = str(meta.get("written_by") or "")
    columns = _columns(node, label)
    common = {
        "system": node["source_name"],
        "name": node["name"],
        "unique_id": node["unique_id"],
        "change_tracking": bool(meta.get("change_tracking", False)),
        "columns": columns,
    }
    if written_by:
        models = _names(meta, "models", label) if meta.get("models") else ()
        return SourceTable(entity_set="", key=(), written_by=written_by, models=models, **common)
    # what only packages carry has a label in place of a collection
    is_package_only = node["source_name"] == "finops" and "entity_set" not in meta
    table = SourceTable(
        entity_set="" if is_package_only else _text(meta, "entity_set", label),
        key=_key(meta, label),
        entity=_text(meta, "entity", label) if is_package_only else str(meta.get("entity") or ""),
        export_project=_text(meta, "export_project", label) if is_package_only else "",
        optional=bool(meta.get("optional", False)),
        **common,
    )
    for name in table.key:
        if name not in {column.name for column in columns}:
            raise ManifestError(
                f"The {label} has the primary key {name} but no such column: declare it."
            )
    return table


def _key(meta: Mapping[str, Any], label: str) -> tuple[str, ...]:
    """Return the primary key: one name as text, or a list of names."""
    if isinstance(meta.get("primary_key"), list):
        return _names(meta, "primary_key", label)
    return (_text(meta, "primary_key", label),)


def _target_model(node: Mapping[str, Any]) -> TargetModel:
    meta, label = _meta(node), f"model {node['name']}"
    columns = _columns(node, label)
    template = node["config"].get("group") or meta.get("template")
    if not template:
        raise ManifestError(f"The {label} belongs to no template: set config.group.")
    model = TargetModel(
        name=node["name"],
        unique_id=node["unique_id"],
        schema=node["schema"],
        alias=node["alias"],
        template=template,
        target=_text(meta, "target", label),
        entity=_text(meta, "entity", label),
        collection=meta.get("collection"),
        key=_names(meta, "key", label),
        columns=columns,
        parents=tuple(_parent(entry, label) for entry in meta.get("parents") or ()),
        document=_names(meta, "document", label) if meta.get("document") else (),
        locked_when=_lock(meta.get("locked_when"), label),
        raise_last=_raise_last(meta.get("raise_last"), label),
        per_company=bool(meta.get("per_company", False)),
        write_once=bool(meta.get("write_once", False)),
        staging_table=bool(meta.get("staging_table", False)),
        import_step=str(meta.get("import_step") or ""),
        takes_over=bool(meta.get("takes_over", False)),
    )
    _check_columns(model, label)
    _check_target(model, label)
    return model


def _check_target(model: TargetModel, label: str) -> None:
    if model.target not in TARGETS:
        raise ManifestError(
            f"The {label} has the target {model.target}: use one of {', '.join(TARGETS)}."
        )
    if model.target == DATAVERSE and (not model.collection or len(model.key) != 1):
        raise ManifestError(
            f"The {label} goes to Dataverse, where rows have an entity set and one primary key: "
            "correct `collection` and `key`."
        )
    if model.staging_table and not model.import_step:
        raise ManifestError(
            f"The {label} is a staging table without `import_step`: say in words where a person "
            "starts the job that takes its rows over."
        )


def _check_columns(model: TargetModel, label: str) -> None:
    known = {column.name for column in model.columns}
    used = [*model.key, *model.document, *(own for p in model.parents for own, _ in p.columns)]
    if model.raise_last:
        used.append(model.raise_last.column)
    for name in used:
        if name not in known:
            raise ManifestError(f"The {label} refers to the column {name} but does not declare it.")


def _check_references(model: TargetModel, models: Mapping[str, TargetModel]) -> None:
    named = [parent.model for parent in model.parents]
    if model.raise_last:
        named.append(model.raise_last.children)
    for name in named:
        if name not in models:
            raise ManifestError(
                f"The model {model.name} names {name}, which is no target model: correct its meta."
            )
    for parent in model.parents:
        known = {column.name for column in models[parent.model].columns}
        for _, column in parent.columns:
            if column not in known:
                raise ManifestError(
                    f"The model {model.name} refers to {parent.model}.{column}, which is not "
                    "declared: correct its `parents`."
                )
    _check_self_parent(model)


def _check_self_parent(model: TargetModel) -> None:
    """Rows go level by level only where each has one parent at most, found by its key."""
    own = [parent for parent in model.parents if parent.model == model.name]
    keys = [sorted(theirs for _, theirs in parent.columns) for parent in own]
    if own and keys != [sorted(model.key)]:
        raise ManifestError(
            f"The model {model.name} is its own parent through other columns than its key "
            f"{', '.join(model.key)}, or twice: name each key column once in one `parents` entry."
        )


def _columns(node: Mapping[str, Any], label: str) -> tuple[Column, ...]:
    columns = tuple(_column(column, label) for column in node["columns"].values())
    if not columns:
        raise ManifestError(f"The {label} declares no columns: list them with their data_type.")
    return columns


def _column(column: Mapping[str, Any], label: str) -> Column:
    name, meta = column["name"], _meta(column)
    declared = column.get("data_type")
    if not declared:
        raise ManifestError(f"The column {name} of {label} has no data_type: add one.")
    try:
        data_type = parse_data_type(declared)
    except ValueError as error:
        raise ManifestError(
            f"The data_type of column {name} of {label} is unknown: {error}."
        ) from None
    behavior = meta.get("date_behavior")
    if behavior is not None and behavior not in DATE_BEHAVIORS:
        raise ManifestError(
            f"The date_behavior of column {name} of {label} is `{behavior}`: use one of "
            f"{', '.join(DATE_BEHAVIORS)}."
        )
    return Column(
        name=name,
        data_type=data_type,
        optional=bool(meta.get("optional", False)),
        date_behavior=behavior,
        personal=bool(meta.get("personal", False)),
    )


def _parent(entry: Mapping[str, Any], label: str) -> Parent:
    columns = entry.get("columns")
    if not entry.get("model") or not columns:
        raise ManifestError(
            f"A `parents` entry of {label} lacks `model` or `columns`: complete it."
        )
    return Parent(entry["model"], tuple(columns.items()))


def _lock(entry: Mapping[str, Any] | None, label: str) -> Lock | None:
    if entry is None:
        return None
    return Lock(
        _text(entry, "property", f"{label}, locked_when"),
        _text(entry, "value", f"{label}, locked_when"),
    )


def _raise_last(entry: Mapping[str, Any] | None, label: str) -> RaiseLast | None:
    if entry is None:
        return None
    return RaiseLast(
        _text(entry, "column", f"{label}, raise_last"),
        _text(entry, "children", f"{label}, raise_last"),
    )


def _meta(node: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return config.meta; dbt also keeps an old copy in `meta`, which is not read."""
    meta = node.get("config", {}).get("meta", {})
    return meta if isinstance(meta, dict) else {}


def _text(meta: Mapping[str, Any], name: str, label: str) -> str:
    value = meta.get(name)
    if not isinstance(value, str) or not value:
        raise ManifestError(f"The {label} has no `{name}` in config.meta: add it as text.")
    return value


def _names(meta: Mapping[str, Any], name: str, label: str) -> tuple[str, ...]:
    value = meta.get(name)
    if not isinstance(value, list) or not value or not all(isinstance(item, str) for item in value):
        raise ManifestError(f"The {label} has no list `{name}` in config.meta: add it.")
    return tuple(value)
