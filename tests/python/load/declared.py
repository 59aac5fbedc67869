"""Hand-made target models: each shape that a declaration can have."""

from typing import Any

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
TYPES = {
    "msdyn_amount": "decimal(19, 4)",
    "msdyn_quantity": "decimal(23, 10)",
    "msdyn_billingtype": "integer",
    "msdyn_documentdate": "timestamp",
    "msdyn_isadjusted": "boolean",
    "_exists_in_target": "boolean",
    "creditlimit": "decimal(19, 4)",
    "numberofemployees": "integer",
}
"""Of the columns that go to Dataverse, where they are no texts."""
PROPERTY_NAMES = {"SourceDataID": "SourceDataId"}
"""Properties that the service spells in another way than our columns."""

DECIMALS = ("Amount", "CreditLimit")


def column(name: str) -> Column:
    kind = TYPES.get(name, "string")
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
    has_companies: bool = True,
    **more: Any,
) -> TargetModel:
    """key, others, document: column names; parents: model -> `own=theirs own=theirs`."""
    company = ["dataAreaId"] if has_companies else []
    names = [*company, *key.split(), *others.split(), "_source_table", "_source_id"]
    own_collection = f"CDS{name.title().replace('_', '')}" if public else None
    return TargetModel(
        name=name,
        unique_id=f"model.test.{name}",
        schema="integration",
        alias=name,
        template=template,
        target="finops",
        entity=more.pop("entity", f"CDS {name}"),
        collection=more.pop("collection", own_collection),
        key=(*company, *key.split()),
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
        **more,
    )


def dataverse_model(
    name: str, template: str, entity: str, collection: str, others: str, **more: Any
) -> TargetModel:
    """others: names of the columns beside the primary key, which is the table's name with id."""
    names = [f"{entity}id", *others.split(), "_source_table", "_source_id"]
    return TargetModel(
        name=name,
        unique_id=f"model.test.{name}",
        schema="integration",
        alias=name,
        template=template,
        target="dataverse",
        entity=entity,
        collection=collection,
        key=(f"{entity}id",),
        columns=tuple(column(each) for each in names),
        **more,
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
        model("tasks", "tasks", "Task", "ParentTask Name", parents={"tasks": "ParentTask=Task"}),
        model(
            "journals",
            "journals",
            "JournalNumber LineNumber",
            "Amount Name",
            document="JournalNumber",
            public=False,
            write_once=True,
        ),
        model(
            "contact_customers",
            "contacts",
            "Account",
            "Name Contact CreditLimit Memo StartDate",
            per_company=True,
            entity="CDS customers",
            collection="CDSCustomers",
        ),
        model("owned", "owned", "Category", "Name Memo", public=False, takes_over=True),
        model(
            "actuals",
            "actuals",
            "ActualId",
            "Amount Name",
            public=False,
            write_once=True,
            staging_table=True,
            import_step="Project > Import from staging",
        ),
        model(
            "relationships",
            "actuals",
            "ConnectionId",
            "Name",
            public=False,
            has_companies=False,
        ),
        dataverse_model(
            "psa_categories",
            "psa_categories",
            "msdyn_transactioncategory",
            "msdyn_transactioncategories",
            "msdyn_name msdyn_billingtype",
            takes_over=True,
        ),
        dataverse_model(
            "psa_actuals",
            "psa_actuals",
            "msdyn_actual",
            "msdyn_actuals",
            "msdyn_description msdyn_amount msdyn_quantity msdyn_billingtype msdyn_documentdate "
            "msdyn_isadjusted msdyn_project _exists_in_target",
        ),
        dataverse_model(
            "crm_orders",
            "crm_orders",
            "salesorder",
            "salesorders",
            "name customerid_account customerid_contact",
            takes_over=True,
        ),
        dataverse_model(
            "psa_connections",
            "psa_actuals",
            "msdyn_transactionconnection",
            "msdyn_transactionconnections",
            "msdyn_transaction1 msdyn_transaction1role",
            parents=(Parent("psa_actuals", (("msdyn_transaction1", "msdyn_actualid"),)),),
        ),
        dataverse_model(
            "psa_accounts",
            "psa_accounts",
            "account",
            "accounts",
            "accountnumber name description creditlimit numberofemployees transactioncurrencyid "
            "_exists_in_target",
        ),
    )
}
