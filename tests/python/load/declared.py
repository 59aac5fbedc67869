"""Hand-made target models: each shape that a declaration can have."""

from connection.datatypes import parse_data_type
from connection.declarations import Column, Lock, Parent, RaiseLast, TargetModel

PROPERTY_TYPES = {
    "TransactionId": "Edm.Guid",
    "ContractLineRef": "Edm.Guid",
    "Amount": "Edm.Decimal",
    "CreditLimit": "Edm.Decimal",
    "LineNumber": "Edm.Decimal",
    "ContractLine": "Edm.Int32",
    "StartDate": "Edm.DateTimeOffset",
    "Status": "Microsoft.Dynamics.DataEntities.SalesStatus",
    "IsPosted": "Microsoft.Dynamics.DataEntities.NoYes",
}
PROPERTY_NAMES = {"SourceDataID": "SourceDataId"}
"""Properties that the service spells in another way than our columns."""

DECIMALS = ("Amount", "CreditLimit")


def column(name: str) -> Column:
    kind = "string"
    if name in DECIMALS:
        kind = "decimal(19, 4)"
    elif name == "LineNumber":
        kind = "decimal(32, 6)"
    elif name == "ContractLine":
        kind = "integer"
    elif name == "StartDate":
        kind = "date"
    elif name in ("_is_cancelled", "_is_complete"):
        kind = "boolean"
    return Column(name, parse_data_type(kind), personal=name in ("Contact", "Street"))


def model(
    name: str,
    template: str,
    key: str,
    others: str,
    *,
    parents: dict[str, str] | None = None,
    document: str = "",
    locked: bool = False,
    raise_last: RaiseLast | None = None,
    per_company: bool = False,
    public: bool = True,
) -> TargetModel:
    """key, others, document: column names; parents: model -> `own=theirs own=theirs`."""
    names = ["dataAreaId", *key.split(), *others.split(), "_source_table", "_source_id"]
    return TargetModel(
        name=name,
        unique_id=f"model.test.{name}",
        schema="integration",
        alias=name,
        template=template,
        target="finops",
        entity=f"CDS {name}",
        collection=f"CDS{name.title().replace('_', '')}" if public else None,
        key=("dataAreaId", *key.split()),
        columns=tuple(column(each) for each in names),
        parents=tuple(
            Parent(
                other,
                (("dataAreaId", "dataAreaId"), *(link_of(pair) for pair in pairs.split())),
            )
            for other, pairs in (parents or {}).items()
        ),
        document=("dataAreaId", document) if document else (),
        locked_when=Lock("IsPosted", "Yes") if locked else None,
        raise_last=raise_last,
        per_company=per_company,
    )


def link_of(pair: str) -> tuple[str, str]:
    own, _, theirs = pair.partition("=")
    return own, theirs or own


MODELS = {
    each.name: each
    for each in (
        model(
            "customers",
            "accounts",
            "Account",
            "Name Contact CreditLimit Memo StartDate",
            per_company=True,
        ),
        model(
            "contracts",
            "projects",
            "ContractId",
            "Customer Name SourceDataID",
            parents={"customers": "Customer=Account"},
        ),
        model(
            "contract_lines",
            "projects",
            "ContractId ContractLine",
            "TransactionId Name",
            parents={"contracts": "ContractId"},
        ),
        model(
            "milestones",
            "projects",
            "TransactionId",
            "ContractLineRef Amount",
            parents={"contract_lines": "ContractLineRef=TransactionId"},
        ),
        model(
            "orders",
            "orders",
            "OrderNumber",
            "Customer Status Street Name _is_cancelled _is_complete",
            parents={"customers": "Customer=Account"},
            raise_last=RaiseLast("Status", "order_lines"),
        ),
        model(
            "order_lines",
            "orders",
            "OrderNumber LineNumber",
            "Amount Name _is_cancelled",
            parents={"orders": "OrderNumber"},
        ),
        model(
            "invoices",
            "invoices",
            "InvoiceId",
            "Customer Name",
            parents={"customers": "Customer=Account"},
            document="InvoiceId",
            locked=True,
        ),
        model(
            "invoice_lines",
            "invoices",
            "InvoiceId LineNumber",
            "Amount Name Item",
            parents={"invoices": "InvoiceId", "items": "Item"},
            document="InvoiceId",
        ),
        model("items", "items", "Item", "Name"),
        model("categories", "categories", "Category", "Name", public=False),
    )
}
