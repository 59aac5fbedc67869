"""Files that name what an import refused; the real formats are unknown, these are like exports."""

from sandbox.finops.csv_files import unicode_csv
from sandbox.finops.jobs import EntityRun
from sandbox.finops.metadata import COMPANY, Entity


def refused_keys(entity: Entity, run: EntityRun) -> bytes:
    """Return the keys of the refused rows: the key fields without the company, upper case."""
    header = [key.name.upper() for key in entity.key if key.name != COMPANY]
    return unicode_csv(header, run.refused_keys)


def staging_errors(run: EntityRun) -> bytes:
    """Return why the file did not reach staging."""
    return unicode_csv(["FILE", "ERRORMESSAGE"], [(run.part.file, run.staging_problem)])
