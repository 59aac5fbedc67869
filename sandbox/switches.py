"""Switchable faults and doubts: what a test turns on to see the product cope.

Each half declares its own switches (`sandbox.faults.SWITCHES` for what both halves share,
`sandbox.dataverse.SWITCHES`, `sandbox.finops.SWITCHES`); this module keeps their settings.
"""

import json
import re
import threading
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

from sandbox.errors import UnknownSwitchError

Value = bool | int | float | str | None


@dataclass(frozen=True, slots=True)
class Switch:
    """One thing that can be made to go wrong: its name, its value at rest, what it means."""

    name: str
    default: Value
    meaning: str


@dataclass(slots=True)
class Setting:
    """A switch turned away from its default.

    scope: None everywhere, else a system (`dataverse`, `finops`), an entity set, a table or a
    collection; compared without regard to case.
    count: how many more requests it acts on; None until it is turned off.
    after: how many matching requests pass untouched first.
    """

    name: str
    value: Value
    scope: str | None = None
    count: int | None = None
    after: int = 0

    def covers(self, scopes: Sequence[str]) -> bool:
        """Tell whether the setting speaks about one of `scopes`."""
        if self.scope is None:
            return True
        return self.scope.lower() in {scope.lower() for scope in scopes}


ON_COMMAND_LINE = re.compile(
    r"(?P<name>\w+)(?:@(?P<scope>[^*=]+))?(?:\*(?P<count>\d+))?=(?P<value>.*)"
)


class Switches:
    """The settings of one process; safe to use from every request thread."""

    def __init__(self, declared: Iterable[Switch]) -> None:
        self._declared = {switch.name: switch for switch in declared}
        self._settings: list[Setting] = []
        self._lock = threading.Lock()

    def set(
        self,
        name: str,
        value: Value,
        *,
        scope: str | None = None,
        count: int | None = None,
        after: int = 0,
    ) -> None:
        """Turn a switch; a newer setting of the same name and scope replaces the older.

        Setting a switch to its default without a count turns it off for that scope.
        Raises UnknownSwitchError for an undeclared name or numbers that make no sense.
        """
        switch = self._switch(name)
        if (count is not None and count < 1) or after < 0:
            raise UnknownSwitchError(
                f"Switch {name}: count must be at least 1 and after at least 0."
            )
        with self._lock:
            self._settings = [
                setting
                for setting in self._settings
                if (setting.name, setting.scope) != (name, scope)
            ]
            if value != switch.default or scope is not None:
                self._settings.insert(0, Setting(name, value, scope, count, after))

    def reset(self) -> None:
        """Put every switch back to its default."""
        with self._lock:
            self._settings = []

    def value(self, name: str, *scopes: str) -> Value:
        """Return the value that holds for `scopes`, without using up a count."""
        with self._lock:
            setting = self._find(name, scopes)
        return self._switch(name).default if setting is None else setting.value

    def take(self, name: str, *scopes: str) -> Value:
        """Return the value for this request and use up one of its count (or of its `after`)."""
        with self._lock:
            setting = self._find(name, scopes, untouched=True)
            if setting is None:
                return self._switch(name).default
            if setting.after > 0:
                setting.after -= 1
                return self._switch(name).default
            if setting.count is not None:
                setting.count -= 1
                if setting.count == 0:
                    self._settings.remove(setting)
            return setting.value

    def as_json(self) -> dict[str, object]:
        """Return what can be switched and what is switched now."""
        with self._lock:
            return {
                "declared": [asdict(switch) for switch in self._declared.values()],
                "settings": [asdict(setting) for setting in self._settings],
            }

    def _find(self, name: str, scopes: Sequence[str], *, untouched: bool = False) -> Setting | None:
        for setting in self._settings:
            waiting = setting.after > 0 and not untouched
            if setting.name == name and not waiting and setting.covers(scopes):
                return setting
        return None

    def _switch(self, name: str) -> Switch:
        if name not in self._declared:
            known = ", ".join(sorted(self._declared))
            raise UnknownSwitchError(f"There is no switch {name!r}; use one of: {known}.")
        return self._declared[name]


def read_setting(switches: Switches, text: str) -> None:
    """Turn a switch as the command line writes it: NAME[@SCOPE][*COUNT]=VALUE.

    VALUE is JSON where it can be read as such (true, 3, 0.5), else the text itself.
    Raises UnknownSwitchError.
    """
    match = ON_COMMAND_LINE.fullmatch(text)
    if match is None:
        raise UnknownSwitchError(f"{text!r} is not NAME[@SCOPE][*COUNT]=VALUE.")
    try:
        value = json.loads(match["value"])
    except json.JSONDecodeError:
        value = match["value"]
    count = int(match["count"]) if match["count"] else None
    switches.set(match["name"], value, scope=match["scope"], count=count)
