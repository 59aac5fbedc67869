-- What Finance must know before the first load, and what it made itself.
insert into sandbox.shared_facts
select
    'product',
    productnumber,
    null,
    json_object(
        'name', name,
        'unit', coalesce(unit_symbol, 'ea'),
        'description', description,
        'price', cast(cast(price as decimal(19, 2)) as varchar),
        'cost', cast(cast(currentcost as decimal(19, 4)) as varchar),
        'currency', 'USD',
        'type', case when producttypecode = 3 then 'Service' else 'Item' end,
        'stocked', case when isstockitem then 'Yes' else 'No' end,
        'field_service_type',
        case when producttypecode = 3 then 'Service' else 'Inventory' end
    )
from new_product
where is_known_in_finance;

insert into sandbox.shared_facts
select 'native_customer', accountnumber, companies.company, json_object('name', name)
from (
    select accountnumber, name
    from new_account
    where ordinal in (from rows_of('account_number_taken_by_finance'))
    union all
    select *
    from (values ('US-001', 'Contoso Retail San Diego'), ('US-002', 'Contoso Retail Los Angeles'))
) as customers (accountnumber, name)
cross join (select company from sandbox_companies) as companies;

insert into sandbox.shared_facts
select 'native_sales_order', orders.msdyn_name, companies.company,
    json_object('customer', 'US-001')
from (
    select msdyn_name
    from new_msdyn_workorder
    where ordinal in (from rows_of('work_order_number_taken_by_finance'))
    union all
    select ordernumber
    from new_salesorder
    where ordinal in (from rows_of('order_number_taken_by_finance'))
    union all
    select * from (values ('SO-000101'), ('SO-000102'))
) as orders (msdyn_name)
cross join (select company from sandbox_companies) as companies;

-- Finance spells the categories that differ in its own way.
insert into sandbox.shared_facts
select 'category', name, companies.company, json_object()
from (
    select name, unnest(companies) as company
    from known_categories
    where is_expense
    union all
    select upper(left(name, 1)) || rtrim(substring(name, 2)), unnest(companies)
    from new_msdyn_transactioncategory
    where ordinal in (
        select ordinal from planned_cases where table_name = 'msdyn_transactioncategory'
    )
) as categories (name, company)
inner join (select company from sandbox_companies) as companies
    on companies.company = categories.company
order by name, companies.company;

-- The customers of Finance's own orders, which Dataverse has as accounts; each in its company.
insert into sandbox.shared_facts
select
    'native_customer', new_account.accountnumber, sandbox_companies.company,
    json_object('name', new_account.name, 'externally_maintained', 'Yes')
from accounts_beside
inner join new_account on new_account.ordinal = accounts_beside.ordinal
inner join sandbox_companies on sandbox_companies.company_no = accounts_beside.company_no
where accounts_beside.place < 3;

insert into sandbox.shared_facts
select 'native_warehouse', warehouse, company, json_object('name', name, 'site', site)
from (
    values
        ('13', 'usmf', 'Main warehouse', '1'),
        ('24', 'usmf', 'Service parts', '2'),
        ('31', 'ussi', 'Boston', '3'),
        ('51', 'usmf', 'Returns', '5'),
        ('61', 'demf', 'Berlin', '6')
) as warehouses (warehouse, company, name, site);

-- Projects that Dataverse has already, then those it does not have: of every kind and stage.
insert into sandbox.shared_facts
select
    'native_project', msdynce_projectnumber, sandbox_companies.company,
    json_object(
        'name', msdynce_name,
        'type', 'TimeMaterial',
        'stage', case when msdynce_projectstage = 2 then 'Finished' else 'InProcess' end,
        'customer', case when _msdynce_account_value is not null then accountnumber end
    )
from new_msdynce_externalproject
inner join sandbox_companies
    on sandbox_companies.company_no = new_msdynce_externalproject.company_no
where ordinal not in (from rows_of('external_project_unknown_in_finance'))
order by msdynce_projectnumber;

insert into sandbox.shared_facts
select
    'native_project', 'FP-9' || padded(10 * company_no + kinds.place, 5),
    sandbox_companies.company,
    json_object(
        'name', kinds.name || ' ' || sandbox_companies.unit_name,
        'type', kinds.type,
        'stage', kinds.stage,
        'customer', accounts.accountnumber
    )
from (
    values
        (1, 'Upgrade', 'TimeMaterial', 'InProcess'),
        (2, 'Relocation', 'TimeMaterial', 'Finished'),
        (3, 'Turnkey plant', 'FixedPrice', 'InProcess'),
        (4, 'Study', 'TimeMaterial', 'Created')
) as kinds (place, name, type, stage)
cross join sandbox_companies
left join (
    select company_no as account_company_no, min_by(accountnumber, ordinal) as accountnumber
    from new_account
    where ordinal between getvariable('common_account_cases') and getvariable('clean_accounts') - 1
    group by company_no
) as accounts on accounts.account_company_no = sandbox_companies.company_no
order by company_no, kinds.place;

-- Orders that Finance made for customers of both kinds. The last number stands in two companies.
create or replace temp macro fact_line(line_product, line_quantity, line_price) as
    json_object('product', line_product, 'quantity', line_quantity, 'price', line_price);

insert into sandbox.shared_facts
select
    'native_order', 'SO-' || number, company,
    json_object(
        'customer', customer,
        'status', status,
        'origin', origin,
        'totals_updated', totals_updated,
        'lines', case
            when number % 2 = 0 then [fact_line('P00000', '3', '19.99')]
            else [fact_line('P00000', '2', '20.50'), fact_line('P00002', '5', '7.25')]
        end
    )
from (
    values
        (900001, 'usmf', 'EXT-2001', 'Confirmed', null, 'Yes'),
        (900002, 'usmf', 'EXT-2001', 'Active', null, 'Yes'),
        (900003, 'usmf', 'EXT-2001', 'PackingSlip', null, 'Yes'),
        (900004, 'usmf', 'EXT-2001', 'Cancelled', null, 'Yes'),
        (900005, 'usmf', 'EXT-2001', 'Confirmed', null, 'No'),
        (900006, 'usmf', 'US-001', 'Confirmed', null, 'Yes'),
        (900007, 'usmf', 'EXT-2001', 'Confirmed', 'WorkOrderIntegration', 'Yes'),
        (900008, 'ussi', 'EXT-2002', 'Confirmed', null, 'Yes'),
        (900009, 'demf', 'EXT-2003', 'Confirmed', null, 'Yes'),
        (900010, 'usmf', 'EXT-2001', 'Confirmed', null, 'Yes'),
        (900010, 'ussi', 'EXT-2002', 'Confirmed', null, 'Yes')
) as orders (number, company, customer, status, origin, totals_updated);

-- Vendors: one of all companies, one of each, and the number that a customer of Dataverse has.
insert into sandbox.shared_facts
select 'native_vendor', number, company, json_object('name', name)
from (
    values
        ('V-1001', 'usmf', 'Acme Office Supplies'),
        ('V-1001', 'ussi', 'Acme Office Supplies'),
        ('V-1001', 'demf', 'Acme Office Supplies'),
        ('V-1002', 'usmf', 'Tailspin Parts'),
        ('V-1003', 'ussi', 'Lande Packaging'),
        ('V-1004', 'usmf', 'Fabrikam Electronics'),
        ('V-1005', 'demf', 'Datum Receivers')
) as vendors (number, company, name)
union all
select 'native_vendor', accountnumber, 'usmf', json_object('name', 'Vendor ' || accountnumber)
from accounts_beside
where "case" = 'vendor_number_of_a_customer';

insert into sandbox.shared_facts
select
    'native_purchase_order', 'PO-' || number, company,
    json_object(
        'vendor', vendor,
        'status', status,
        'warehouse', warehouse,
        'lines', case
            when number % 2 = 0 then [fact_line('P00000', '10', '11.40')]
            else [fact_line('P00000', '4', '11.40'), fact_line('P00002', '6', '3.99')]
        end
    )
from (
    values
        (900001, 'usmf', 'V-1001', 'Confirmed', '13'),
        (900002, 'usmf', 'V-1002', 'Draft', '24'),
        (900003, 'usmf', 'V-1004', 'Confirmed', '51'),
        (900004, 'ussi', 'V-1003', 'Confirmed', '31'),
        (900005, 'demf', 'V-1005', 'Confirmed', '61')
) as orders (number, company, vendor, status, warehouse);
