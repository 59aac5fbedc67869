-- Purchase orders that wait for Finance; two vendors take turns.
create or replace temp table new_msdyn_purchaseorder as
select
    rows.*,
    planned_cases."case",
    row_id('msdyn_purchaseorder', rows.ordinal) as msdyn_purchaseorderid,
    'PUR-' || padded(rows.ordinal + 1, 6) as msdyn_name,
    vendors.accountid as _msdyn_vendor_value,
    vendors.accountid as _msdyn_invoicevendoraccount_value,
    new_msdyn_warehouse.msdyn_warehouseid as _msdyn_receivetowarehouse_value,
    currency_id('USD') as _transactioncurrencyid_value,
    day_in_zone(date '2025-06-01' + cast(rows.ordinal % 200 as integer), 'America/Los_Angeles')
        as msdyn_dateexpected,
    'Goods in' as msdyn_addressname,
    '4 Dock Street' as msdyn_address1,
    case when rows.place % 3 = 0 then 'Ramp 2' end as msdyn_address2,
    'Seattle' as msdyn_city,
    'WA' as msdyn_stateorprovince,
    '98101' as msdyn_postalcode,
    'USA' as msdyn_country,
    cast('b0000000-0000-4000-8000-000000000001' as uuid) as _owningbusinessunit_value,
    0 as statecode,
    1 as statuscode
from beside('msdyn_purchaseorder') as rows
left join planned_cases
    on planned_cases.table_name = 'msdyn_purchaseorder' and planned_cases.ordinal = rows.ordinal
left join new_account as vendors
    on
        vendors.ordinal = case planned_cases."case"
            when 'purchase_order_vendor_missing' then null
            when 'purchase_order_of_unknown_vendor' then first_of('vendor_unknown_in_finance')
            else (select first + 3 from planned_beside where table_name = 'account')
                + rows.place % 2
        end
inner join new_msdyn_warehouse
    on
        new_msdyn_warehouse.msdyn_name = case
            when planned_cases."case" = 'purchase_order_warehouse_unmapped' then 'Van 9'
            else list_extract(['13', '24', 'Van 1'], 1 + rows.place % 3)
        end;

create or replace temp table new_msdyn_purchaseorderproduct as
with lines as (
    select
        ordinal as order_no,
        "case",
        _msdyn_receivetowarehouse_value,
        msdyn_purchaseorderid,
        msdyn_dateexpected,
        unnest(
            range(
                1,
                2
                + case
                    when is_awkward
                        then cast("case" like 'purchase_order_line_%' as integer)
                    else place % 2
                end
            )
        ) as line_no
    from new_msdyn_purchaseorder
),

numbered as (
    select *, row_number() over (order by order_no, line_no) - 1 as ordinal from lines
)

select
    numbered.ordinal,
    numbered.order_no,
    numbered.line_no,
    row_id('msdyn_purchaseorderproduct', numbered.ordinal) as msdyn_purchaseorderproductid,
    numbered.msdyn_purchaseorderid as _msdyn_purchaseorder_value,
    case
        when numbered.line_no = 1 or numbered."case" <> 'purchase_order_line_number_missing'
            or numbered."case" is null
            then numbered.line_no
    end as msdyn_lineorder,
    case
        when numbered.line_no = 1 or numbered."case" <> 'purchase_order_line_product_missing'
            or numbered."case" is null
            then new_product.productid
    end as _msdyn_product_value,
    new_product._defaultuomid_value as _msdyn_unit_value,
    new_product.name as msdyn_name,
    new_product.name as msdyn_description,
    cast(1 + die('msdyn_purchaseorderproduct', numbered.ordinal, 'quantity', 40) as double)
        as msdyn_quantity,
    new_product.currentcost as msdyn_unitcost,
    numbered.msdyn_dateexpected,
    case when numbered.line_no = 1 then numbered._msdyn_receivetowarehouse_value end
        as _msdyn_associatetowarehouse_value,
    0 as statecode,
    1 as statuscode
from numbered
inner join new_product
    on new_product.ordinal
        = 2 * die(
            'msdyn_purchaseorderproduct', numbered.ordinal, 'product', getvariable('clean_goods')
        );

alter table new_msdyn_purchaseorderproduct add column msdyn_lineamount decimal(19, 4);
update new_msdyn_purchaseorderproduct
set msdyn_lineamount
    = cast(cast(msdyn_quantity as decimal(12, 2)) * msdyn_unitcost as decimal(19, 4));
