"""WhoAmI and RetrieveTotalRecordCount."""

import re
from contextlib import closing

from sandbox.database import Database
from sandbox.dataverse.answers import Answer, Call, as_json, bad_request
from sandbox.dataverse.catalog import Catalog
from sandbox.dataverse.writing import ROOT_BUSINESS_UNIT

USER_ID = "c0000000-0000-4000-8000-000000000001"
ORGANIZATION_SETTING = "organization_id"


def who_am_i(database: Database, call: Call) -> Answer:
    """Return who the caller is and which organisation answers."""
    return as_json(
        {
            "@odata.context": f"{call.root}/$metadata#Microsoft.Dynamics.CRM.WhoAmIResponse",
            "BusinessUnitId": str(ROOT_BUSINESS_UNIT),
            "UserId": USER_ID,
            "OrganizationId": database.setting(ORGANIZATION_SETTING),
        }
    )


def total_record_count(database: Database, catalog: Catalog, call: Call, arguments: str) -> Answer:
    """Return the row counts of the tables named in `EntityNames=['account',...]`."""
    listed = re.fullmatch(r"EntityNames=\[(.*)\]", arguments.strip())
    if listed is None:
        raise bad_request("RetrieveTotalRecordCount needs EntityNames=['table',...].")
    names = re.findall(r"""['"](\w+)['"]""", listed[1])
    with closing(database.cursor()) as cursor:
        counts = []
        for name in names:
            table = catalog.by_name(name)
            found = cursor.execute(f'select count(*) from dataverse."{table.name}"').fetchone()
            counts.append(found[0] if found else 0)
    answer = "Microsoft.Dynamics.CRM.RetrieveTotalRecordCountResponse"
    return as_json(
        {
            "@odata.context": f"{call.root}/$metadata#{answer}",
            "EntityRecordCountCollection": {
                "Count": len(names),
                "IsReadOnly": False,
                "Keys": names,
                "Values": counts,
            },
        }
    )
