"""Writing categories, actuals and connections: what the service takes, refuses and passes over."""

import pytest
from dataverse_service import Dataverse

ACTUAL = "00000000-0000-0000-0000-0000000000a1"
CATEGORY = "00000000-0000-0000-0000-0000000000c1"
NOWHERE = "00000000-0000-0000-0000-000000000001"

ACTUAL_BODY: dict[str, object] = {
    "msdyn_documentdate": "2025-03-30T07:00:00Z",
    "msdyn_startdatetime": "2025-03-30T16:00:00Z",
    "msdyn_enddatetime": "2025-03-31T00:00:00Z",
    "msdyn_transactionclassification": 690970002,
    "msdyn_transactiontypecode": 192350005,
    "msdyn_amount": 12.34,
}
CONNECTION_BODY: dict[str, object] = {
    f"msdyn_transaction{side}{part}": value
    for side in (1, 2)
    for part, value in (("", ACTUAL), ("role", "Cost"), ("type", "msdyn_actual"))
}


def refusal(service: Dataverse, method: str, path: str, body: object) -> tuple[int, str, str]:
    response = service.client.request(method, path, json=body)
    error = response.json()["error"]
    return response.status_code, error["code"], error["message"]


def put_actual(service: Dataverse) -> None:
    service.client.patch(f"msdyn_actuals({ACTUAL})", json=ACTUAL_BODY).raise_for_status()


def test_a_category_with_a_chosen_key_is_created_then_updated(empty: Dataverse) -> None:
    path = f"msdyn_transactioncategories({CATEGORY})"
    for name in ("Airfare", "Hotel"):
        body = {"msdyn_name": name, "msdyn_billingtype": 192350001}
        response = empty.client.patch(path, json=body)
        assert response.status_code == 204
        assert response.headers["OData-EntityId"].endswith(path)
    (row,) = empty.rows("msdyn_transactioncategories")
    assert (row["msdyn_transactioncategoryid"], row["msdyn_name"]) == (CATEGORY, "Hotel")
    assert (row["statecode"], row["statuscode"]) == (0, 1)


def test_a_category_has_no_alternate_key(empty: Dataverse) -> None:
    keys = empty.get("EntityDefinitions(LogicalName='msdyn_transactioncategory')/Keys")
    assert keys.json()["value"] == []
    path = "msdyn_transactioncategories(msdyn_name='Airfare')"
    status, code, _ = refusal(empty, "PATCH", path, {"msdyn_billingtype": 192350001})
    assert (status, code) == (400, "0x80060888")
    for _ in range(2):
        empty.create("msdyn_transactioncategories", msdyn_name="Airfare")


@pytest.mark.parametrize("column", ["exchangerate", "msdyn_amount_base", "msdyn_price_base"])
def test_what_the_service_computes_of_an_actual_is_refused(empty: Dataverse, column: str) -> None:
    path = f"msdyn_actuals({ACTUAL})"
    status, code, words = refusal(empty, "PATCH", path, ACTUAL_BODY | {column: 1.5})
    assert (status, code) == (400, "0x80060888")
    assert f"'{column}'" in words
    assert "not valid for create or update" in words
    assert empty.rows("msdyn_actuals") == []
    put_actual(empty)
    assert refusal(empty, "PATCH", path, {column: 1.5})[:2] == (400, "0x80060888")


def test_what_the_service_computes_of_an_actual_can_be_passed_over_instead(
    empty: Dataverse,
) -> None:
    empty.switches.set("dataverse_read_only_columns", "ignore", scope="msdyn_actual")
    computed = {"exchangerate": 1.5, "msdyn_amount_base": 1, "msdyn_price_base": 1}
    path = f"msdyn_actuals({ACTUAL})"
    assert empty.client.patch(path, json=ACTUAL_BODY | computed).status_code == 204
    row = empty.get(path).json()
    assert row["msdyn_amount"] == 12.34
    assert [row[name] for name in computed] == [None, None, None]


def test_the_rate_of_a_task_and_of_an_estimate_is_read_only_too(empty: Dataverse) -> None:
    for entity_set in ("msdyn_projecttasks", "msdyn_estimatelines"):
        status, _, words = refusal(empty, "POST", entity_set, {"exchangerate": 1})
        assert status == 400
        assert "not valid for create or update" in words


@pytest.mark.parametrize(
    ("entity_set", "body", "required"),
    [
        ("msdyn_transactioncategories", {"msdyn_name": "Airfare"}, {"msdyn_name"}),
        (
            "msdyn_actuals",
            ACTUAL_BODY,
            {
                "msdyn_documentdate",
                "msdyn_startdatetime",
                "msdyn_enddatetime",
                "msdyn_transactionclassification",
                "msdyn_transactiontypecode",
            },
        ),
        ("msdyn_transactionconnections", CONNECTION_BODY, set(CONNECTION_BODY)),
    ],
)
def test_a_new_row_needs_its_required_columns(
    empty: Dataverse, entity_set: str, body: dict[str, object], required: set[str]
) -> None:
    for name in required:
        lacking = {column: value for column, value in body.items() if column != name}
        status, code, words = refusal(empty, "POST", entity_set, lacking)
        assert (status, code) == (400, "0x80040265")
        assert words == f"Required field '{name}' is missing."
    assert empty.rows(entity_set) == []
    empty.create(entity_set, **body)


def test_a_required_lookup_must_be_bound(empty: Dataverse) -> None:
    status, _, words = refusal(empty, "POST", "msdyn_projecttasks", {"msdyn_subject": "Design"})
    assert (status, words) == (400, "Required field 'msdyn_project' is missing.")
    project = empty.create("msdyn_projects", msdyn_subject="Rollout")
    bind = {"msdyn_project@odata.bind": f"/msdyn_projects({project})"}
    root = empty.create("msdyn_projecttasks", msdyn_subject="Rollout", **bind)
    bind["msdyn_parenttask@odata.bind"] = f"/msdyn_projecttasks({root})"
    child = empty.create("msdyn_projecttasks", msdyn_subject="Design", msdyn_effort=7.5, **bind)
    row = empty.get(f"msdyn_projecttasks({child})").json()
    assert (row["_msdyn_project_value"], row["_msdyn_parenttask_value"]) == (project, root)


def test_an_update_needs_only_what_changes(empty: Dataverse) -> None:
    put_actual(empty)
    path = f"msdyn_actuals({ACTUAL})"
    response = empty.client.patch(path, json={"msdyn_externalreferenceid": "V-1"})
    assert response.status_code == 204
    assert empty.get(path).json()["msdyn_externalreferenceid"] == "V-1"


def test_required_columns_can_be_left_to_the_form(empty: Dataverse) -> None:
    empty.switches.set("dataverse_required_columns", value=False)
    empty.create("msdyn_actuals", msdyn_amount=1)


def test_an_actual_cannot_be_deleted(empty: Dataverse) -> None:
    put_actual(empty)
    status, code, words = refusal(empty, "DELETE", f"msdyn_actuals({ACTUAL})", None)
    assert (status, code) == (400, "0x80040265")
    assert words == "Actual records can't be deleted."
    assert len(empty.rows("msdyn_actuals")) == 1
    assert empty.client.delete(f"msdyn_actuals({NOWHERE})").status_code == 404
    category = empty.create("msdyn_transactioncategories", msdyn_name="Airfare")
    assert empty.client.delete(f"msdyn_transactioncategories({category})").status_code == 204


def test_lookups_of_an_actual_are_bound_by_their_schema_names(empty: Dataverse) -> None:
    category = empty.create("msdyn_transactioncategories", msdyn_name="Airfare")
    unit = empty.create("msdyn_organizationalunits", msdyn_name="Contoso US")
    binds = {
        "msdyn_TransactionCategory@odata.bind": f"/msdyn_transactioncategories({category})",
        "msdyn_ResourceOrganizationalUnitId@odata.bind": f"/msdyn_organizationalunits({unit})",
    }
    actual = empty.create("msdyn_actuals", **ACTUAL_BODY, **binds)
    row = empty.get(f"msdyn_actuals({actual})").json()
    assert row["_msdyn_transactioncategory_value"] == category
    assert row["_msdyn_resourceorganizationalunitid_value"] == unit


@pytest.mark.parametrize(
    ("body", "status", "code", "words"),
    [
        (
            {"msdyn_transactioncategory@odata.bind": f"/msdyn_transactioncategories({NOWHERE})"},
            400,
            "0x80060888",
            "An undeclared property 'msdyn_transactioncategory'",
        ),
        (
            {"msdyn_TransactionCategory@odata.bind": f"/msdyn_transactioncategories({NOWHERE})"},
            404,
            "0x80040217",
            f"msdyn_transactioncategory With Id = {NOWHERE} Does Not Exist",
        ),
        ({"_msdyn_task_value": NOWHERE}, 400, "0x80048d19", "Use Navigation properties instead"),
        ({"msdyn_billingtype": 192350004}, 400, "0x8004431a", "outside the valid range"),
        ({"msdyn_description": "x" * 201}, 400, "0x80044331", "maximum allowed length of '200'"),
    ],
)
def test_what_an_actual_refuses(
    empty: Dataverse, body: dict[str, object], status: int, code: str, words: str
) -> None:
    found = refusal(empty, "PATCH", f"msdyn_actuals({ACTUAL})", ACTUAL_BODY | body)
    assert found[:2] == (status, code)
    assert words in found[2]
    assert empty.rows("msdyn_actuals") == []


def test_an_absent_actual_is_made_only_without_if_match(empty: Dataverse) -> None:
    path = f"msdyn_actuals({ACTUAL})"
    absent = empty.client.patch(path, json=ACTUAL_BODY, headers={"If-Match": "*"})
    assert absent.status_code == 404
    new = {"If-None-Match": "*"}
    assert empty.client.patch(path, json=ACTUAL_BODY, headers=new).status_code == 204
    assert empty.client.patch(path, json=ACTUAL_BODY, headers=new).status_code == 412
    present = empty.client.patch(path, json={"msdyn_amount": 1}, headers={"If-Match": "*"})
    assert present.status_code == 204
