"""The Prefer header."""

import re
from dataclasses import dataclass, field

PREFERENCE = re.compile(r'([\w.\-]+)\s*(?:=\s*("[^"]*"|[^,;"]*))?')
PAGE_CAP = 5000


@dataclass(frozen=True, slots=True)
class Preferences:
    """What the caller would like.

    annotations: the annotation names asked for; `*` means all.
    applied: what the service will do, each one goes back as Preference-Applied.
    """

    page_size: int = PAGE_CAP
    annotations: frozenset[str] = frozenset()
    track_changes: bool = False
    continue_on_error: bool = False
    representation: bool = False
    applied: list[tuple[str, str]] = field(default_factory=list)

    def wants(self, annotation: str) -> bool:
        """Tell whether the caller asked for an annotation, by name or by pattern."""
        return any(
            wanted in ("*", annotation)
            or (wanted.endswith("*") and annotation.startswith(wanted[:-1]))
            for wanted in self.annotations
        )


def read_preferences(header: str) -> Preferences:
    """Parse a Prefer header; preferences the service does not know are left out."""
    wanted = {
        match[1].lower(): (match[2] or "").strip().strip('"')
        for match in PREFERENCE.finditer(header)
    }
    applied = []
    page_size = PAGE_CAP
    size = wanted.get("odata.maxpagesize", "")
    if size.isdigit() and 1 <= int(size) <= PAGE_CAP:
        page_size = int(size)
        applied.append(f"odata.maxpagesize={size}")
    annotations = wanted.get("odata.include-annotations", "")
    if annotations:
        applied.append(f'odata.include-annotations="{annotations}"')
    applied += [
        name for name in ("odata.track-changes", "odata.continue-on-error") if name in wanted
    ]
    if wanted.get("return") == "representation":
        applied.append("return=representation")
    return Preferences(
        page_size=page_size,
        annotations=frozenset(name.strip() for name in annotations.split(",") if name.strip()),
        track_changes="odata.track-changes" in wanted,
        continue_on_error="odata.continue-on-error" in wanted,
        representation=wanted.get("return") == "representation",
        applied=[("Preference-Applied", name) for name in applied],
    )
