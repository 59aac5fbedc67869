"""The legal entities of the service."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Company:
    """A legal entity, its name and its accounting currency."""

    code: str
    name: str
    currency: str


COMPANIES = (
    Company("usmf", "Contoso Entertainment System USA", "USD"),
    Company("ussi", "Contoso Consulting USA", "USD"),
    Company("demf", "Contoso Entertainment System Germany", "EUR"),
)


def currency_of(code: str) -> str:
    """Return the accounting currency of a company."""
    return next(company.currency for company in COMPANIES if company.code == code)
