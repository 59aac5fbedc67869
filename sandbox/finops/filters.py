"""$filter, $orderby and $select: what the service understands of them, as SQL with parameters.

Comparisons, `and`, `or`, `not`; enumerations with `eq` and `ne` only and in qualified form; texts
without regard to case, `'*part*'` as "contains". Functions, `in`, `has` and arithmetic are refused.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

from odata_query import ast, exceptions
from odata_query.grammar import ODataLexer, ODataParser

from sandbox.finops.answers import bad_query
from sandbox.finops.metadata import NAMESPACE, Attribute, Entity
from sandbox.finops.store import quoted

COMPARATORS: Final[dict[type[ast._Comparator], tuple[str, str]]] = {
    ast.Eq: ("=", "Equal"),
    ast.NotEq: ("<>", "NotEqual"),
    ast.Lt: ("<", "LessThan"),
    ast.LtE: ("<=", "LessThanOrEqual"),
    ast.Gt: (">", "GreaterThan"),
    ast.GtE: (">=", "GreaterThanOrEqual"),
}
LITERAL_TYPES: Final[dict[type[ast._Node], tuple[str, ...]]] = {
    ast.String: ("String",),
    ast.Integer: ("Int32", "Int64", "Real"),
    ast.Float: ("Real",),
    ast.GUID: ("Guid",),
    ast.DateTime: ("Date", "UtcDateTime"),
}
ENUM_OR_TEXT = re.compile(rf"'(?:[^']|'')*'|({re.escape(NAMESPACE)}\.\w+)('(?:[^']|'')*')")

Parameters = list[object]


def attribute_of(entity: Entity, name: str) -> Attribute:
    """Return the attribute behind an OData property. Raises Refusal when there is none."""
    attribute = entity.public.get(name)
    if attribute is None:
        raise bad_query(
            f"Could not find a property named '{name}' on type '{NAMESPACE}.{entity.entity_type}'."
        )
    return attribute


def selected(entity: Entity, select: str | None) -> Sequence[Attribute]:
    """Return the attributes of $select in the order of the metadata; all when it is absent."""
    if select is None or select.strip() == "*":
        return tuple(entity.public.values())
    wanted = {attribute_of(entity, name.strip()).name for name in select.split(",")}
    return tuple(attribute for attribute in entity.public.values() if attribute.name in wanted)


def ordered(entity: Entity, orderby: str | None) -> str:
    """Return the SQL order of $orderby; the key decides ties, so pages never overlap."""
    terms = []
    for term in (orderby or "").split(","):
        words = term.split()
        if not words:
            continue
        direction = words[1].lower() if len(words) > 1 else "asc"
        if len(words) > 2 or direction not in ("asc", "desc"):
            raise bad_query(f"Syntax error in '{term.strip()}'.")
        terms.append(f"{quoted(attribute_of(entity, words[0]).name)} {direction} nulls first")
    return ", ".join([*terms, "_key"])


def condition(entity: Entity, text: str) -> tuple[str, Parameters]:
    """Return SQL and its parameters for a $filter. Raises Refusal for what is not supported."""
    prepared = ENUM_OR_TEXT.sub(
        lambda match: f"{match[1]}({match[2]})" if match[1] else match[0], text
    )
    try:
        tree = ODataParser().parse(ODataLexer().tokenize(prepared))
    except (exceptions.ODataException, RecursionError) as error:
        raise bad_query(f"Syntax error in '{text}'.") from error
    parameters: Parameters = []
    return _sql(entity, tree, parameters), parameters


def _sql(entity: Entity, node: ast._Node, parameters: Parameters) -> str:
    match node:
        case ast.BoolOp(op=ast.And(), left=left, right=right):
            joined = f"{_sql(entity, left, parameters)} and {_sql(entity, right, parameters)}"
        case ast.BoolOp(op=ast.Or(), left=left, right=right):
            joined = f"{_sql(entity, left, parameters)} or {_sql(entity, right, parameters)}"
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            joined = f"not {_sql(entity, operand, parameters)}"
        case ast.Compare(comparator=comparator, left=ast.Identifier(name=name), right=value):
            joined = _comparison(attribute_of(entity, name), comparator, value, parameters)
        case _:
            raise bad_query(f"The node kind '{type(node).__name__}' is not supported.")
    return f"({joined})"


def _comparison(
    attribute: Attribute, comparator: ast._Comparator, value: ast._Node, parameters: Parameters
) -> str:
    if type(comparator) not in COMPARATORS:
        raise bad_query(f"The operator '{type(comparator).__name__}' is not supported.")
    operator, kind = COMPARATORS[type(comparator)]
    column = quoted(attribute.name)
    if isinstance(value, ast.Null) and operator in ("=", "<>"):
        return f"{column} is {'not ' if operator == '<>' else ''}null"
    if isinstance(value, ast.Call):
        parameters.append(_enum_member(attribute, value, operator, kind))
        return f"{column} {operator} ?"
    if attribute.data_type not in LITERAL_TYPES.get(type(value), ()):
        raise _incompatible(attribute, type(value).__name__, kind)
    parameters.append(_bound(value))
    if not isinstance(value, ast.String):
        return f"{column} {operator} ?"
    if operator in ("=", "<>") and "*" in value.val:
        parameters[-1] = _pattern(value.val)
        return f"{column} {'not ' if operator == '<>' else ''}ilike ? escape '\\'"
    return f"lower({column}) {operator} lower(rtrim(?))"


def _enum_member(attribute: Attribute, call: ast.Call, operator: str, kind: str) -> str:
    enumeration = attribute.enumeration
    name = ".".join((*call.func.namespace, call.func.name))
    if enumeration is None or name != enumeration.edm_type:
        raise _incompatible(attribute, name, kind)
    if operator not in ("=", "<>"):
        raise bad_query(f"The operator '{kind}' is not supported for enumerations.")
    member = call.args[0].val if isinstance(call.args[0], ast.String) else ""
    if member not in enumeration.members:
        raise bad_query(f"The string '{member}' is not a valid enumeration type constant.")
    return str(member)


def _bound(value: ast._Node) -> object:
    match value:
        case ast.Integer(val=text) | ast.Float(val=text):
            return Decimal(text)
        case ast.GUID(val=text):
            return text.lower()
        case ast.DateTime():
            moment: datetime = value.py_val
            return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
        case ast.String(val=text):
            return text
    raise bad_query(f"The literal '{value}' is not supported.")


def _pattern(text: str) -> str:
    """Turn `*part*` into an SQL pattern."""
    escaped = re.sub(r"([\\%_])", r"\\\1", text)
    return escaped.replace("*", "%")


def _incompatible(attribute: Attribute, found: str, kind: str) -> Exception:
    return bad_query(
        "A binary operator with incompatible types was detected. Found operand types "
        f"'{attribute.edm_type}' and '{found}' for operator kind '{kind}'."
    )
