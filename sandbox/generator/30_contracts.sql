-- Contracts: seven of eight are work based, each with a project of its own; the others are
-- ordinary sales orders, which are no project contracts.
create or replace temp table new_salesorder as
with numbered as (
    select
        ordinal,
        account_of('salesorder', ordinal) as account_no,
        ordinal % 8 <> 7 or ordinal >= getvariable('clean_salesorders') as is_work_based
    from range(getvariable('salesorders')) as contracts (ordinal)
)
select
    numbered.*,
    new_account.company_no,
    row_id('salesorder', numbered.ordinal) as salesorderid,
    'ORD-' || padded(1000 + numbered.ordinal, 5) || '-'
        || row_code('salesorder', numbered.ordinal) as ordernumber,
    pick(['Rollout', 'Implementation', 'Migration', 'Support', 'Assessment'],
         'salesorder', numbered.ordinal, 'name')
        || ' for ' || new_account.name as name,
    case when numbered.is_work_based then 192350001 else 192350000 end as msdyn_ordertype,
    case when numbered.is_work_based then 192350002 end as msdyn_psastate,
    case when numbered.is_work_based then 192350003 end as msdyn_psastatusreason,
    new_account.accountid as _customerid_value,
    'account' as _customerid_type,
    new_account._transactioncurrencyid_value,
    new_account.exchangerate,
    new_msdyn_organizationalunit.msdyn_organizationalunitid
        as _msdyn_contractorganizationalunitid_value,
    list_extract([1, 2, 3, 4, null], 1 + die('salesorder', numbered.ordinal, 'terms', 5))
        as paymenttermscode,
    new_account.name as billto_name,
    new_account.address1_line1 as billto_line1,
    new_account.address1_city as billto_city,
    new_account.address1_postalcode as billto_postalcode,
    new_account.address1_country as billto_country,
    cast(1000 + die('salesorder', numbered.ordinal, 'total', 90000) as decimal(19, 4))
        as totalamount,
    true as msdynce_hasexternallymaintainedproductsonly,
    new_account._owningbusinessunit_value,
    0 as statecode,
    1 as statuscode
from numbered
inner join new_account on new_account.ordinal = numbered.account_no
inner join new_msdyn_organizationalunit
    on new_msdyn_organizationalunit.ordinal = new_account.company_no;

-- Projects: the clean ones take the work-based contracts in turn.
create or replace temp table new_msdyn_project as
with contracts as (
    select *, row_number() over (order by ordinal) - 1 as place
    from new_salesorder
    where is_work_based and ordinal < getvariable('clean_salesorders')
),

numbered as (
    select ordinal, ordinal % (select count(*) from contracts) as place
    from range(getvariable('projects')) as projects (ordinal)
)
select
    numbered.ordinal,
    contracts.ordinal as contract_no,
    contracts.company_no,
    row_id('msdyn_project', numbered.ordinal) as msdyn_projectid,
    'PRJ-' || padded(1000 + numbered.ordinal, 5) || '-'
        || row_code('msdyn_project', numbered.ordinal) as msdynce_projectnumber,
    left(contracts.name, 150) || ', phase '
        || (1 + numbered.ordinal // (select count(*) from contracts)) as msdyn_subject,
    case when die('msdyn_project', numbered.ordinal, 'memo', 2) = 0 then 'Agreed by phone.' end
        as msdyn_description,
    contracts.salesorderid as _msdyn_salesorderid_value,
    contracts._customerid_value as _msdyn_customer_value,
    contracts._msdyn_contractorganizationalunitid_value,
    cast('c0000000-0000-4000-8000-000000000001' as uuid) as _msdyn_projectmanager_value,
    contracts._transactioncurrencyid_value,
    contracts.exchangerate,
    contracts._owningbusinessunit_value,
    false as msdyn_istemplate,
    date '2025-01-06' + die('msdyn_project', numbered.ordinal, 'start', 300) as start_day,
    sandbox_companies.zone,
    0 as statecode,
    1 as statuscode
from numbered
inner join contracts on contracts.place = numbered.place
inner join sandbox_companies on sandbox_companies.company_no = contracts.company_no;

create or replace temp table new_msdyn_project as
select
    *,
    day_in_zone(start_day, zone) as msdyn_scheduledstart,
    -- One end in four was written by an interface, at exactly midnight UTC.
    case
        when die('msdyn_project', ordinal, 'interface', 4) = 0
            then cast(start_day + 90 as timestamp)
        else day_in_zone(start_day + 90, zone)
    end as msdyn_scheduledend,
    case
        when die('msdyn_project', ordinal, 'begun', 2) = 0 then day_in_zone(start_day + 2, zone)
    end as msdyn_actualstart,
    cast(null as timestamp) as msdyn_actualend
from new_msdyn_project;

alter table new_msdyn_project add column msdyn_finish timestamp;
update new_msdyn_project set msdyn_finish = msdyn_scheduledend;

-- Contract lines: one, two, two, one, two, two ... per contract; the awkward ones hang on clean
-- contracts with numbers of their own.
create or replace temp table new_salesorderdetail as
with contract_lines as (
    select
        contracts.ordinal as contract_no,
        unnest(range(1, 2 + cast(contracts.ordinal % 3 > 0 as integer))) as line_no
    from range(getvariable('clean_salesorders')) as contracts (ordinal)
),

numbered as (
    select row_number() over (order by contract_no, line_no) - 1 as ordinal, contract_no, line_no
    from contract_lines
    union all
    select
        getvariable('clean_salesorderdetails') + extras.ordinal,
        8 * (extras.ordinal % (getvariable('clean_salesorders') // 8)),
        100 + extras.ordinal
    from range(getvariable('awkward_salesorderdetails')) as extras (ordinal)
)
select
    numbered.*,
    new_salesorder.is_work_based,
    new_salesorder.is_work_based
    and (
        die('salesorderdetail', numbered.ordinal, 'billing', 100) < 38
        or numbered.ordinal < 4
    ) as is_fixed_price,
    row_id('salesorderdetail', numbered.ordinal) as salesorderdetailid,
    new_salesorder.salesorderid as _salesorderid_value,
    numbered.line_no as sequencenumber,
    numbered.line_no as lineitemnumber,
    case when new_salesorder.is_work_based then 5 else 1 end as producttypecode,
    case when new_salesorder.is_work_based then 690970000 end as msdyn_linetype,
    case
        when new_salesorder.is_work_based
            then pick(['Consulting', 'Development', 'Testing', 'Coaching'],
                      'salesorderdetail', numbered.ordinal, 'name')
                || ' ' || numbered.line_no
    end as productdescription,
    projects.msdyn_projectid as _msdyn_project_value,
    new_salesorder._transactioncurrencyid_value,
    cast(1 as decimal(23, 10)) as quantity,
    cast(500 + die('salesorderdetail', numbered.ordinal, 'price', 20000) as decimal(19, 4))
        as priceperunit
from numbered
inner join new_salesorder on new_salesorder.ordinal = numbered.contract_no
left join new_msdyn_project as projects
    on
        projects.contract_no = numbered.contract_no
        and projects.ordinal < getvariable('work_based_contracts');

create or replace temp table new_salesorderdetail as
select
    *,
    case
        when is_fixed_price then 192350001
        when is_work_based then 192350000
    end as msdyn_billingmethod,
    priceperunit as extendedamount,
    is_work_based as msdyn_includetime,
    is_work_based as msdyn_includeexpense
from new_salesorderdetail;

-- Milestones: shared out in turn among the fixed-price lines.
create or replace temp table new_msdyn_contractlinescheduleofvalue as
with lines as (
    select *, row_number() over (order by ordinal) - 1 as place
    from new_salesorderdetail
    where is_fixed_price and ordinal < getvariable('clean_salesorderdetails')
),

numbered as (
    select ordinal, ordinal % (select count(*) from lines) as place
    from range(getvariable('milestones')) as milestones (ordinal)
)
select
    numbered.ordinal,
    lines.contract_no,
    row_id('msdyn_contractlinescheduleofvalue', numbered.ordinal)
        as msdyn_contractlinescheduleofvalueid,
    'Milestone ' || (1 + numbered.ordinal // (select count(*) from lines)) || ' '
        || row_code('msdyn_contractlinescheduleofvalue', numbered.ordinal) as msdyn_name,
    cast(
        100 + die('msdyn_contractlinescheduleofvalue', numbered.ordinal, 'amount', 2000000) / 100.0
        as decimal(19, 2)
    ) as msdyn_amount,
    lines.salesorderdetailid as _msdyn_contractlineid_value,
    -- What 2.x kept as text; from 3.x on only rows that are older than the upgrade have it.
    case
        when getvariable('generation') = 'psa2' or numbered.ordinal % 10 = 0
            then cast(lines.salesorderdetailid as varchar)
    end as msdyn_contractline,
    lines._salesorderid_value as _msdyn_contract_value,
    lines._msdyn_project_value,
    lines._transactioncurrencyid_value,
    new_salesorder.exchangerate,
    date '2025-02-01' + die('msdyn_contractlinescheduleofvalue', numbered.ordinal, 'day', 400)
        as invoice_day,
    sandbox_companies.zone,
    192350000 as msdyn_invoicestatus,
    192350003 as msdyn_transactionclassification,
    192350004 as msdyn_transactiontypecode,
    0 as statecode,
    1 as statuscode
from numbered
inner join lines on lines.place = numbered.place
inner join new_salesorder on new_salesorder.ordinal = lines.contract_no
inner join sandbox_companies on sandbox_companies.company_no = new_salesorder.company_no;

create or replace temp table new_msdyn_contractlinescheduleofvalue as
select
    * replace (cast(msdyn_amount as decimal(19, 4)) as msdyn_amount),
    case
        when die('msdyn_contractlinescheduleofvalue', ordinal, 'interface', 5) = 0
            then cast(invoice_day as timestamp)
        else day_in_zone(invoice_day, zone)
    end as msdyn_invoicedate,
    cast(msdyn_amount * 0.1 as decimal(19, 4)) as msdyn_tax,
    cast(msdyn_amount * 1.1 as decimal(19, 4)) as msdyn_amount_after_tax
from new_msdyn_contractlinescheduleofvalue;
