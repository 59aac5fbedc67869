"""Which declared tables a run reads."""

from collections.abc import Collection

from connection.declarations import SourceTable
from connection.errors import ManifestError
from connection.manifest import Manifest

SYSTEMS = ("dataverse", "finops")
"""Systems that can be read."""


def tables(manifest: Manifest, select: Collection[str] | None) -> tuple[SourceTable, ...]:
    """Return the selected source tables in declaration order, each once.

    select: names of templates (all their sources), of tables, or `system.table`; None means all.
    Raises ManifestError for a name that is none of these, and for a system nothing can read.
    """
    chosen = {table.label for table in manifest.sources} if select is None else set()
    for name in select or ():
        found = _named(manifest, name)
        if not found:
            known = sorted({*manifest.templates(), *(table.name for table in manifest.sources)})
            raise ManifestError(
                f"`{name}` is no template and no source table: choose from {', '.join(known)}."
            )
        chosen |= found
    selected = tuple(table for table in manifest.sources if table.label in chosen)
    if not selected:
        raise ManifestError("The selection holds no source table: there is nothing to extract.")
    for table in selected:
        if table.system not in SYSTEMS:
            raise ManifestError(
                f"The source {table.label} belongs to {table.system}, which extract cannot read: "
                f"declare it under {' or '.join(SYSTEMS)}."
            )
    return selected


def _named(manifest: Manifest, name: str) -> set[str]:
    if name in manifest.templates():
        return {table.label for table in manifest.sources_of(name)}
    return {table.label for table in manifest.sources if name in (table.name, table.label)}
