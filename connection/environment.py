"""Which pair of environments the rows under RAW_ROOT come from, and whether that still holds."""

from dataclasses import asdict, dataclass, fields

from connection.addresses import host, is_loopback
from connection.errors import EnvironmentMismatch, StorageError
from connection.settings import Settings, variable
from connection.storage import Storage

FILE = "environment.json"


@dataclass(frozen=True, slots=True)
class Environment:
    """One pair of a Dataverse and a Finance and Operations environment.

    dataverse_organization: the organisation id Dataverse tells. finops_organization: the lower-case
    host name, because Finance and Operations tells no id. sandbox: Dataverse is on this machine.
    """

    environment: str
    dataverse_url: str
    dataverse_organization: str
    finops_url: str
    finops_organization: str
    sandbox: bool


def describe_environment(settings: Settings, dataverse_organization: str) -> Environment:
    """Return the environment that `settings` and the organisation id describe."""
    return Environment(
        environment=settings.d365_environment,
        dataverse_url=settings.dataverse_url,
        dataverse_organization=dataverse_organization.lower(),
        finops_url=settings.finops_url,
        finops_organization=host(settings.finops_url),
        sandbox=is_loopback(settings.dataverse_url),
    )


def read_environment(storage: Storage) -> Environment | None:
    """Return what environment.json says; None before the first extract.

    Raises StorageError when the file is there but incomplete.
    """
    content = storage.read_json(FILE)
    if content is None:
        return None
    names = [field.name for field in fields(Environment)]
    missing = [name for name in names if name not in content]
    if missing or not isinstance(content["sandbox"], bool):
        wrong = missing[0] if missing else "sandbox"
        raise StorageError(
            f"{storage.path(FILE)} has no usable `{wrong}`: restore the file, or extract into an "
            "empty RAW_ROOT."
        )
    return Environment(**{name: content[name] for name in names})


def write_environment(storage: Storage, environment: Environment) -> None:
    """Write environment.json in one visible step."""
    storage.write_json(FILE, asdict(environment))


def require_same_environment(settings: Settings, recorded: Environment) -> None:
    """Check that `settings` point to where the recorded rows come from, without any request.

    Raises EnvironmentMismatch in one sentence; also when rows from a sandbox would go to an
    address that is not on this machine.
    """
    if recorded.sandbox and not is_loopback(settings.finops_url):
        raise EnvironmentMismatch(
            f"The rows come from a sandbox ({recorded.dataverse_url}) but FINOPS_URL is "
            f"{settings.finops_url}: sandbox rows are never sent outside this machine."
        )
    for name in ("dataverse_url", "finops_url"):
        _require_equal(variable(name), getattr(settings, name), getattr(recorded, name))


def require_same_record(current: Environment, recorded: Environment, holder: str) -> None:
    """Check two complete descriptions against each other, organisation ids included.

    holder: what carries `recorded`, such as "the raw files" or "the ledger".
    Raises EnvironmentMismatch naming the first field that differs.
    """
    for name in ("dataverse_url", "dataverse_organization", "finops_url", "finops_organization"):
        _require_equal(name, getattr(current, name), getattr(recorded, name), holder)


def _require_equal(name: str, current: str, recorded: str, holder: str = "the raw files") -> None:
    if current.lower() != recorded.lower():
        raise EnvironmentMismatch(
            f"{name} is {current} but {holder} belong to {recorded}: set it back, or choose "
            "another D365_ENVIRONMENT for the new pair."
        )
