"""Paging cookies and delta tokens, in the shapes Dataverse gives them; opaque to clients."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, unquote

from sandbox.dataverse.answers import ApiError, bad_request

COOKIE = re.compile(
    r'<cookie pagenumber="(?P<page>\d+)" pagingcookie="(?P<keys>[^"]*)" '
    r'istracking="(?:True|False)"(?: version="(?P<version>\d+)")? />'
)
KEYS = re.compile(
    r'<cookie page="\d+"><\w+ last="(?P<last>[^"]*)" first="(?P<first>[^"]*)" /></cookie>'
)
DELTA_TOKEN = re.compile(r"(\d+)!(\d\d/\d\d/\d{4} \d\d:\d\d:\d\d)")
MOMENT = "%m/%d/%Y %H:%M:%S"


@dataclass(frozen=True, slots=True)
class Cookie:
    """Where the next page begins.

    page: its number, from 2. first, last: the keys of the page before (of a sorted read, how many
    rows were served; of a delta, kind and version). version: of a tracked read, the newest version
    when it began.
    """

    page: int
    first: str
    last: str
    version: int | None = None

    def encode(self, primary_key: str) -> str:
        """Return the value of $skiptoken, percent-encoded for a link."""
        keys = (
            f'<cookie page="{self.page - 1}">'
            f'<{primary_key} last="{self.last}" first="{self.first}" /></cookie>'
        )
        inner = quote(quote(keys, safe=""), safe="")
        tracking = "False" if self.version is None else "True"
        version = "" if self.version is None else f' version="{self.version}"'
        return quote(
            f'<cookie pagenumber="{self.page}" pagingcookie="{inner}" '
            f'istracking="{tracking}"{version} />',
            safe="=/",
        )


def read_cookie(text: str) -> Cookie:
    """Parse a $skiptoken that was decoded once; raises ApiError 400 when it is not one of ours."""
    outer = COOKIE.fullmatch(text)
    inner = outer and KEYS.fullmatch(unquote(unquote(outer["keys"])))
    if not outer or not inner:
        raise bad_request("Malformed XML in the paging cookie of $skiptoken.")
    return Cookie(
        page=int(outer["page"]),
        first=inner["first"],
        last=inner["last"],
        version=int(outer["version"]) if outer["version"] else None,
    )


def braced(row_id: object) -> str:
    """Return a GUID as paging cookies spell it."""
    return "{" + str(row_id).upper() + "}"


def delta_token(version: int, now: datetime) -> str:
    """Return the value of $deltatoken, percent-encoded for a link."""
    return quote(f"{version}!{now.astimezone(UTC):{MOMENT}}", safe="").replace("%2F", "%2f")


def read_delta_token(text: str, now: datetime, life: timedelta) -> int:
    """Return the version a delta starts after.

    Raises ApiError 400: malformed, or older than `life` (the caller must read in full again).
    """
    match = DELTA_TOKEN.fullmatch(text)
    if match is None:
        raise bad_request("The $deltatoken is malformed.")
    made = datetime.strptime(match[2], MOMENT).replace(tzinfo=UTC)
    if now - made >= life:
        raise expired_token()
    return int(match[1])


def expired_token() -> ApiError:
    """The refusal of a delta token that is too old, or older than a change of the table's shape."""
    return ApiError(
        400,
        "0x80044352",
        "Version stamp associated with the client has expired. Please perform a full sync.",
    )
