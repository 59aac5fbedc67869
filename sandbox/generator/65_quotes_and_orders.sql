-- Quotes and orders of goods: what both have, then what each has alone. A third is of contacts.
create or replace temp table sales_documents as
with numbered as (
    select 'quote' as table_name, * from beside('quote')
    union all
    select 'salesorder', * from beside('salesorder')
),

customers as (
    select
        'account' as customer_type, ordinal as customer_no, accountid as customer_id, name,
        _transactioncurrencyid_value, exchangerate, _owningbusinessunit_value, address1_line1,
        address1_city, address1_country, address1_stateorprovince, address1_postalcode
    from new_account
    union all
    select
        'contact', new_contact.ordinal, contactid, fullname, _transactioncurrencyid_value,
        new_transactioncurrency.exchangerate, _owningbusinessunit_value, address1_line1,
        address1_city, address1_country, address1_stateorprovince, address1_postalcode
    from new_contact
    inner join new_transactioncurrency
        on new_transactioncurrency.transactioncurrencyid = new_contact._transactioncurrencyid_value
),

chosen as (
    select
        *,
        case when place % 3 = 2 and not is_awkward then 'contact' else 'account' end
            as customer_type,
        case
            when place % 3 = 2 and not is_awkward then contact_of(table_name, ordinal)
            else die(table_name, ordinal, 'account', getvariable('clean_accounts'))
        end as customer_no
    from numbered
)

select
    chosen.table_name,
    chosen.ordinal,
    chosen.place,
    chosen.is_awkward,
    row_id(chosen.table_name, chosen.ordinal) as document_id,
    padded(1000 + chosen.ordinal, 5) || '-'
        || row_code(chosen.table_name, chosen.ordinal) as "number",
    pick(['Spare parts', 'Replacement', 'Retrofit', 'Stock'],
         chosen.table_name, chosen.ordinal, 'name')
        || ' for ' || left(customers.name, 80) as name,
    customers.customer_id as _customerid_value,
    customers.customer_type as _customerid_type,
    customers._transactioncurrencyid_value,
    customers.exchangerate,
    price_list_id(customers._transactioncurrencyid_value) as _pricelevelid_value,
    customers._owningbusinessunit_value,
    customers.address1_line1 as shipto_line1,
    case when chosen.place % 4 = 0 then 'Gate 3' end as shipto_line2,
    customers.address1_city as shipto_city,
    customers.address1_country as shipto_country,
    customers.address1_stateorprovince as shipto_stateorprovince,
    customers.address1_postalcode as shipto_postalcode,
    customers.address1_line1 as billto_line1,
    case when chosen.place % 4 = 1 then 'Accounts payable' end as billto_line2,
    customers.address1_city as billto_city,
    customers.address1_country as billto_country,
    customers.address1_postalcode as billto_postalcode,
    true as msdynce_hasexternallymaintainedproductsonly,
    cast(0 as decimal(19, 4)) as totalamount
from chosen
inner join customers
    on
        customers.customer_type = chosen.customer_type
        and customers.customer_no = chosen.customer_no;

-- Lines: one or two; two where the case is about lines.
create or replace temp table sales_lines as
with counted as (
    select
        documents.*,
        case
            when documents.is_awkward
                then 1 + cast(
                    planned_cases."case" like 'quote_line_%'
                    or planned_cases."case" like 'order_line_%' as integer
                )
            else 1 + documents.place % 2
        end as line_count
    from sales_documents as documents
    left join planned_cases
        on
            planned_cases.table_name = documents.table_name
            and planned_cases.ordinal = documents.ordinal
),

numbered as (
    select * exclude (name), unnest(range(1, 1 + line_count)) as line_no from counted
),

stored as (
    select
        *,
        table_name || 'detail' as line_table,
        row_number() over (partition by table_name order by ordinal, line_no) - 1
        + case when table_name = 'salesorder' then existing.rows else 0 end as line_ordinal
    from numbered
    cross join (select 1 + max(ordinal) as rows from new_salesorderdetail) as existing
)
select
    stored.table_name,
    stored.ordinal as document_no,
    stored.document_id,
    stored.line_no,
    stored.line_ordinal,
    row_id(stored.line_table, stored.line_ordinal) as line_id,
    stored._transactioncurrencyid_value,
    new_product.productid as _productid_value,
    new_product._defaultuomid_value as _uomid_value,
    new_product.name as product_name,
    cast(1 + die(stored.line_table, stored.line_ordinal, 'quantity', 12) as decimal(23, 10))
        as quantity,
    cast(new_product.price as decimal(19, 4)) as priceperunit,
    cast(
        case
            when die(stored.line_table, stored.line_ordinal, 'discounted', 4) = 0
                then die(stored.line_table, stored.line_ordinal, 'discount', 900) / 100.0
            else 0
        end as decimal(19, 4)
    ) as manualdiscountamount,
    stored.line_no as sequencenumber,
    true as has_external_products_only
from stored
inner join new_product
    on new_product.ordinal
        = 2 * die(stored.line_table, stored.line_ordinal, 'product', getvariable('clean_goods'));

-- The awkward ones.
update sales_documents set _customerid_value = null, _customerid_type = null
where
    ordinal in (from rows_of('quote_customer_missing')) and table_name = 'quote'
    or ordinal in (from rows_of('order_customer_missing')) and table_name = 'salesorder';

update sales_documents set _customerid_value = unknown_id(ordinal)
where ordinal in (from rows_of('quote_customer_deleted')) and table_name = 'quote';

update sales_documents
set
    _customerid_value = row_id('contact', first_of('contact_number_missing')),
    _customerid_type = 'contact'
where
    ordinal in (from rows_of('quote_of_unnumbered_contact')) and table_name = 'quote'
    or ordinal in (from rows_of('order_of_unnumbered_contact')) and table_name = 'salesorder';

update sales_documents set _transactioncurrencyid_value = currency_id('XTS'), exchangerate = 7.25
where
    ordinal in (from rows_of('quote_currency_unknown')) and table_name = 'quote'
    or ordinal in (from rows_of('order_currency_unknown')) and table_name = 'salesorder';

update sales_documents set shipto_country = 'Atlantis'
where
    ordinal in (from rows_of('quote_country_unmapped')) and table_name = 'quote'
    or ordinal in (from rows_of('order_country_unmapped')) and table_name = 'salesorder';

update sales_documents set "number" = null
where ordinal in (from rows_of('quote_number_missing')) and table_name = 'quote';

-- Both quotes of a number belong to one customer, and so to one company.
update sales_documents
set
    "number" = first."number",
    _customerid_value = first._customerid_value,
    _customerid_type = first._customerid_type,
    _transactioncurrencyid_value = first._transactioncurrencyid_value,
    _owningbusinessunit_value = first._owningbusinessunit_value
from planned_cases as two
inner join planned_cases as one
    on one."case" = two."case" and one.occurrence = two.occurrence and one.place = 0
inner join sales_documents as first
    on first.ordinal = one.ordinal and first.table_name = 'quote'
where
    two."case" in ('quote_number_repeated', 'quote_revised')
    and two.place = 1
    and two.ordinal = sales_documents.ordinal
    and sales_documents.table_name = 'quote';

update sales_documents set msdynce_hasexternallymaintainedproductsonly = false
where
    ordinal in (from rows_of('quote_with_own_product')) and table_name = 'quote'
    or ordinal in (from rows_of('order_with_own_product')) and table_name = 'salesorder';

update sales_lines
set
    _productid_value = row_id('product', getvariable('products') - 2),
    has_external_products_only = false
where
    document_no in (from rows_of('quote_with_own_product')) and table_name = 'quote'
    or document_no in (from rows_of('order_with_own_product')) and table_name = 'salesorder';

-- Cases about lines change the second of two lines.
create or replace temp table second_lines as
select sales_lines.line_id, substring(planned_cases."case", 12) as trouble
from sales_lines
inner join planned_cases
    on
        planned_cases.table_name = sales_lines.table_name
        and planned_cases.ordinal = sales_lines.document_no
where
    sales_lines.line_no = 2
    and (planned_cases."case" like 'quote_line_%' or planned_cases."case" like 'order_line_%');

update sales_lines
set
    sequencenumber = case
        when trouble = 'number_missing' then null
        when trouble = 'number_repeated' then 1
        else sequencenumber
    end,
    _productid_value = case
        when trouble = 'product_missing' then null
        when trouble = 'product_unknown_in_finance'
            then row_id('product', getvariable('products') - 1)
        else _productid_value
    end,
    _uomid_value = case
        when trouble = 'unit_unmapped' then cast('d0000000-0000-4000-8000-000000000005' as uuid)
        else _uomid_value
    end,
    priceperunit = case
        when trouble = 'with_four_decimals' then 12.3456
        when trouble = 'discount_remainder' then 33.33
        else priceperunit
    end,
    quantity = case when trouble = 'discount_remainder' then 3 else quantity end,
    manualdiscountamount = case
        when trouble = 'discount_remainder' then 10.00 else manualdiscountamount
    end
from second_lines
where second_lines.line_id = sales_lines.line_id;

alter table sales_lines add column extendedamount decimal(19, 4);
update sales_lines
set extendedamount
    = cast(cast(quantity as decimal(12, 2)) * priceperunit as decimal(19, 4))
    - manualdiscountamount;

update sales_documents
set totalamount = lines.amount
from (
    select document_id, cast(sum(extendedamount) as decimal(19, 4)) as amount
    from sales_lines
    group by document_id
) as lines
where lines.document_id = sales_documents.document_id;

-- Quotes, by turns in every state.
create or replace temp table new_quote as
with states as (
    select
        *,
        case
            when ordinal in (from rows_of('quote_revised')) then 3
            when is_awkward then 1
            else list_extract([1, 0, 2, 3, 1, 1, 2, 1], 1 + place % 8)
        end as statecode
    from sales_documents
    where table_name = 'quote'
)
select
    *,
    document_id as quoteid,
    'QUO-' || "number" as quotenumber,
    case
        when ordinal in (from rows_of('quote_revised')) then 7
        else list_extract([1, 3, 4, 5], 1 + statecode)
    end as statuscode
from states;

create or replace temp table new_quotedetail as
select
    *,
    line_ordinal as ordinal,
    line_id as quotedetailid,
    document_id as _quoteid_value,
    case when _productid_value is null then 'Written in' end as productdescription,
    has_external_products_only as msdynce_quotehasexternalmaintainedproductsonly
from sales_lines
where table_name = 'quote';

-- Orders: a third is a draft, the others are activated and wait for Finance.
alter table new_salesorder add column msdynce_processingstatus integer;
alter table new_salesorder add column _pricelevelid_value uuid;
alter table new_salesorder add column billto_line2 varchar;
alter table new_salesorder add column shipto_line1 varchar;
alter table new_salesorder add column shipto_line2 varchar;
alter table new_salesorder add column shipto_city varchar;
alter table new_salesorder add column shipto_country varchar;
alter table new_salesorder add column shipto_stateorprovince varchar;
alter table new_salesorder add column shipto_postalcode varchar;
insert into new_salesorder by name
select
    documents.* exclude (table_name, place, is_awkward, document_id, "number"),
    document_id as salesorderid,
    case
        when ordinal in (from rows_of('order_number_taken_by_finance'))
            then 'NATIVE-ORD-' || padded(ordinal, 4)
        else 'ORD-' || "number"
    end as ordernumber,
    192350000 as msdyn_ordertype,
    case when place % 3 = 1 and not is_awkward then 647390011 else 647390000 end
        as msdynce_processingstatus,
    list_extract([1, 2, 3, 4], 1 + place % 4) as paymenttermscode,
    left(name, 80) as billto_name,
    0 as statecode,
    1 as statuscode
from sales_documents as documents
where table_name = 'salesorder';

alter table new_salesorderdetail add column _productid_value uuid;
alter table new_salesorderdetail add column _uomid_value uuid;
alter table new_salesorderdetail add column manualdiscountamount decimal(19, 4);
alter table new_salesorderdetail add column msdynce_ordernumber varchar;
alter table new_salesorderdetail
    add column msdynce_orderhasexternalmaintainedproductsonly boolean;
alter table new_salesorderdetail add column msdynce_orderissubmitted boolean;
insert into new_salesorderdetail by name
select
    lines.line_ordinal as ordinal,
    lines.document_no as contract_no,
    lines.line_id as salesorderdetailid,
    lines.document_id as _salesorderid_value,
    lines.sequencenumber,
    lines.sequencenumber as lineitemnumber,
    1 as producttypecode,
    lines._productid_value,
    lines._uomid_value,
    case when lines._productid_value is null then 'Written in' end as productdescription,
    lines._transactioncurrencyid_value,
    lines.quantity,
    lines.priceperunit,
    lines.manualdiscountamount,
    lines.extendedamount,
    false as msdyn_includetime,
    false as msdyn_includeexpense,
    new_salesorder.ordernumber as msdynce_ordernumber,
    lines.has_external_products_only as msdynce_orderhasexternalmaintainedproductsonly,
    new_salesorder.msdynce_processingstatus = 647390000 as msdynce_orderissubmitted
from sales_lines as lines
inner join new_salesorder on new_salesorder.ordinal = lines.document_no
where lines.table_name = 'salesorder';
