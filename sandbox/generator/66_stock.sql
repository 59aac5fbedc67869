-- Levels that Finance has brought before: two warehouses take turns with a product, and what the
-- solution made of them. Its names cross over: on order is allocated here, ordered is on order.
create or replace temp table new_msdynce_externalproductinventory as
select
    rows.ordinal,
    row_id('msdynce_externalproductinventory', rows.ordinal)
        as msdynce_externalproductinventoryid,
    new_product.productnumber as msdynce_productnumber,
    new_msdyn_warehouse.msdyn_name as msdynce_warehouseid,
    new_product.productnumber || ' ' || new_msdyn_warehouse.msdyn_name as msdynce_name,
    new_product.productid as _msdynce_product_value,
    new_product._msdynce_inventoryunit_value,
    new_msdyn_warehouse.msdyn_warehouseid as _msdynce_warehouse_value,
    cast(10 + die('msdynce_externalproductinventory', rows.ordinal, 'on hand', 400) as double)
        as msdynce_onhandquantity,
    cast(die('msdynce_externalproductinventory', rows.ordinal, 'on order', 10) as double)
        as msdynce_onorderquantity,
    cast(die('msdynce_externalproductinventory', rows.ordinal, 'ordered', 50) as double)
        as msdynce_orderedquantity,
    0 as statecode,
    1 as statuscode
from beside('msdynce_externalproductinventory') as rows
inner join new_product
    on new_product.ordinal = 2 * (rows.ordinal // 2 % getvariable('clean_goods'))
inner join new_msdyn_warehouse on new_msdyn_warehouse.ordinal = rows.ordinal % 2;

create or replace temp table new_msdyn_productinventory as
select
    ordinal,
    row_id('msdyn_productinventory', ordinal) as msdyn_productinventoryid,
    msdynce_name as msdyn_name,
    _msdynce_product_value as _msdyn_product_value,
    _msdynce_warehouse_value as _msdyn_warehouse_value,
    _msdynce_inventoryunit_value as _msdyn_unit_value,
    msdynce_onhandquantity as msdyn_qtyonhand,
    msdynce_onorderquantity as msdyn_qtyallocated,
    msdynce_orderedquantity as msdyn_qtyonorder,
    msdynce_onhandquantity - msdynce_onorderquantity as msdyn_qtyavailable,
    0 as statecode,
    1 as statuscode
from new_msdynce_externalproductinventory;

-- Documents that move stock; one in four is not posted yet. The lines of both kinds stand in one
-- table and share one sequence of numbers.
create or replace temp table new_msdyn_inventoryadjustment as
select
    rows.*,
    row_id('msdyn_inventoryadjustment', rows.ordinal) as msdyn_inventoryadjustmentid,
    case
        when rows.ordinal not in (from rows_of('adjustment_number_missing'))
            then 'ADJ-' || padded(rows.ordinal + 1, 6)
    end as msdyn_name,
    new_msdyn_warehouse.msdyn_warehouseid as _msdyn_warehouse_value,
    case when rows.place % 4 = 3 and not rows.is_awkward then 1 else 2 end as msdynce_poststatus,
    timestamp '2025-04-01 09:00:00' + to_hours(rows.ordinal % 9000) as msdyn_adjustmenttime,
    case when rows.ordinal % 3 = 0 then 'Counted' end as msdyn_description,
    0 as statecode,
    1 as statuscode
from beside('msdyn_inventoryadjustment') as rows
left join new_msdyn_warehouse
    on
        new_msdyn_warehouse.msdyn_name = case
            when rows.ordinal in (from rows_of('adjustment_warehouse_missing')) then null
            when rows.ordinal in (from rows_of('adjustment_warehouse_unmapped')) then 'Van 9'
            else list_extract(['13', 'Van 1', '24', 'Van 2'], 1 + rows.place % 4)
        end;

create or replace temp table new_msdyn_inventorytransfer as
with placed as (
    select
        *,
        case
            when ordinal in (from rows_of('transfer_between_companies')) then ['13', 'Van 2']
            when ordinal in (from rows_of('transfer_warehouse_unmapped')) then ['13', 'Van 9']
            else list_extract(
                [['13', '24'], ['24', 'Van 1'], ['Van 1', '24']], 1 + place % 3
            )
        end as warehouses
    from beside('msdyn_inventorytransfer')
)
select
    placed.*,
    row_id('msdyn_inventorytransfer', placed.ordinal) as msdyn_inventorytransferid,
    'TRF-' || padded(placed.ordinal + 1, 6) as msdyn_name,
    sources.msdyn_warehouseid as _msdyn_sourcewarehouse_value,
    destinations.msdyn_warehouseid as _msdyn_destinationwarehouse_value,
    case when placed.place % 4 = 3 and not placed.is_awkward then 1 else 2 end
        as msdynce_poststatus,
    timestamp '2025-04-02 09:00:00' + to_hours(placed.ordinal % 9000) as msdyn_transfertime,
    0 as statecode,
    1 as statuscode
from placed
inner join new_msdyn_warehouse as sources on sources.msdyn_name = placed.warehouses[1]
inner join new_msdyn_warehouse as destinations on destinations.msdyn_name = placed.warehouses[2];

-- The lines that belong to no document, or to two, come first; then one or two lines a document.
create or replace temp table new_msdyn_inventoryadjustmentproduct as
with documents as (
    select
        'adjustment' as kind, ordinal as document_no, is_awkward, msdyn_inventoryadjustmentid,
        cast(null as uuid) as msdyn_inventorytransferid
    from new_msdyn_inventoryadjustment
    union all
    select 'transfer', ordinal, is_awkward, null, msdyn_inventorytransferid
    from new_msdyn_inventorytransfer
),

counted as (
    select
        documents.*,
        planned_cases."case",
        case
            when documents.is_awkward
                then 1 + cast(
                    planned_cases."case" like 'adjustment_line_%'
                    or planned_cases."case" like 'transfer_line_%' as integer
                )
            else 1 + documents.document_no % 2
        end as line_count
    from documents
    left join planned_cases
        on
            planned_cases.table_name = 'msdyn_inventory' || documents.kind
            and planned_cases.ordinal = documents.document_no
),

lines as (
    select *, unnest(range(1, 1 + line_count)) as line_no from counted
),

numbered as (
    select
        planned_cases.ordinal,
        planned_cases."case",
        1 as line_no,
        'none' as kind,
        case
            when planned_cases."case" = 'inventory_line_of_two_documents'
                then row_id('msdyn_inventoryadjustment', 0)
        end as msdyn_inventoryadjustmentid,
        case
            when planned_cases."case" = 'inventory_line_of_two_documents'
                then row_id('msdyn_inventorytransfer', 0)
        end as msdyn_inventorytransferid
    from planned_cases
    where planned_cases.table_name = 'msdyn_inventoryadjustmentproduct'
    union all
    select
        row_number() over (order by kind, document_no, line_no) - 1
        + (select count(*) from planned_cases where table_name = 'msdyn_inventoryadjustmentproduct'),
        case when line_no = 2 then "case" end,
        line_no,
        kind,
        msdyn_inventoryadjustmentid,
        msdyn_inventorytransferid
    from lines
)
select
    numbered.ordinal,
    numbered."case",
    numbered.line_no,
    row_id('msdyn_inventoryadjustmentproduct', numbered.ordinal)
        as msdyn_inventoryadjustmentproductid,
    numbered.msdyn_inventoryadjustmentid as _msdyn_inventoryadjustment_value,
    numbered.msdyn_inventorytransferid as _msdyn_inventorytransfer_value,
    new_product.productid as _msdyn_product_value,
    new_product._msdynce_inventoryunit_value as _msdyn_unit_value,
    new_product.name as msdyn_name,
    cast(
        case
            when numbered.kind = 'adjustment' and numbered.ordinal % 3 = 0
                then -1 - die('msdyn_inventoryadjustmentproduct', numbered.ordinal, 'lost', 3)
            else 1 + die('msdyn_inventoryadjustmentproduct', numbered.ordinal, 'quantity', 9)
        end as double
    ) as msdyn_quantity,
    cast(numbered.ordinal + 1 as varchar) as msdynce_numbersequence,
    0 as statecode,
    1 as statuscode
from numbered
inner join new_product
    on new_product.ordinal
        = 2 * die(
            'msdyn_inventoryadjustmentproduct', numbered.ordinal, 'product',
            getvariable('clean_goods')
        );

-- Cases about lines change the second of two lines.
update new_msdyn_inventoryadjustmentproduct set msdynce_numbersequence = null
where "case" = 'adjustment_line_sequence_missing';

update new_msdyn_inventoryadjustmentproduct
set msdynce_numbersequence = 'IAP-' || msdynce_numbersequence
where "case" = 'adjustment_line_sequence_no_number';

update new_msdyn_inventoryadjustmentproduct
set msdynce_numbersequence = cast(cast(msdynce_numbersequence as integer) - 1 as varchar)
where "case" = 'transfer_line_sequence_repeated';

update new_msdyn_inventoryadjustmentproduct set msdyn_quantity = 0
where "case" = 'adjustment_line_quantity_zero';

update new_msdyn_inventoryadjustmentproduct
set _msdyn_unit_value = cast('d0000000-0000-4000-8000-000000000005' as uuid)
where "case" = 'adjustment_line_unit_other';

update new_msdyn_inventoryadjustmentproduct set _msdyn_product_value = null, _msdyn_unit_value = null
where "case" = 'adjustment_line_product_missing';

update new_msdyn_inventoryadjustmentproduct
set _msdyn_product_value = row_id('product', getvariable('products') - 1)
where "case" = 'adjustment_line_product_unknown_in_finance';

-- Work orders take from the warehouses of their company; some take from another company's.
alter table new_msdyn_workorderproduct add column _msdyn_warehouse_value uuid;
update new_msdyn_workorderproduct
set _msdyn_warehouse_value = new_msdyn_warehouse.msdyn_warehouseid
from new_msdyn_workorder, new_msdyn_warehouse
where
    new_msdyn_workorder.ordinal = new_msdyn_workorderproduct.order_no
    and new_msdyn_workorderproduct.ordinal < getvariable('clean_workorderproducts')
    and new_msdyn_warehouse.msdyn_name = case
        when new_msdyn_workorderproduct.ordinal % 3 > 0 then null
        when new_msdyn_workorder.company_no = 2 then 'Van 2'
        else pick(
            ['13', '24', 'Van 1', 'Van 9'], 'msdyn_workorderproduct',
            new_msdyn_workorderproduct.ordinal, 'warehouse'
        )
    end;
