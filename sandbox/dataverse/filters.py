"""$filter as SQL with bound parameters."""

from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

from odata_query import ast
from odata_query.exceptions import ODataException
from odata_query.grammar import ODataLexer, ODataParser

from sandbox.dataverse.answers import bad_request, unknown_property
from sandbox.dataverse.metadata import Column, Table

OPERATORS = {
    ast.Eq: "=",
    ast.NotEq: "<>",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}
MIRRORED = {"=": "=", "<>": "<>", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
TEXT_FUNCTIONS = {"contains": "contains", "startswith": "starts_with", "endswith": "ends_with"}
NUMBERS = frozenset({"integer", "bigint", "decimal", "money", "double"})


def parse(text: str) -> ast._Node:
    """Return the syntax tree of a $filter; raises ApiError 400 when it does not parse."""
    try:
        tree: ast._Node = ODataParser().parse(ODataLexer().tokenize(text))
    except ODataException as error:
        raise bad_request(f"Syntax error in the $filter '{text}': {error}") from error
    return tree


def full_name(node: ast.Identifier) -> str:
    """Return an identifier with its namespace."""
    return ".".join((*node.namespace, node.name))


def to_sql(text: str, table: Table) -> tuple[str, list[object]]:
    """Return a $filter as an SQL condition over `source`, and its parameters."""
    translator = _Translator(table)
    return translator.condition(parse(text)), translator.parameters


class _Translator:
    """Turns each node into SQL text; literals go to `parameters` in the order they appear.

    Text compares without regard to case, and a null answers no comparison but `eq null` and
    `ne null`, both as in the service's own database.
    """

    def __init__(self, table: Table) -> None:
        self._table = table
        self._properties = table.properties
        self.parameters: list[object] = []

    def condition(self, node: ast._Node) -> str:
        """Return the SQL of a node that is true or false."""
        match node:
            case ast.BoolOp(op=operator, left=left, right=right):
                word = "and" if isinstance(operator, ast.And) else "or"
                return f"({self.condition(left)} {word} {self.condition(right)})"
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return f"(not {self.condition(operand)})"
            case ast.Compare():
                return self._comparison(node)
            case ast.Call():
                return self._call(node)
        raise bad_request(f"The query node {type(node).__name__} is not supported in $filter.")

    def _comparison(self, node: ast.Compare) -> str:
        operator = OPERATORS.get(type(node.comparator))
        if operator is None:
            raise bad_request("The operator 'in' is not supported in $filter.")
        left, right = node.left, node.right
        if not isinstance(left, ast.Identifier):
            left, right, operator = right, left, MIRRORED[operator]
        column = self._column(left)
        name = f'source."{column.wire_name}"'
        if isinstance(right, ast.Null):
            return f"{name} is {'not ' if operator == '<>' else ''}null"
        self.parameters.append(_constant(right, column))
        if column.type in ("string", "memo"):
            return f"lower({name}) {operator} lower(?)"
        return f"{name} {operator} ?"

    def _call(self, node: ast.Call) -> str:
        function = TEXT_FUNCTIONS.get(full_name(node.func))
        if function is None:
            raise bad_request(f"The function '{full_name(node.func)}' is not supported.")
        column = self._column(node.args[0])
        self.parameters.append(str(_constant(node.args[1], column)))
        return f'{function}(lower(source."{column.wire_name}"), lower(?))'

    def _column(self, node: ast._Node) -> Column:
        if not isinstance(node, ast.Identifier):
            raise bad_request("A comparison in $filter needs a property on one side.")
        column = self._properties.get(full_name(node))
        if column is None:
            raise unknown_property(full_name(node), self._table.name)
        return column


def _constant(node: ast._Node, column: Column) -> object:
    """Return the literal as a value of the column's type; raises ApiError 400 when it is not."""
    negative = isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub)
    if isinstance(node, ast.UnaryOp) and negative:
        node = node.operand
    if isinstance(node, ast.Integer | ast.Float):
        if column.type in NUMBERS or column.options:
            return -Decimal(node.val) if negative else Decimal(node.val)
    elif isinstance(node, ast.Boolean):
        if column.type == "boolean":
            return node.py_val
    elif isinstance(node, ast.GUID):
        if column.type == "uniqueidentifier" or column.is_lookup:
            return node.py_val
    elif isinstance(node, ast.String):
        return _text_constant(node.val, column)
    elif isinstance(node, ast.DateTime | ast.Date) and column.type == "datetime":
        return _moment(node.val)
    raise _incompatible(column)


def _text_constant(text: str, column: Column) -> object:
    if column.type in ("string", "memo"):
        return text
    if column.type == "uniqueidentifier" or column.is_lookup:
        try:
            return UUID(text)
        except ValueError as error:
            raise _incompatible(column) from error
    raise _incompatible(column)


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment


def _incompatible(column: Column) -> Exception:
    return bad_request(
        "A binary operator with incompatible types was detected for the property "
        f"'{column.wire_name}' of type '{column.type}'."
    )
