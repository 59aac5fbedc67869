"""Make or reopen the organisation that the process serves."""

import json
from dataclasses import dataclass
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

import duckdb

from sandbox import dataverse
from sandbox.app import HAS_FINOPS
from sandbox.database import Database
from sandbox.dataverse import ABSENT_SETTING, GENERATION_SETTING, ORGANIZATION_SETTING
from sandbox.errors import DifferentDatabaseError, SandboxError
from sandbox.generator import SMALLEST, generate
from sandbox.rows_from_files import absent_solution_columns, load_rows, read_files

MADE_FROM = "made_from"


@dataclass(frozen=True, slots=True)
class Contents:
    """What an organisation is made from: a generator call, or the files of a folder.

    rows: about how many, sales and stock beside them; 0 makes an empty organisation.
    generation: psa2, psa3 or project_operations.
    """

    rows: int = 1000
    seed: int = 1
    generation: str = "psa3"
    data: Path | None = None

    def describe(self) -> str:
        """Say in words what the rows are; two contents of the same words are the same."""
        if self.data is not None:
            return f"the files of {self.data.resolve()} ({self.generation})"
        return f"{self.rows} rows of seed {self.seed} ({self.generation})"


def open_database(contents: Contents, path: Path | None = None) -> Database:
    """Open the database at `path` (None: in memory), and fill it when it is new.

    Raises DifferentDatabaseError when the file holds something else, UnreadableRowsError for a bad
    file of --data, SandboxError for a number of rows the generator cannot make or a file in use.
    """
    if contents.data is None and 0 < contents.rows < SMALLEST:
        raise SandboxError(f"The generator makes {SMALLEST} rows or more; use --rows {SMALLEST}.")
    try:
        database = Database(path)
    except duckdb.IOException as error:
        raise SandboxError(f"{path} cannot be opened; is another sandbox using it?") from error
    try:
        made_from = database.setting(MADE_FROM)
        if made_from is None:
            _fill(database, contents)
        elif made_from != contents.describe():
            raise DifferentDatabaseError(
                f"{path} holds {made_from}, not {contents.describe()}: "
                "ask for the same, name another --path, or delete the file."
            )
        dataverse.create(database)
        _create_finops(database)
    except BaseException:
        database.close()
        raise
    return database


def _fill(database: Database, contents: Contents) -> None:
    """Fill a new database; the rows and the note of what they are appear in one step."""
    database.remember(GENERATION_SETTING, contents.generation)
    database.remember(ORGANIZATION_SETTING, str(uuid5(NAMESPACE_URL, contents.describe())))
    files = {}
    if contents.data is not None:
        tables = dataverse.organisation_tables(database)
        files = read_files(contents.data, tables)
        database.remember(ABSENT_SETTING, json.dumps(absent_solution_columns(files, tables)))
    dataverse.create(database)
    tables = dataverse.organisation_tables(database)
    with database.writing() as cursor:
        if contents.data is not None:
            load_rows(cursor, files, tables)
        elif contents.rows:
            generate(
                cursor,
                tables,
                rows=contents.rows,
                seed=contents.seed,
                generation=contents.generation,
            )
        cursor.execute(
            "insert into sandbox.settings values (?, ?)", [MADE_FROM, contents.describe()]
        )


def _create_finops(database: Database) -> None:
    if HAS_FINOPS:
        from sandbox import finops

        finops.create(database)
