"""Errors a load can end with; a refused row is not one of them, it is a receipt.

IntegrationError
├── LedgerInUse      another load holds the ledger
├── LedgerUnusable   the file is no ledger this version can read
├── ImportsFailing   packages fail as a whole, whatever is in them
├── TargetUnfit      the target lacks an entity, a column or a key of a model
├── WarehouseMissing the warehouse or a table of it is not there
└── SelectionUnknown a name given to --select or --adopt does not exist
"""

from connection.errors import IntegrationError


class LedgerInUse(IntegrationError):
    """Another process writes the ledger."""


class LedgerUnusable(IntegrationError):
    """The file is no ledger, or one of a newer version."""


class ImportsFailing(IntegrationError):
    """Import after import fails as a whole, so that no row is to blame."""


class TargetUnfit(IntegrationError):
    """The target's metadata does not have what a model sends."""


class WarehouseMissing(IntegrationError):
    """Nothing was built yet, or dbt is writing the warehouse right now."""


class SelectionUnknown(IntegrationError):
    """A template, model or row was named that does not exist."""
