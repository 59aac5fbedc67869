"""The companies of the project, as the seed `companies` lists them."""

import csv

from connection.errors import ManifestError
from connection.manifest import Manifest

SEED, COLUMN = "companies", "data_area_id"


def companies(manifest: Manifest) -> tuple[str, ...]:
    """Return the companies in the order of the seed, lower case. Raises ManifestError without one."""
    path = manifest.seed_file(SEED)
    with path.open(encoding="utf-8-sig", newline="") as file:
        names = [(row.get(COLUMN) or "").strip().lower() for row in csv.DictReader(file)]
    found = tuple(dict.fromkeys(name for name in names if name))
    if not found:
        raise ManifestError(f"{path} names no company: add a line for each.")
    return found
