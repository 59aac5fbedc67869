"""How the fake Finance reads packages, filters and keys, and how it spells its answers."""

import csv
import io
import json
import re
import zipfile
from decimal import Decimal
from typing import Any

import httpx
from declared import MODELS, PROPERTY_NAMES, PROPERTY_TYPES
from defusedxml import ElementTree

from connection.declarations import TargetModel

NS = "{http://schemas.microsoft.com/dynamics/2015/01/DataManagement}"

Row = dict[str, Any]


def read_package(content: bytes) -> tuple[str, list[str], list[Row]]:
    """Read a package by the five conditions; returns (model name, columns, rows by our names)."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        manifest = ElementTree.fromstring(archive.read("Manifest.xml"))
        assert manifest.tag == f"{NS}DataManagementPackageManifest"
        entity = manifest.find(f".//{NS}DataManagementPackageEntityData")
        assert entity is not None
        fields = [element.text for element in entity.iter(f"{NS}EntityField")]
        assert fields == [element.text for element in entity.iter(f"{NS}XMLField")]
        raw = archive.read(entity.findtext(f"{NS}InputFilePath") or "")
    assert raw.startswith(b"\xff\xfe")
    text = raw[2:].decode("utf-16-le")
    label = entity.findtext(f"{NS}EntityName")
    name = next(name for name, model in MODELS.items() if model.entity == label)
    header, *lines = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    assert header == fields
    spelled = {column.name.upper(): column.name for column in MODELS[name].columns}
    return (
        name,
        header,
        [dict(zip((spelled[h] for h in header), line, strict=True)) for line in lines],
    )


def properties(model: TargetModel) -> list[Row]:
    names = [column.name for column in model.payload_columns] + [*extra(model)]
    return [
        {
            "Name": PROPERTY_NAMES.get(name, name),
            "TypeName": PROPERTY_TYPES.get(name, "Edm.String"),
            "IsKey": name in model.key,
        }
        for name in names
    ]


def extra(model: TargetModel) -> tuple[str, ...]:
    return (model.locked_when.property,) if model.locked_when else ()


def named(collection: str) -> str:
    return next(name for name, model in MODELS.items() if model.collection == collection)


def ours(name: str, property_name: str) -> str:
    """Our column of a property; the service knows only its own spelling."""
    spelled = {PROPERTY_NAMES.get(c.name, c.name): c.name for c in MODELS[name].columns}
    return spelled[property_name]


def shown(model: TargetModel, row: Row, property_name: str) -> Any:
    names = {PROPERTY_NAMES.get(c.name, c.name): c for c in model.columns}
    column = names.get(property_name)
    value = row.get(column.name if column else property_name)
    kind = column.data_type.kind if column else "string"
    if kind == "decimal" and not isinstance(value, int | Decimal):
        return Decimal(value or 0)
    if kind == "date":
        return f"{str(value or '1900-01-01')[:10]}T12:00:00Z"
    return value if value is not None else ""


def matches(row: Row, condition: str) -> bool:
    """Judge `(A eq 'x' and B eq 1) or (...)`."""
    pattern = r"\(?(\w+) eq ('(?:[^']|'')*'|[^\s()]+)\)?(?: (and|or) )?"
    groups: list[bool] = [True]
    for name, text, word in re.findall(pattern, condition):
        wanted = text[1:-1].replace("''", "'") if text.startswith("'") else text
        told = row.get(name, row.get({v: k for k, v in PROPERTY_NAMES.items()}.get(name, name)))
        same = str(told).lower() == wanted.lower()
        if not same and not text.startswith("'") and "-" not in text:
            same = Decimal(str(told)) == Decimal(wanted)
        groups[-1] = groups[-1] and same
        if word == "or":
            groups.append(True)
    return any(groups)


def literals(text: str, sign: str) -> list[tuple[str, str]]:
    pattern = rf"(\w+){sign}('(?:[^']|'')*'|[^\s,]+)"
    return [
        (name, value[1:-1].replace("''", "'") if value.startswith("'") else value)
        for name, value in re.findall(pattern, text)
    ]


def error(message: str, kind: str = "System.Exception") -> str:
    inner = {"message": message, "type": kind, "stacktrace": ""}
    return json.dumps(
        {"error": {"code": "", "message": "An error has occurred.", "innererror": inner}}
    )


def value_of(value: Any) -> httpx.Response:
    return httpx.Response(200, json={"value": value})
