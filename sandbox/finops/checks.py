"""Validation of staged rows, as one SQL statement for any number of them.

Input: a relation `staged` with `_row` and typed columns; a null means "not given". Output: the
temporary table `checked`: the staged columns, `_key`, `_exists` and `_findings`, a list of structs
(text, severity, field, hook; see answers.Finding) that is empty for a good row.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import Enum

import duckdb

from sandbox.finops.defaults import DEFAULTS
from sandbox.finops.locks import Lock
from sandbox.finops.lookups import locks, look_up, related_attributes
from sandbox.finops.metadata import COMPANY, Attribute, Entity
from sandbox.finops.relations import (
    FIELD_LABELS,
    LINE_PROPERTY,
    PARENTS_IN_FILE,
    SHARED_CATEGORY,
    Related,
)
from sandbox.finops.store import SQL_TYPES, as_text, empty_value, first_row, literal, quoted


class Mode(Enum):
    """What is done with the rows."""

    CREATE = "create"
    MERGE = "merge"
    DELETE = "delete"
    IMPORT = "import"


@dataclass(frozen=True, slots=True)
class Policy:
    """What the switches say about validation.

    inferred_lengths: enforce lengths that are not documented.
    new_categories: take a category that the company does not have yet.
    every_line_property: billing type NotAvailable has a line property as well.
    """

    inferred_lengths: bool
    new_categories: bool = False
    every_line_property: bool = False


def check(
    cursor: duckdb.DuckDBPyConnection,
    entity: Entity,
    given: Collection[str],
    mode: Mode,
    policy: Policy,
) -> None:
    """Fill `checked` from `staged`; `given` are the attributes that `staged` has as columns."""
    needed = {
        name
        for default in DEFAULTS.get(entity.name, {}).values()
        for name in default.needs
        if name not in given
    }
    absent = [
        f"cast(null as {SQL_TYPES[entity.attribute(name).data_type]}) as {quoted(name)}"
        for name in sorted(needed)
    ]
    findings = ", ".join(_findings(entity, given, mode, policy)) or "null"
    look_up(cursor, entity, given)
    cursor.execute(
        f"""
        create or replace temporary table checked as
        select {", ".join(["c.*", *absent])}, k._key, k._exists,
            list_filter([{findings}], lambda finding: finding is not null) as _findings
        from staged as c
        inner join lookups as k on c._row = k._row
        """
    )
    _refuse_children(cursor, entity, given)


def field_label(attribute: Attribute) -> str:
    """Return the label messages use for a field."""
    return FIELD_LABELS.get(attribute.name, attribute.label)


def _findings(entity: Entity, given: Collection[str], mode: Mode, policy: Policy) -> Iterator[str]:
    """Yield SQL for one finding or null each, in the order the service would meet them."""
    related = related_attributes(entity)
    if mode is not Mode.DELETE:
        for attribute in entity.attributes:
            if attribute.name not in given:
                continue
            is_enforced = policy.inferred_lengths or not attribute.is_length_inferred
            if attribute.max_length and is_enforced:
                yield _too_long(entity, attribute, attribute.max_length)
            if attribute.name in related:
                yield from _not_known(entity, attribute, related[attribute.name], policy)
        for attribute in entity.attributes:
            if attribute.mandatory:
                yield _not_filled(entity, attribute, attribute.name in given, mode)
    if mode is Mode.CREATE:
        yield _duplicate(entity)
    for number, lock in locks(entity, given):
        yield _locked(entity, number, lock)


def _not_known(
    entity: Entity, attribute: Attribute, related: Related, policy: Policy
) -> Iterator[str]:
    is_unknown = f"not k.{quoted(attribute.name)}"
    if related is LINE_PROPERTY:
        yield _no_line_property(entity, attribute, is_unknown, policy)
    elif related is not SHARED_CATEGORY or not policy.new_categories:
        yield _unknown_value(entity, attribute, related, is_unknown)


def _refuse_children(
    cursor: duckdb.DuckDBPyConnection, entity: Entity, given: Collection[str]
) -> None:
    """Refuse rows whose parent in the same file is refused, at any depth."""
    parent, key = PARENTS_IN_FILE.get(entity.name, ("", ""))
    if parent not in given:
        return
    finding = _unknown_value(
        entity, entity.attribute(parent), related_attributes(entity)[parent], "true"
    )
    refused = f"""
        update checked as c set _findings = [{finding}]
        where len(c._findings) = 0 and c.{quoted(parent)} in (
            select {quoted(key)} from checked where len(_findings) > 0 and not _exists
        )
        """
    while first_row(cursor.execute(refused)) != (0,):
        continue


def _finding(
    condition: str, text: str, *, severity: str = "Warning", field: str = "", hook: str = ""
) -> str:
    """Return SQL for a finding where `condition` holds; `text` is SQL, the rest plain text."""
    return (
        f"case when {condition} then {{'text': {text}, 'severity': {literal(severity)}, "
        f"'field': {literal(field)}, 'hook': {literal(hook)}}} end"
    )


def _field_hook(entity: Entity, attribute: Attribute) -> str:
    name = attribute.odata_name or attribute.name
    return f"validateField failed on field '{entity.name}.{name}'"


def _write_hook(entity: Entity) -> str:
    return f"validateWrite failed on data source '{entity.table} ({entity.table})'"


def _too_long(entity: Entity, attribute: Attribute, limit: int) -> str:
    """The length counts UTF-16 units: characters beyond the basic plane count twice."""
    column = f"c.{quoted(attribute.name)}"
    pairs = f"length(regexp_replace({column}, '[^\\x{{10000}}-\\x{{10FFFF}}]', '', 'g'))"
    too_long = f"strlen({column}) > {limit} and length({column}) + {pairs} > {limit}"
    text = f"The value in field '{field_label(attribute)}' is longer than {limit} characters."
    return _finding(
        too_long, literal(text), field=attribute.name, hook=_field_hook(entity, attribute)
    )


def _unknown_value(entity: Entity, attribute: Attribute, related: Related, condition: str) -> str:
    column = f"c.{quoted(attribute.name)}"
    text = (
        f"'The value ''' || {as_text(attribute, column)} || "
        + literal(f"' in field '{field_label(attribute)}' is not found in the related table ")
        + " || "
        + literal(f"'{related.label}'.")
    )
    return _finding(condition, text, field=attribute.name, hook=_field_hook(entity, attribute))


def _no_line_property(entity: Entity, attribute: Attribute, condition: str, policy: Policy) -> str:
    """The parameters of the company name no line property for the billing type."""
    column = f"c.{quoted(attribute.name)}"
    if policy.every_line_property:
        condition = f"{condition} and {column} <> 'NotAvailable'"
    text = f"'Line property ' || {_label_of(attribute, column)} || ' doesn''t exist'"
    return _finding(condition, text, field=attribute.name, hook=_write_hook(entity))


def _not_filled(entity: Entity, attribute: Attribute, is_given: bool, mode: Mode) -> str:
    """A number counts as filled when it was given, even as zero; anything else must say something.

    A merge keeps what it does not give; an import blanks what it gives blank.
    """
    column = f"c.{quoted(attribute.name)}"
    is_number = attribute.data_type in ("Int32", "Int64", "Real")
    empty = f"{column} is null"
    if attribute.enumeration is None and not is_number:
        empty = f"({column} is null or {column} = {empty_value(attribute)})"
    if mode is Mode.MERGE:
        empty = f"{column} is not null and {empty}"
    if not is_given:
        empty = {Mode.CREATE: "true", Mode.IMPORT: "not k._exists"}.get(mode, "false")
    text = f"Field '{field_label(attribute)}' must be filled in."
    return _finding(empty, literal(text), field=attribute.name, hook=_write_hook(entity))


def _duplicate(entity: Entity) -> str:
    own = [attribute for attribute in entity.key if attribute.name != COMPANY]
    values = " || ', ' || ".join(
        as_text(attribute, f"c.{quoted(attribute.name)}") for attribute in own
    )
    head = f"Cannot create a record in {entity.table_label} ({entity.table}). "
    text = (
        f"{literal(head + field_label(own[0]) + ': ')} || {values} || "
        "'.' || chr(10) || 'The record already exists.'"
    )
    return _finding("k._exists", text, severity="Info")


def _locked(entity: Entity, number: int, lock: Lock) -> str:
    return _finding(f"k._locked{number}", lock.text, severity="Error", hook=_write_hook(entity))


def _label_of(attribute: Attribute, column: str) -> str:
    """Return SQL for the label of the enumeration member in `column`."""
    enumeration = attribute.enumeration
    if enumeration is None:
        raise ValueError(f"{attribute.name} is no enumeration")
    pairs = zip(enumeration.members, enumeration.labels, strict=True)
    cases = " ".join(f"when {literal(member)} then {literal(label)}" for member, label in pairs)
    return f"case {column} {cases} end"
