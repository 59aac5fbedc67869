"""Where the rows come from: settled before the first row is read."""

import httpx

from connection.addresses import printable
from connection.environment import (
    Environment,
    describe_environment,
    read_environment,
    require_same_environment,
    require_same_record,
    write_environment,
)
from connection.errors import ServiceMalformed, StorageError
from connection.responses import accepted, json_object
from connection.settings import Settings
from connection.storage import Storage


def settle_environment(storage: Storage, settings: Settings, client: httpx.Client) -> Environment:
    """Return the environment the rows belong to; record it before the first table lands.

    client: of Dataverse. Raises EnvironmentMismatch when RAW_ROOT holds rows of another pair, by
    the addresses before any request and by the organisation id after one; StorageError when it
    holds rows and does not say whose.
    """
    recorded = read_environment(storage)
    if recorded is not None:
        require_same_environment(settings, recorded)
    elif storage.names("*/*/*.parquet"):
        raise StorageError(
            f"{storage.root} holds rows but no environment.json that says whose: restore that "
            "file, or set RAW_ROOT to an empty folder."
        )
    current = describe_environment(settings, _organization(client))
    if recorded is None:
        require_same_environment(settings, current)
        write_environment(storage, current)
    else:
        require_same_record(current, recorded, "the raw files")
    return current


def _organization(client: httpx.Client) -> str:
    response = accepted(client.get("WhoAmI"))
    organization = json_object(response.content).get("OrganizationId")
    if not isinstance(organization, str):
        raise ServiceMalformed(
            f"{printable(response.request.url)} tells no OrganizationId: check that DATAVERSE_URL "
            "is a Dataverse environment."
        )
    return organization
