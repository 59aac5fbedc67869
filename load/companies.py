"""The company in whose package rows go that belong to no company."""

from connection.companies import companies
from connection.manifest import Manifest
from connection.settings import Settings


def package_company(settings: Settings, manifest: Manifest) -> str:
    """Return D365_COMPANY, else the first company of the seed. Raises ManifestError without one."""
    return settings.d365_company or companies(manifest)[0]
