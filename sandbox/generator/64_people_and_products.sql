-- Accounts beside the customers: the customers of Finance's own orders, and vendors.
create or replace temp table accounts_beside as
select
    rows.ordinal,
    rows.place,
    planned_cases."case",
    case
        when rows.place < 3 then rows.place
        else 0
    end as company_no,
    case
        when rows.place < 3 then 'EXT-' || (2001 + rows.place)
        when rows.place < 6 then 'V-' || (1001 + rows.place - 3)
        when planned_cases."case" = 'vendor_unknown_in_finance'
            then 'V-' || (8001 + planned_cases.occurrence)
        else 'V-' || (9001 + planned_cases.occurrence)
    end as accountnumber,
    case
        when rows.place < 3 or planned_cases."case" = 'vendor_number_of_a_customer' then 3
        else 11
    end as customertypecode
from beside('account') as rows
left join planned_cases
    on planned_cases.table_name = 'account' and planned_cases.ordinal = rows.ordinal;

alter table new_account add column customertypecode integer;
insert into new_account by name
select
    accounts_beside.ordinal,
    accounts_beside.company_no,
    row_id('account', accounts_beside.ordinal) as accountid,
    accounts_beside.accountnumber,
    case when customertypecode = 11 then 'Supplies ' else 'Trading ' end
        || row_code('account', accounts_beside.ordinal) as name,
    accounts_beside.customertypecode,
    cast(0 as decimal(19, 4)) as creditlimit,
    1 + die('account', accounts_beside.ordinal, 'employees', 5000) as numberofemployees,
    '1 Harbour Road' as address1_line1,
    case accounts_beside.company_no when 2 then 'Hamburg' else 'Seattle' end as address1_city,
    '20457' as address1_postalcode,
    case accounts_beside.company_no when 2 then 'Germany' else 'USA' end as address1_country,
    sandbox_companies.currency as currency_code,
    new_transactioncurrency.transactioncurrencyid as _transactioncurrencyid_value,
    new_transactioncurrency.exchangerate,
    new_businessunit.businessunitid as _owningbusinessunit_value,
    0 as statecode,
    1 as statuscode
from accounts_beside
inner join sandbox_companies on sandbox_companies.company_no = accounts_beside.company_no
inner join new_transactioncurrency
    on new_transactioncurrency.isocurrencycode = sandbox_companies.currency
inner join new_businessunit on new_businessunit.ordinal = accounts_beside.company_no;

-- Contacts beside those of accounts. By turns: an active customer with an account, no customer
-- and no account, an active customer of its own, an employee of another contact.
insert into new_contact by name
with numbered as (
    select
        ordinal,
        place,
        is_awkward,
        case when is_awkward then 0 else place % 4 end as kind,
        pick(['Ines', 'Jamal', 'Kenji', 'Lena', 'Mats', 'Nadia'], 'contact', ordinal, 'first')
            as firstname,
        pick(['Abbas', 'Bauer', 'Costa', 'Duarte', 'Evans'], 'contact', ordinal, 'last')
            as lastname,
        die('contact', ordinal, 'account', getvariable('clean_accounts')) as account_no
    from beside('contact')
)
select
    numbered.ordinal,
    numbered.account_no,
    numbered.firstname,
    numbered.lastname,
    row_id('contact', numbered.ordinal) as contactid,
    'CON-' || padded(10000 + numbered.ordinal, 5) || '-'
        || row_code('contact', numbered.ordinal) as msdynce_contactnumber,
    numbered.firstname || ' ' || numbered.lastname as fullname,
    lower(numbered.firstname || '.' || row_code('contact', numbered.ordinal)) || '@example.com'
        as emailaddress1,
    case numbered.kind
        when 0 then new_account.accountid
        when 3 then row_id('contact', 0)
    end as _parentcustomerid_value,
    case numbered.kind when 0 then 'account' when 3 then 'contact' end as _parentcustomerid_type,
    numbered.kind in (0, 2) as msdynce_isactivecustomer,
    numbered.kind = 0 as msdynce_iscompanyanaccount,
    numbered.place % 2 = 1 as donotemail,
    1 + die('contact', numbered.ordinal, 'gender', 2) as gendercode,
    new_account._transactioncurrencyid_value,
    new_account._owningbusinessunit_value,
    0 as statecode,
    1 as statuscode
from numbered
inner join new_account on new_account.ordinal = numbered.account_no;

-- What a person's card says; every fifth person is silent about most of it.
create or replace temp table new_contact as
select
    *,
    case when ordinal % 7 = 0 then 'Maria' end as middlename,
    pick(['Buyer', 'Dispatcher', 'Engineer', 'Owner'], 'contact', ordinal, 'job') as jobtitle,
    case when ordinal % 5 > 0 then 'Facilities' end as department,
    case when ordinal % 6 = 0 then 'Prefers to be called.' end as description,
    '+1 425 555 ' || lpad(cast(die('contact', ordinal, 'phone', 10000) as varchar), 4, '0')
        as telephone1,
    case when ordinal % 5 > 0 then '+1 425 555 0199' end as fax,
    case when ordinal % 4 = 0 then 'https://www.example.com/people' end as websiteurl,
    case when ordinal % 9 = 0 then 'ID-' || row_code('contact', ordinal) end as governmentid,
    list_extract([1, 2, 3, 4, null], 1 + die('contact', ordinal, 'family', 5))
        as familystatuscode,
    cast(100 * die('contact', ordinal, 'credit', 50) as decimal(19, 4)) as creditlimit,
    (1 + die('contact', ordinal, 'house', 990)) || ' Elm Street' as address1_line1,
    pick(['Seattle', 'Redmond', 'Boston'], 'contact', ordinal, 'city') as address1_city,
    lpad(cast(10000 + die('contact', ordinal, 'zip', 89999) as varchar), 5, '0')
        as address1_postalcode,
    'WA' as address1_stateorprovince,
    pick(['United States', 'USA', null, 'Canada'], 'contact', ordinal, 'country')
        as address1_country
from new_contact;

-- The contact of a document: an active customer.
create or replace temp macro contact_of(document_table, document_no) as (
    select
        contacts.first
        + 2 * die(
            document_table, document_no, 'contact', cast((contacts.ordinary + 1) // 2 as integer)
        )
    from planned_beside as contacts
    where contacts.table_name = 'contact'
);

-- Products of the cases; they come after every other number.
insert into new_product by name
select
    planned_cases.ordinal,
    row_id('product', planned_cases.ordinal) as productid,
    'T' || padded(planned_cases.ordinal, 5) as productnumber,
    'Tool ' || row_code('product', planned_cases.ordinal) as name,
    'ea' as unit_symbol,
    cast(25 as decimal(19, 2)) as price,
    cast(15 as decimal(19, 4)) as currentcost,
    0 as unit_no,
    planned_cases."case" <> 'product_only_in_dataverse' as is_known_in_finance,
    true as isstockitem,
    1 as producttypecode,
    690970000 as msdyn_fieldserviceproducttype,
    case when planned_cases."case" = 'product_made_in_dataverse' then false end
        as msdynce_ismaintainedexternally,
    new_uom.uomid as _defaultuomid_value,
    new_uom.uomid as _msdynce_inventoryunit_value,
    new_uom._uomscheduleid_value as _defaultuomscheduleid_value,
    currency_id('USD') as _transactioncurrencyid_value,
    price_list_id(currency_id('USD')) as _pricelevelid_value,
    2 as quantitydecimal,
    0 as statecode,
    1 as statuscode
from planned_cases
inner join new_uom on new_uom.name = 'Each'
where planned_cases.table_name = 'product' and planned_cases.position = 'beside';
