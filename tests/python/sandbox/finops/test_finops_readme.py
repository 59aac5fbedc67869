"""The page about this half says what the code says."""

import re
from pathlib import Path

from sandbox import finops

PAGE = Path(finops.__file__).with_name("README.md").read_text(encoding="utf-8")


def test_every_switch_is_explained_with_its_default() -> None:
    explained = dict(re.findall(r"^\| `(\w+)` \| ([^|]+?) \|", PAGE, re.MULTILINE))
    defaults = {
        switch.name: "none" if switch.default is None else str(switch.default).lower()
        for switch in finops.SWITCHES
    }
    assert explained == defaults


def test_every_module_has_its_place_on_the_page() -> None:
    modules = {path.name for path in Path(finops.__file__).parent.glob("*.py")}
    named = set(re.findall(r"\b(\w+\.py)\b", PAGE))
    assert modules - named <= {"__init__.py", "answers.py", "doubts.py", "store.py", "csv_files.py"}
    assert named <= modules
