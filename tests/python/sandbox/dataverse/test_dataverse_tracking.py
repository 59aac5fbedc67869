"""Change tracking."""

from datetime import UTC, datetime, timedelta
from urllib.parse import unquote

import pytest
from dataverse_service import Dataverse

from sandbox.dataverse.answers import ApiError
from sandbox.dataverse.paging import delta_token, read_delta_token

TRACK = "odata.track-changes"


def delta_link(service: Dataverse, path: str = "accounts?$select=name") -> str:
    link = service.get(path, TRACK).json()["@odata.deltaLink"]
    assert isinstance(link, str)
    return link


def test_the_first_read_is_full_and_ends_in_a_delta_link(empty: Dataverse) -> None:
    created = [empty.create("accounts", name=f"n{number}") for number in range(5)]
    response = empty.get("accounts?$select=name", f"{TRACK}, odata.maxpagesize=2")
    assert TRACK in response.headers.get_list("Preference-Applied")
    seen, pages = [], [response.json()]
    while "@odata.nextLink" in pages[-1]:
        assert "@odata.deltaLink" not in pages[-1]
        assert 'istracking="True"' in unquote(pages[-1]["@odata.nextLink"])
        page = empty.get(pages[-1]["@odata.nextLink"], f"{TRACK},odata.maxpagesize=2")
        pages.append(page.json())
    for page in pages:
        seen += [row["accountid"] for row in page["value"]]
    assert sorted(seen) == sorted(created)
    assert "@odata.deltaLink" in pages[-1]
    assert len(pages) == 3


def test_the_token_has_the_documented_shape(empty: Dataverse) -> None:
    token = delta_link(empty).partition("$deltatoken=")[2]
    assert "%21" in token and "%2f" in token
    version, _, moment = unquote(token).partition("!")
    assert version.isdigit()
    datetime.strptime(moment, "%m/%d/%Y %H:%M:%S").replace(tzinfo=UTC)


def test_a_delta_holds_changes_by_version_then_tombstones(empty: Dataverse) -> None:
    first, second, third = (empty.create("accounts", name=name) for name in "abc")
    link = delta_link(empty)
    empty.client.patch(f"accounts({second})", json={"name": "b2"}).raise_for_status()
    empty.client.delete(f"accounts({third})").raise_for_status()
    fourth = empty.create("accounts", name="d")
    empty.client.patch(f"accounts({first})", json={"name": "a2"}).raise_for_status()
    page = empty.get(link).json()
    assert page["@odata.context"].endswith("$metadata#accounts(name)/$delta")
    rows = page["value"]
    assert [row.get("accountid") for row in rows] == [second, fourth, first, None]
    assert rows[0]["name"] == "b2"
    assert rows[-1] == {
        "@odata.context": f"{empty.base}/api/data/v9.2/$metadata#accounts/$deletedEntity",
        "id": third,
        "reason": "deleted",
    }


def test_no_changes_is_an_empty_page_with_a_new_link(empty: Dataverse) -> None:
    empty.create("accounts", name="a")
    page = empty.get(delta_link(empty)).json()
    assert page["value"] == []
    empty.create("accounts", name="b")
    assert len(empty.get(page["@odata.deltaLink"]).json()["value"]) == 1


def test_a_row_made_and_deleted_between_two_reads_is_a_tombstone(empty: Dataverse) -> None:
    link = delta_link(empty)
    row_id = empty.create("accounts", name="short")
    empty.client.delete(f"accounts({row_id})").raise_for_status()
    assert [row["id"] for row in empty.get(link).json()["value"]] == [row_id]


def test_the_first_read_lists_no_deletes(empty: Dataverse) -> None:
    row_id = empty.create("accounts", name="gone")
    empty.client.delete(f"accounts({row_id})").raise_for_status()
    assert empty.get("accounts?$select=name", TRACK).json()["value"] == []


def test_a_delta_of_several_pages_loses_nothing(empty: Dataverse) -> None:
    link = delta_link(empty)
    created = [empty.create("accounts", name=f"n{number}") for number in range(4)]
    empty.client.delete(f"accounts({created[0]})").raise_for_status()
    seen, pages = [], 0
    while link is not None:
        page = empty.get(link, "odata.maxpagesize=2").json()
        if pages == 0:
            # A change while the delta is being read belongs to the next one.
            served = page["value"][0]["accountid"]
            empty.client.patch(f"accounts({served})", json={"name": "late"}).raise_for_status()
        seen += page["value"]
        pages += 1
        final, link = page.get("@odata.deltaLink"), page.get("@odata.nextLink")
    assert sorted(str(row.get("accountid", row.get("id"))) for row in seen) == sorted(created)
    late = empty.get(final).json()["value"]
    assert [row["name"] for row in late] == ["late"]


@pytest.mark.parametrize("option", ["filter=statecode eq 0", "orderby=name", "expand=x", "top=1"])
def test_options_that_tracking_refuses(empty: Dataverse, option: str) -> None:
    name = option.partition("=")[0]
    response = empty.get(f"accounts?${option}", TRACK)
    assert response.status_code == 400
    assert response.json()["error"]["message"] == (
        f'The "${name}" query parameter isn\'t supported when Change Tracking is enabled.'
    )


def test_count_of_changes(empty: Dataverse) -> None:
    link = delta_link(empty)
    empty.create("accounts", name="a")
    empty.create("accounts", name="b")
    token = link.partition("$deltatoken=")[2]
    assert empty.get(f"accounts/$count?$deltatoken={token}").text == "2"


def test_an_expired_token(empty: Dataverse) -> None:
    link = delta_link(empty)
    empty.switches.set("dataverse_delta_life_days", 0)
    response = empty.get(link)
    assert response.status_code == 400
    assert response.json()["error"]["code"] == "0x80044352"
    assert "Please perform a full sync." in response.json()["error"]["message"]
    empty.switches.reset()
    empty.switches.set("dataverse_delta_expired", True, scope="account", count=1)
    assert empty.get(link).json()["error"]["code"] == "0x80044352"
    assert empty.get(link).status_code == 200


def test_a_token_lives_seven_days() -> None:
    made = datetime(2025, 3, 1, tzinfo=UTC)
    token, life = unquote(delta_token(7, made)), timedelta(days=7)
    assert read_delta_token(token, made + timedelta(days=6, hours=23), life) == 7
    with pytest.raises(ApiError, match="expired"):
        read_delta_token(token, made + timedelta(days=7), life)


def test_a_malformed_token(empty: Dataverse) -> None:
    assert empty.get("accounts?$deltatoken=yesterday").status_code == 400
