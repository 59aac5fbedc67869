"""Rewrite the parts of each landed table into one that holds the newest version per key."""

from dataclasses import dataclass
from pathlib import Path

import duckdb

from connection.declarations import SourceTable
from connection.errors import StorageError
from connection.manifest import Manifest
from connection.settings import Settings
from connection.storage import Storage
from extract.landing import RawTable
from extract.lock import exclusive
from extract.presence import LANDED_COLUMNS
from extract.work import work_folder


@dataclass(frozen=True, slots=True)
class Compacted:
    """One table: how many parts and row versions it had, and how many versions remain."""

    folder: str
    parts_before: int
    rows_before: int
    rows_after: int
