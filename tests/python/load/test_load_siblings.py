"""Two models that send to one entity: each its own rows, never each other's."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import httpx
import pytest
from installation import Installation, classes, counts, reasons

from load.ledger import Ledger

SAID = "sends a row with this key, and the target can have but one"
OPEN = "{0} sent a row with this key, and what became of it is not known yet: load {0} first"


class CutOff(BaseException):
    """The process is gone."""


def gone(*_: object) -> None:
    raise CutOff


@contextmanager
def cut_off(world: Installation, *, arrives: bool) -> Iterator[None]:
    """Kill the load at its first batch, after or before the service has seen it."""

    def die(request: httpx.Request) -> None:
        if request.url.path.endswith("$batch"):
            raise CutOff

    when = "after" if arrives else "before"
    setattr(world.finops, when, die)
    yield
    setattr(world.finops, when, lambda request: None)


def customer(world: Installation, account: str, name: str = "An account") -> dict[str, Any]:
    return world.add("customers", f"account-{account}", Account=account, Name=name)


def contact(world: Installation, account: str, name: str = "A contact") -> dict[str, Any]:
    return world.add("contact_customers", f"contact-{account}", Account=account, Name=name)


def told(world: Installation) -> dict[str, str]:
    """Name by account."""
    return {row["Account"]: row["Name"] for row in world.finops.of("customers")}


@pytest.mark.parametrize("transport", ["package", "odata"])
def test_rows_of_both_arrive_change_and_are_read_back(world: Installation, transport: str) -> None:
    world.transport = transport
    customer(world, "C1")
    row = contact(world, "P1")
    report = world.load()
    assert counts(report, "accounts") == counts(report, "contacts") == {"inserted": 1}
    assert told(world) == {"C1": "An account", "P1": "A contact"}
    row["Name"] = "Changed"
    report = world.load()
    assert (counts(report, "accounts"), counts(report, "contacts")) == (
        {"unchanged": 1},
        {"updated": 1},
    )
    world.finops.requests.clear()
    assert world.load().exit_code == 0
    assert world.finops.writes() == []


@pytest.mark.parametrize("transport", ["package", "odata"])
@pytest.mark.parametrize(
    ("first", "second"), [(customer, "contact_customers"), (contact, "customers")]
)
def test_a_key_that_the_other_model_has_accepted_is_a_collision(
    world: Installation, transport: str, first: Callable[..., Any], second: str
) -> None:
    world.transport = transport
    first(world, "X1")
    world.load()
    before = told(world)
    later = contact if first is customer else customer
    later(world, "x1 ")
    later(world, "X2")
    plan = world.plan()
    kinds = classes(plan, second)
    assert sorted(kinds.values()) == ["collision", "insert"]
    (said,) = (text for text in reasons(plan, second).values() if SAID in text)
    assert said.startswith("customers" if first is customer else "contact_customers")
    world.load()
    assert {**told(world), "X2": ""} == {**before, "X2": ""}
    # nor does it end in a quarrel: the first model keeps its row
    world.finops.requests.clear()
    world.load()
    assert world.finops.writes() == []


@pytest.mark.parametrize("transport", ["package", "odata"])
def test_a_new_key_of_both_goes_once_and_is_told(world: Installation, transport: str) -> None:
    """Neither is in the target when the load is planned, and the second would overwrite the first."""
    world.transport = transport
    customer(world, "X1")
    contact(world, "X1")
    assert classes(world.plan(), "contact_customers") == {"contact-X1": "insert"}
    assert classes(world.plan(), "customers") == {"account-X1": "collision"}
    world.load()
    assert told(world) == {"X1": "A contact"}


def test_what_takes_over_takes_nothing_over_from_the_other_model(world: Installation) -> None:
    contact(world, "X1")
    world.load()
    world.declared["customers"] = replace(world.declared["customers"], takes_over=True)
    customer(world, "X1")
    assert classes(world.plan(), "customers") == {"account-X1": "collision"}


@pytest.mark.parametrize("wish", ["customers", "customers:usmf,X1"])
def test_a_person_hands_a_row_over_that_the_other_model_describes_no_more(
    world: Installation, wish: str
) -> None:
    contact(world, "X1")
    world.load()
    customer(world, "X1")
    world.load(adopt=[wish])
    assert told(world) == {"X1": "A contact"}
    world.rows["contact_customers"].clear()
    assert classes(world.plan(), "customers") == {"account-X1": "collision"}
    assert counts(world.load("accounts", adopt=[wish]), "accounts") == {"updated": 1}
    assert told(world) == {"X1": "An account"}
    assert counts(world.load("accounts"), "accounts") == {"unchanged": 1}
    # the former owner has none of it any more: neither its old values nor new ones
    for name in ("A contact", "Another contact"):
        row = contact(world, "X1", name)
        assert reasons(world.plan(), "contact_customers") == {"contact-X1": f"customers {SAID}"}
        world.load()
        assert told(world) == {"X1": "An account"}
        world.rows["contact_customers"].remove(row)
    assert "contact-X1" not in classes(world.plan(), "contact_customers")
    assert world.ledger("select model from ledger") == [("customers",)]
    # and gets it back in the same way
    contact(world, "X1", "Another contact")
    world.rows["customers"].clear()
    world.load(adopt=["contact_customers"])
    assert told(world) == {"X1": "Another contact"}
    assert world.ledger("select model from ledger") == [("contact_customers",)]


@pytest.mark.parametrize("arrives", [True, False])
def test_a_row_that_is_being_handed_over_is_nobodys_to_change(
    world: Installation, *, arrives: bool
) -> None:
    """The load is killed, and until its row is settled nobody knows whose values the target has."""
    world.transport = "odata"
    contact(world, "X1")
    world.load()
    row = world.rows["contact_customers"].pop()
    customer(world, "X1")
    with cut_off(world, arrives=arrives), pytest.raises(CutOff):
        world.load(adopt=["customers"])
    world.rows["contact_customers"].append(row)
    for name in ("A contact", "Another contact"):
        row["Name"] = name
        before = told(world)
        assert reasons(world.plan("contacts"), "contact_customers") == {
            "contact-X1": OPEN.format("customers")
        }
        world.load("contacts")
        assert told(world) == before
    world.load()
    owner = "An account" if arrives else "Another contact"
    assert told(world) == {"X1": owner}
    kinds = (classes(world.plan(), "contact_customers"), classes(world.plan(), "customers"))
    assert kinds == (
        ({"contact-X1": "collision"}, {}) if arrives else ({}, {"account-X1": "collision"})
    )


def test_a_row_without_an_answer_is_not_handed_over(world: Installation) -> None:
    world.transport = "odata"
    row = contact(world, "X1")
    world.load()
    row["Name"] = "Another contact"
    with cut_off(world, arrives=True), pytest.raises(CutOff):
        world.load()
    world.rows["contact_customers"].clear()
    customer(world, "X1")
    world.load("accounts", adopt=["customers"])
    assert told(world) == {"X1": "Another contact"}
    assert reasons(world.plan(), "customers") == {"account-X1": OPEN.format("contact_customers")}
    world.load(adopt=["customers"])
    assert told(world) == {"X1": "An account"}


def test_a_hand_over_is_remembered_as_a_whole_or_not_at_all(
    world: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.transport = "odata"
    contact(world, "X1")
    world.load()
    world.rows["contact_customers"].clear()
    customer(world, "X1")
    store = Ledger._store

    def die(ledger: Ledger, model: str, table: str) -> None:
        store(ledger, model, table)
        raise CutOff

    with monkeypatch.context() as patch, pytest.raises(CutOff):
        patch.setattr(Ledger, "_store", die)
        world.load(adopt=["customers"])
    owners = "select model, state from ledger order by all"
    assert world.ledger(owners) == [("contact_customers", "in_target"), ("customers", "sent")]
    world.load()
    assert world.ledger(owners) == [("customers", "in_target")]


@pytest.mark.parametrize("select", [(), ("accounts",)])
def test_a_row_that_never_arrived_and_is_gone_blocks_nobody(
    world: Installation, monkeypatch: pytest.MonkeyPatch, select: tuple[str, ...]
) -> None:
    world.transport = "odata"
    contact(world, "X1")
    with cut_off(world, arrives=False), pytest.raises(CutOff):
        world.load()
    with monkeypatch.context() as patch, pytest.raises(CutOff):
        patch.setattr(Ledger, "mark_sent", gone)
        world.load()
    assert world.ledger("select state, attempted_hash from ledger") == [("unknown", None)]
    world.rows["contact_customers"].clear()
    customer(world, "X1")
    assert classes(world.plan(*select), "customers") == {"account-X1": "insert"}
    assert world.load(*select).exit_code == 0
    assert told(world) == {"X1": "An account"}
    world.load()
    assert world.ledger("select model from ledger") == [("customers",)]


def test_a_model_is_loaded_before_the_other_was_ever_built(world: Installation) -> None:
    customer(world, "C1")
    contact(world, "P1")
    world.hidden = {"contact_customers"}
    assert counts(world.load("accounts"), "accounts") == {"inserted": 1}


def test_a_batch_that_was_cut_off_is_settled_for_the_model_it_was_of(world: Installation) -> None:
    world.transport = "odata"
    customer(world, "C1")
    contact(world, "P1")

    def cut(request: httpx.Request) -> None:
        if request.url.path.endswith("$batch"):
            raise httpx.ReadError("gone")

    world.finops.after = cut
    report = world.load()
    assert counts(report, "accounts") == counts(report, "contacts") == {"failed": 1}
    world.finops.after = lambda request: None
    report = world.load()
    assert counts(report, "accounts") == counts(report, "contacts")
    assert told(world) == {"C1": "An account", "P1": "A contact"}
    world.finops.requests.clear()
    world.load()
    assert world.finops.writes() == []
