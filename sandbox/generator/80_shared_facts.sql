-- What Finance must know before the first load, and what it made itself.
insert into sandbox.shared_facts
select
    'product',
    productnumber,
    null,
    json_object('name', name, 'unit', coalesce(unit_symbol, 'ea'))
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
