"""$filter over metadata, which is described in memory and not kept in tables."""

import re
from collections.abc import Mapping

from odata_query import ast

from sandbox.dataverse.answers import ApiError, bad_request
from sandbox.dataverse.filters import full_name, parse

MEMBER = re.compile(r"Microsoft\.Dynamics\.CRM\.\w+'(\w+)'")
"""A member of an enumeration, as in AttributeTypeCode'DateTime'."""


def matches(description: Mapping[str, object], text: str | None) -> bool:
    """Tell whether a description passes a $filter of eq, ne, and, or, not."""
    if text is None:
        return True
    return _is_true(parse(MEMBER.sub(r"'\1'", text)), description)


def _is_true(node: ast._Node, description: Mapping[str, object]) -> bool:
    match node:
        case ast.BoolOp(op=ast.And(), left=left, right=right):
            return _is_true(left, description) and _is_true(right, description)
        case ast.BoolOp(left=left, right=right):
            return _is_true(left, description) or _is_true(right, description)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return not _is_true(operand, description)
        case ast.Compare(comparator=ast.Eq(), left=left, right=right):
            return _value(left, description) == _value(right, description)
        case ast.Compare(comparator=ast.NotEq(), left=left, right=right):
            return _value(left, description) != _value(right, description)
    raise _unsupported(node)


def _value(node: ast._Node, description: Mapping[str, object]) -> object:
    match node:
        case ast.Identifier():
            if full_name(node) not in description:
                raise bad_request(f"Could not find a property named '{full_name(node)}'.")
            return description[full_name(node)]
        case ast.Attribute(owner=owner, attr=attribute):
            outer = _value(owner, description)
            return outer.get(attribute) if isinstance(outer, Mapping) else None
        case ast.Integer() | ast.Boolean() | ast.String() | ast.Null() | ast.GUID():
            return node.py_val
    raise _unsupported(node)


def _unsupported(node: ast._Node) -> ApiError:
    return bad_request(f"The query node {type(node).__name__} is not supported in $filter.")
