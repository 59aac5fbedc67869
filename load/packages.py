"""Build a data package: the layout that the data management framework takes without complaint.

A zip with Manifest.xml, PackageHeader.xml and one CSV at its root. Each of these, when wrong, makes
a job fail or succeed with nothing in it: the namespace, an entity map, the entity's label, UTF-16
with a byte order mark for CSV-Unicode, and CRLF line ends. Source: F&O data packages.
"""

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

import duckdb

from connection.declarations import Column

NAMESPACE = "http://schemas.microsoft.com/dynamics/2015/01/DataManagement"
INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"
MANIFEST_TYPE = (
    "Microsoft.Dynamics.AX.Framework.Tools.DataManagement.Serialization"
    ".DataManagementPackageManifest"
)
SOURCE_FORMAT = "CSV-Unicode"
CRLF = "\r\n"
MEMBER_DATE = (1980, 1, 1, 0, 0, 0)
"""Fixed, so that the same rows give the same bytes."""


@dataclass(frozen=True, slots=True)
class PackageEntity:
    """What goes into one package. fields: upper case, in the order of the CSV."""

    group: str
    label: str
    fields: tuple[str, ...]
    level: int = 1

    @property
    def file_name(self) -> str:
        """Return the CSV's name in the zip."""
        return f"{self.label}.csv"


def build_package(entity: PackageEntity, body: str) -> bytes:
    """Return the zip. body: CSV lines below the header, each ended with CRLF."""
    header = ",".join(entity.fields) + CRLF
    data = (header + body).encode("utf-16-le")
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, member in (
            ("Manifest.xml", _manifest(entity).encode()),
            ("PackageHeader.xml", _header(entity).encode()),
            (entity.file_name, b"\xff\xfe" + data),
        ):
            info = zipfile.ZipInfo(name, MEMBER_DATE)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, member)
    return content.getvalue()


def used_columns(
    connection: duckdb.DuckDBPyConnection, chunk: str, columns: Sequence[Column]
) -> tuple[Column, ...]:
    """Return the columns with a value in any row: one that is null throughout is left out."""
    counts = ", ".join(f'count("{column.name}")' for column in columns)
    found = connection.execute(f"select {counts} from {chunk}").fetchone() or ()
    return tuple(column for column, count in zip(columns, found, strict=True) if count)


def csv_body(connection: duckdb.DuckDBPyConnection, chunk: str, columns: Sequence[Column]) -> str:
    """Return the CSV lines of a chunk's rows, in the order of their keys.

    Texts are always quoted, so that blanks, commas and line breaks in them survive.
    """
    cells = [f"coalesce({_cell_sql(column)}, '')" for column in columns]
    line = " || ',' || ".join(cells) + " || chr(13) || chr(10)"
    row = connection.execute(
        f"select coalesce(string_agg({line}, '' order by key_text), '') from {chunk}"
    ).fetchone()
    return str(row[0]) if row else ""


def _cell_sql(column: Column) -> str:
    name = f'"{column.name}"'
    match column.data_type.kind:
        case "string":
            return f"""'"' || replace({name}, '"', '""') || '"'"""
        case "date":
            return f"strftime({name}, '%Y-%m-%d')"
        case "timestamp":
            return f"strftime({name}, '%Y-%m-%dT%H:%M:%SZ')"
        case "boolean":
            return f"case when {name} then 'Yes' else 'No' end"
        case _:
            return f"cast({name} as varchar)"


def _header(entity: PackageEntity) -> str:
    return (
        '<?xml version="1.0" encoding="utf-8"?>'
        f'<DataManagementPackageHeader xmlns:i="{INSTANCE}" xmlns="{NAMESPACE}">'
        f"<Description>{escape(entity.group)}</Description>"
        f"<ManifestType>{MANIFEST_TYPE}</ManifestType>"
        "<PackageType>DefinitionGroup</PackageType>"
        "<PackageVersion>2</PackageVersion>"
        "</DataManagementPackageHeader>"
    )


def _manifest(entity: PackageEntity) -> str:
    return (
        '<?xml version="1.0" encoding="utf-8"?>'
        f'<DataManagementPackageManifest xmlns:i="{INSTANCE}" xmlns="{NAMESPACE}">'
        f"<DefinitionGroupName>{escape(entity.group)}</DefinitionGroupName>"
        f"<Description>{escape(entity.group)}</Description>"
        f"<PackageEntityList>{_entity_data(entity)}</PackageEntityList>"
        "</DataManagementPackageManifest>"
    )


def _entity_data(entity: PackageEntity) -> str:
    """The elements in the alphabetical order of the data contract, which the target relies on."""
    maps = "".join(_entity_map(name) for name in entity.fields)
    return (
        "<DataManagementPackageEntityData>"
        "<DefaultRefreshType>FullPush</DefaultRefreshType>"
        "<Disable>false</Disable>"
        f"<EntityMapList>{maps}</EntityMapList>"
        f"<EntityName>{escape(entity.label)}</EntityName>"
        '<EntityTransformList i:nil="true"/>'
        "<ExcelSheetName/>"
        "<ExecutionUnit>1</ExecutionUnit>"
        "<FailExecutionUnitOnError>false</FailExecutionUnitOnError>"
        "<FailLevelOnError>false</FailLevelOnError>"
        f"<InputFilePath>{escape(entity.file_name)}</InputFilePath>"
        f"<LevelInExecutionUnit>{entity.level}</LevelInExecutionUnit>"
        "<RunBusinessLogic>true</RunBusinessLogic>"
        "<RunBusinessValidation>true</RunBusinessValidation>"
        "<SampleFilePath/>"
        "<SequenceInLevel>1</SequenceInLevel>"
        "<SkipStaging>false</SkipStaging>"
        f"<SourceFormat>{SOURCE_FORMAT}</SourceFormat>"
        "<ValidationStatus>Yes</ValidationStatus>"
        "</DataManagementPackageEntityData>"
    )


def _entity_map(name: str) -> str:
    field = escape(name)
    return (
        "<EntityMap>"
        "<ArrayIndex>0</ArrayIndex>"
        f"<EntityField>{field}</EntityField>"
        '<EntityFieldConversionList i:nil="true"/>'
        "<IsAutoDefault>false</IsAutoDefault>"
        "<IsAutoGenerated>false</IsAutoGenerated>"
        "<IsDefaultValueEqualNull>false</IsDefaultValueEqualNull>"
        "<UseTextQualifier>true</UseTextQualifier>"
        f"<XMLField>{field}</XMLField>"
        "</EntityMap>"
    )
