"""Service addresses: which place they name, and what of them may be printed."""

import ipaddress

import httpx

DATAVERSE_API = "/api/data/v9.2/"
FINOPS_API = "/data/"

_DEFAULT_PORTS = {"http": 80, "https": 443}


def origin(url: str | httpx.URL) -> tuple[str, str, int | None]:
    """Return (scheme, host, port), the unit within which a token may travel."""
    parsed = httpx.URL(url)
    return parsed.scheme, parsed.host.lower(), parsed.port or _DEFAULT_PORTS.get(parsed.scheme)


def host(url: str | httpx.URL) -> str:
    """Return the lower-case host name of `url`."""
    return httpx.URL(url).host.lower()


def is_loopback(url: str | httpx.URL) -> bool:
    """Tell whether `url` names this machine, judged by the address alone, without a look-up."""
    name = host(url)
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return False


def printable(url: str | httpx.URL) -> str:
    """Return scheme, host, port and path: query strings may hold signatures or personal data."""
    parsed = httpx.URL(url)
    port = "" if parsed.port is None else f":{parsed.port}"
    return f"{parsed.scheme}://{parsed.host}{port}{parsed.path}"
