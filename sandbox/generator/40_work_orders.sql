create or replace temp table new_msdyn_workorder as
with numbered as (
    select
        ordinal,
        account_of('msdyn_workorder', ordinal) as account_no,
        case
            when die('msdyn_workorder', ordinal, 'billing', 5) = 0
                then die('msdyn_workorder', ordinal, 'payer', getvariable('clean_accounts'))
            else account_of('msdyn_workorder', ordinal)
        end as payer_no,
        -- Every status occurs among the first six; the awkward ones are all in scope.
        case
            when ordinal < 6 then 690970000 + ordinal
            when ordinal >= getvariable('clean_workorders') then 690970001
            else list_extract(
                [690970000, 690970001, 690970001, 690970001, 690970001, 690970001, 690970002,
                 690970002, 690970002, 690970002, 690970002, 690970003, 690970003, 690970003,
                 690970003, 690970004, 690970004, 690970004, 690970004, 690970005],
                1 + die('msdyn_workorder', ordinal, 'status', 20)
            )
        end as msdyn_systemstatus
    from range(getvariable('workorders')) as work_orders (ordinal)
)
select
    numbered.*,
    new_account.company_no,
    row_id('msdyn_workorder', numbered.ordinal) as msdyn_workorderid,
    'WO-' || padded(numbered.ordinal + 1, 7) as msdyn_name,
    new_account.accountid as _msdyn_serviceaccount_value,
    row_id('account', numbered.payer_no) as _msdyn_billingaccount_value,
    new_account.address1_line1 as msdyn_address1,
    case when numbered.ordinal % 7 = 0 then 'Floor 2' end as msdyn_address2,
    new_account.address1_city as msdyn_city,
    new_account.address1_postalcode as msdyn_postalcode,
    new_account.address1_stateorprovince as msdyn_stateorprovince,
    new_account.address1_country as msdyn_country,
    new_account._transactioncurrencyid_value,
    new_account._owningbusinessunit_value,
    true as msdynce_hasexternallymaintainedproductsonly,
    false as msdynce_workorderstatushaschanged,
    0 as statecode,
    1 as statuscode
from numbered
inner join new_account on new_account.ordinal = numbered.account_no;

-- Used is what happened, estimated is what was planned: open orders mostly have estimates.
create or replace temp macro line_status(table_name, ordinal, system_status) as
    case
        when system_status in (690970000, 690970001, 690970005) then 690970000
        when system_status = 690970002
            then 690970000 + die(table_name, ordinal, 'line status', 2)
        when die(table_name, ordinal, 'line status', 20) = 0 then 690970000
        else 690970001
    end;

-- Products: one or two per order; the awkward ones hang on scheduled clean orders.
create or replace temp table new_msdyn_workorderproduct as
with order_lines as (
    select
        orders.ordinal as order_no,
        unnest(range(1, 2 + cast(orders.ordinal % 9 < 5 as integer))) as line_no
    from range(getvariable('clean_workorders')) as orders (ordinal)
),

numbered as (
    select row_number() over (order by order_no, line_no) - 1 as ordinal, order_no, line_no
    from order_lines
    union all
    select
        getvariable('clean_workorderproducts') + extras.ordinal,
        scheduled.order_no,
        100 + extras.ordinal
    from range(getvariable('awkward_workorderproducts')) as extras (ordinal)
    inner join (
        select
            ordinal as order_no,
            row_number() over (order by ordinal) - 1 as place,
            count(*) over () as places
        from new_msdyn_workorder
        where
            msdyn_systemstatus in (690970001, 690970002)
            and ordinal < getvariable('clean_workorders')
    ) as scheduled
        on scheduled.place = extras.ordinal % least(10, scheduled.places)
)
select
    numbered.*,
    new_msdyn_workorder.msdyn_systemstatus,
    row_id('msdyn_workorderproduct', numbered.ordinal) as msdyn_workorderproductid,
    new_msdyn_workorder.msdyn_workorderid as _msdyn_workorder_value,
    new_msdyn_workorder._transactioncurrencyid_value,
    2 * die('msdyn_workorderproduct', numbered.ordinal, 'product', getvariable('clean_goods'))
        as product_no,
    numbered.line_no as msdyn_lineorder,
    line_status('msdyn_workorderproduct', numbered.ordinal, new_msdyn_workorder.msdyn_systemstatus)
        as msdyn_linestatus,
    die('msdyn_workorderproduct', numbered.ordinal, 'allocated', 3) > 0 as msdyn_allocated,
    cast(1 + die('msdyn_workorderproduct', numbered.ordinal, 'estimate', 12) as double)
        as msdyn_estimatequantity,
    cast(1 + die('msdyn_workorderproduct', numbered.ordinal, 'quantity', 12) as double)
        as msdyn_quantity,
    case
        when die('msdyn_workorderproduct', numbered.ordinal, 'discounted', 4) = 0
            then cast(die('msdyn_workorderproduct', numbered.ordinal, 'discount', 1500) / 100.0
                      as decimal(19, 4))
    end as msdyn_discountamount
from numbered
inner join new_msdyn_workorder on new_msdyn_workorder.ordinal = numbered.order_no;

create or replace temp table new_msdyn_workorderproduct as
select
    lines.*,
    products.productid as _msdyn_product_value,
    products._defaultuomid_value as _msdyn_unit_value,
    products.name as msdyn_name,
    cast(products.price as decimal(19, 4)) as msdyn_estimateunitamount,
    cast(products.price as decimal(19, 4)) as unit_amount,
    coalesce(lines.msdyn_discountamount, 0) as msdyn_estimatediscountamount,
    true as msdynce_orderhasexternalmaintainedproductsonly,
    lines.msdyn_systemstatus as msdynce_headersystemstatus,
    0 as statecode,
    1 as statuscode
from new_msdyn_workorderproduct as lines
inner join new_product as products on products.ordinal = lines.product_no;

-- Services: one per order, durations in minutes.
create or replace temp table new_msdyn_workorderservice as
with numbered as (
    select orders.ordinal, orders.ordinal as order_no, 1 as line_no
    from range(getvariable('clean_workorders')) as orders (ordinal)
    union all
    select
        getvariable('clean_workorderservices') + extras.ordinal,
        scheduled.order_no,
        100 + extras.ordinal
    from range(getvariable('awkward_workorderservices')) as extras (ordinal)
    inner join (
        select
            ordinal as order_no,
            row_number() over (order by ordinal) - 1 as place,
            count(*) over () as places
        from new_msdyn_workorder
        where
            msdyn_systemstatus in (690970001, 690970002)
            and ordinal < getvariable('clean_workorders')
    ) as scheduled
        on scheduled.place = extras.ordinal % least(10, scheduled.places)
)
select
    numbered.*,
    new_msdyn_workorder.msdyn_systemstatus,
    row_id('msdyn_workorderservice', numbered.ordinal) as msdyn_workorderserviceid,
    new_msdyn_workorder.msdyn_workorderid as _msdyn_workorder_value,
    new_msdyn_workorder._transactioncurrencyid_value,
    1 + 2 * die('msdyn_workorderservice', numbered.ordinal, 'service', getvariable('clean_services'))
        as product_no,
    numbered.line_no as msdyn_lineorder,
    line_status('msdyn_workorderservice', numbered.ordinal, new_msdyn_workorder.msdyn_systemstatus)
        as msdyn_linestatus,
    15 * (2 + die('msdyn_workorderservice', numbered.ordinal, 'estimate', 16))
        as msdyn_estimateduration,
    5 * (6 + die('msdyn_workorderservice', numbered.ordinal, 'duration', 60)) as msdyn_duration,
    case
        when die('msdyn_workorderservice', numbered.ordinal, 'discounted', 5) = 0
            then cast(die('msdyn_workorderservice', numbered.ordinal, 'discount', 2000) / 100.0
                      as decimal(19, 4))
    end as msdyn_discountamount
from numbered
inner join new_msdyn_workorder on new_msdyn_workorder.ordinal = numbered.order_no;

create or replace temp table new_msdyn_workorderservice as
select
    lines.*,
    products.productid as _msdyn_service_value,
    products._defaultuomid_value as _msdyn_unit_value,
    products.name as msdyn_name,
    cast(products.price as decimal(19, 4)) as msdyn_estimateunitamount,
    cast(products.price as decimal(19, 4)) as unit_amount,
    coalesce(lines.msdyn_discountamount, 0) as msdyn_estimatediscountamount,
    true as msdynce_orderhasexternalmaintainedproductsonly,
    lines.msdyn_systemstatus as msdynce_headersystemstatus,
    0 as statecode,
    1 as statuscode
from new_msdyn_workorderservice as lines
inner join new_product as products on products.ordinal = lines.product_no;
