"""The company in whose package rows go that belong to no company."""

import csv

from connection.errors import ManifestError
from connection.manifest import Manifest
from connection.settings import Settings

SEED, COLUMN = "companies", "data_area_id"


def package_company(settings: Settings, manifest: Manifest) -> str:
    """Return D365_COMPANY, else the first company of the seed. Raises ManifestError without one."""
    if settings.d365_company:
        return settings.d365_company
    path = manifest.seed_file(SEED)
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row.get(COLUMN):
                return str(row[COLUMN])
    raise ManifestError(f"{path} names no company: add a line, or set D365_COMPANY.")
