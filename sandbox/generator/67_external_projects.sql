-- Projects of Finance that it has brought before: the companies take turns, one in five is done.
create or replace temp table new_msdynce_externalproject as
with rows as (
    select *, place % 3 as company_no, place // 3 as place_in_company
    from beside('msdynce_externalproject')
),

accounts as (
    select
        *,
        row_number() over (partition by company_no order by ordinal) - 1 as account_place,
        count(*) over (partition by company_no) as accounts_of_company
    from new_account
    where ordinal between getvariable('common_account_cases') and getvariable('clean_accounts') - 1
)

select
    rows.ordinal,
    rows.place,
    rows.is_awkward,
    rows.company_no,
    accounts.ordinal as account_no,
    row_id('msdynce_externalproject', rows.ordinal) as msdynce_externalprojectid,
    'FP-' || padded(rows.ordinal + 101, 6) as msdynce_projectnumber,
    pick(['Refit', 'Roll-out', 'Maintenance', 'Expansion'],
         'msdynce_externalproject', rows.ordinal, 'name')
        || ' for ' || left(accounts.name, 60) as msdynce_name,
    case when rows.place % 5 = 4 and not rows.is_awkward then 2 else 1 end
        as msdynce_projectstage,
    case
        when rows.ordinal not in (from rows_of('external_project_without_account'))
            then accounts.accountid
    end as _msdynce_account_value,
    accounts.accountnumber,
    0 as statecode,
    1 as statuscode
from rows
inner join accounts
    on
        accounts.company_no = rows.company_no
        and accounts.account_place = rows.place_in_company % accounts.accounts_of_company;

-- Work orders on projects: the project's account is served, and nobody else pays.
create or replace temp table orders_on_projects as
select
    orders.ordinal,
    orders.place,
    orders.is_awkward,
    projects.msdynce_externalprojectid as project_id,
    new_account.* exclude (ordinal),
    new_account.ordinal as account_no
from (
    select
        beside_rows.*,
        case planned_cases."case"
            when 'work_order_of_unknown_project'
                then first_of('external_project_unknown_in_finance')
            else beside_rows.place % (
                select ordinary from planned_beside where table_name = 'msdynce_externalproject'
            )
        end as project_no
    from beside('msdyn_workorder') as beside_rows
    left join planned_cases
        on
            planned_cases.table_name = 'msdyn_workorder'
            and planned_cases.ordinal = beside_rows.ordinal
) as orders
inner join new_msdynce_externalproject as projects on projects.ordinal = orders.project_no
inner join new_account on new_account.ordinal = projects.account_no;

alter table new_msdyn_workorder add column _msdynce_externalproject_value uuid;
insert into new_msdyn_workorder by name
select
    ordinal,
    account_no,
    account_no as payer_no,
    company_no,
    row_id('msdyn_workorder', ordinal) as msdyn_workorderid,
    'WO-' || padded(ordinal + 1, 7) as msdyn_name,
    case
        when is_awkward then 690970001
        else list_extract([690970001, 690970002, 690970003], 1 + place % 3)
    end as msdyn_systemstatus,
    project_id as _msdynce_externalproject_value,
    accountid as _msdyn_serviceaccount_value,
    address1_line1 as msdyn_address1,
    address1_city as msdyn_city,
    address1_postalcode as msdyn_postalcode,
    address1_stateorprovince as msdyn_stateorprovince,
    address1_country as msdyn_country,
    _transactioncurrencyid_value,
    -- An order of another company's project belongs to the next company.
    case
        when ordinal in (from rows_of('work_order_of_another_companys_project'))
            then cast(
                'b0000000-0000-4000-8000-00000000000' || (1 + (company_no + 1) % 3) as uuid
            )
        else _owningbusinessunit_value
    end as _owningbusinessunit_value,
    true as msdynce_hasexternallymaintainedproductsonly,
    false as msdynce_workorderstatushaschanged,
    0 as statecode,
    1 as statuscode
from orders_on_projects;

-- One product and one service each.
insert into new_msdyn_workorderproduct by name
select
    lines.* exclude (company_no),
    row_id('msdyn_workorderproduct', lines.ordinal) as msdyn_workorderproductid,
    new_product.productid as _msdyn_product_value,
    new_product._defaultuomid_value as _msdyn_unit_value,
    new_product.name as msdyn_name,
    cast(new_product.price as decimal(19, 4)) as msdyn_estimateunitamount,
    cast(new_product.price as decimal(19, 4)) as unit_amount,
    cast(0 as decimal(19, 4)) as msdyn_estimatediscountamount,
    cast(2 as double) as msdyn_estimatequantity,
    cast(2 as double) as msdyn_quantity,
    true as msdyn_allocated,
    new_msdyn_warehouse.msdyn_warehouseid as _msdyn_warehouse_value,
    true as msdynce_orderhasexternalmaintainedproductsonly,
    0 as statecode,
    1 as statuscode
from (
    select
        (select max(ordinal) from new_msdyn_workorderproduct)
            + row_number() over (order by orders.ordinal) as ordinal,
        orders.ordinal as order_no,
        orders.company_no,
        1 as line_no,
        1 as msdyn_lineorder,
        orders.msdyn_workorderid as _msdyn_workorder_value,
        orders._transactioncurrencyid_value,
        orders.msdyn_systemstatus,
        orders.msdyn_systemstatus as msdynce_headersystemstatus,
        case when orders.msdyn_systemstatus = 690970003 then 690970001 else 690970000 end
            as msdyn_linestatus
    from new_msdyn_workorder as orders
    where orders._msdynce_externalproject_value is not null
) as lines
inner join new_product
    on new_product.ordinal
        = 2 * die('msdyn_workorderproduct', lines.ordinal, 'product', getvariable('clean_goods'))
left join new_msdyn_warehouse
    on new_msdyn_warehouse.ordinal = list_extract([0, null, 3], 1 + lines.company_no);

insert into new_msdyn_workorderservice by name
select
    lines.*,
    row_id('msdyn_workorderservice', lines.ordinal) as msdyn_workorderserviceid,
    new_product.productid as _msdyn_service_value,
    new_product._defaultuomid_value as _msdyn_unit_value,
    new_product.name as msdyn_name,
    cast(new_product.price as decimal(19, 4)) as msdyn_estimateunitamount,
    cast(new_product.price as decimal(19, 4)) as unit_amount,
    cast(0 as decimal(19, 4)) as msdyn_estimatediscountamount,
    90 as msdyn_estimateduration,
    90 as msdyn_duration,
    true as msdynce_orderhasexternalmaintainedproductsonly,
    0 as statecode,
    1 as statuscode
from (
    select
        (select max(ordinal) from new_msdyn_workorderservice)
            + row_number() over (order by orders.ordinal) as ordinal,
        orders.ordinal as order_no,
        1 as line_no,
        1 as msdyn_lineorder,
        orders.msdyn_workorderid as _msdyn_workorder_value,
        orders._transactioncurrencyid_value,
        orders.msdyn_systemstatus,
        orders.msdyn_systemstatus as msdynce_headersystemstatus,
        case when orders.msdyn_systemstatus = 690970003 then 690970001 else 690970000 end
            as msdyn_linestatus
    from new_msdyn_workorder as orders
    where orders._msdynce_externalproject_value is not null
) as lines
inner join new_product
    on new_product.ordinal
        = 1 + 2 * die('msdyn_workorderservice', lines.ordinal, 'service', getvariable('clean_services'));
