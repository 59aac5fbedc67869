-- Work orders
update new_msdyn_workorder
set
    msdyn_name = 'NATIVE-' || padded(occurrence, 4),
    _owningbusinessunit_value = cast('b0000000-0000-4000-8000-000000000001' as uuid)
from planned_cases
where
    planned_cases."case" = 'work_order_number_taken_by_finance'
    and planned_cases.ordinal = new_msdyn_workorder.ordinal;

update new_msdyn_workorder set _transactioncurrencyid_value = currency_id('XTS')
where ordinal in (from rows_of('work_order_currency_unknown'));

update new_msdyn_workorder set _transactioncurrencyid_value = null
where ordinal in (from rows_of('work_order_currency_missing'));

update new_msdyn_workorder set msdyn_country = 'Atlantis'
where ordinal in (from rows_of('work_order_country_unmapped'));

update new_msdyn_workorder
set _msdyn_serviceaccount_value = null, _msdyn_billingaccount_value = null
where ordinal in (from rows_of('work_order_without_account'));

update new_msdyn_workorder
set msdyn_name = first.msdyn_name, _owningbusinessunit_value = first._owningbusinessunit_value
from planned_cases as two
inner join planned_cases as one
    on one."case" = two."case" and one.occurrence = two.occurrence and one.place = 0
inner join new_msdyn_workorder as first on first.ordinal = one.ordinal
where
    two."case" = 'work_order_number_repeated'
    and two.place = 1
    and two.ordinal = new_msdyn_workorder.ordinal;

-- Orders of accounts that cannot be sent; both twins of a number are named, in one company.
update new_msdyn_workorder
set
    _msdyn_serviceaccount_value = row_id('account', accounts.ordinal),
    _msdyn_billingaccount_value = row_id('account', accounts.ordinal),
    _owningbusinessunit_value = cast('b0000000-0000-4000-8000-000000000001' as uuid)
from planned_cases as orders
inner join planned_cases as accounts
    on
        accounts.place = orders.place
        and accounts.occurrence = orders.occurrence
        and accounts."case" = case orders."case"
            when 'work_order_of_unnumbered_account' then 'account_number_missing'
            when 'work_order_of_long_named_account' then 'account_name_too_long'
            when 'work_order_of_repeated_account' then 'account_number_differs_in_case'
            when 'work_order_of_blank_numbered_account'
                then 'account_number_differs_in_trailing_blank'
            when 'work_order_of_taken_account' then 'account_number_taken_by_finance'
        end
where orders.ordinal = new_msdyn_workorder.ordinal and orders.table_name = 'msdyn_workorder';

update new_msdyn_workorder set msdynce_hasexternallymaintainedproductsonly = false
where ordinal in (from rows_of('work_order_with_own_product'));

-- Products on work orders
update new_msdyn_workorderproduct
set
    _msdyn_workorder_value = row_id('msdyn_workorder', orders.ordinal),
    msdyn_systemstatus = 690970001,
    msdynce_headersystemstatus = 690970001,
    msdyn_linestatus = 690970000,
    msdyn_lineorder = 1
from planned_cases as lines
inner join planned_cases as orders
    on
        orders.occurrence = lines.occurrence
        and orders."case" = case lines."case"
            when 'work_order_product_of_taken_order' then 'work_order_number_taken_by_finance'
            when 'work_order_product_of_own_product' then 'work_order_with_own_product'
        end
where
    lines.table_name = 'msdyn_workorderproduct'
    and lines.ordinal = new_msdyn_workorderproduct.ordinal;

update new_msdyn_workorderproduct
set
    _msdyn_product_value = row_id('product', getvariable('products') - 2),
    msdynce_orderhasexternalmaintainedproductsonly = false
where ordinal in (from rows_of('work_order_product_of_own_product'));

update new_msdyn_workorderproduct set msdyn_allocated = null, msdyn_linestatus = 690970000
where ordinal in (from rows_of('work_order_product_allocated_missing'));

update new_msdyn_workorderproduct set msdyn_linestatus = 690970001, msdyn_quantity = 0
where ordinal in (from rows_of('work_order_product_quantity_zero'));

update new_msdyn_workorderproduct
set msdyn_linestatus = 690970001, unit_amount = 12.3456, msdyn_estimateunitamount = 12.3456
where ordinal in (from rows_of('work_order_product_with_four_decimals'));

update new_msdyn_workorderproduct
set
    msdyn_linestatus = 690970001,
    unit_amount = -unit_amount,
    msdyn_estimateunitamount = -msdyn_estimateunitamount,
    msdyn_discountamount = null,
    msdyn_estimatediscountamount = 0
where ordinal in (from rows_of('work_order_product_negative'));

update new_msdyn_workorderproduct
set
    msdyn_linestatus = 690970001, msdyn_quantity = 3, unit_amount = 33.3366,
    msdyn_discountamount = null
where ordinal in (from rows_of('work_order_product_discount_remainder'));

update new_msdyn_workorderproduct set msdyn_lineorder = null
where ordinal in (from rows_of('work_order_product_number_missing'));

update new_msdyn_workorderproduct
set
    _msdyn_workorder_value = first._msdyn_workorder_value,
    msdyn_lineorder = first.msdyn_lineorder,
    msdyn_systemstatus = first.msdyn_systemstatus,
    msdynce_headersystemstatus = first.msdynce_headersystemstatus
from planned_cases as two
inner join planned_cases as one
    on one."case" = two."case" and one.occurrence = two.occurrence and one.place = 0
inner join new_msdyn_workorderproduct as first on first.ordinal = one.ordinal
where
    two."case" = 'work_order_product_number_repeated'
    and two.place = 1
    and two.ordinal = new_msdyn_workorderproduct.ordinal;

update new_msdyn_workorderproduct set msdyn_lineorder = 0
where ordinal in (from rows_of('work_order_product_number_zero'));

update new_msdyn_workorderproduct set msdyn_linestatus = null, msdyn_allocated = true
where ordinal in (from rows_of('work_order_product_status_missing'));

update new_msdyn_workorderproduct set msdynce_headersystemstatus = 690970000
where ordinal in (from rows_of('work_order_product_status_stale'));

update new_msdyn_workorderproduct
set _msdyn_unit_value = cast('d0000000-0000-4000-8000-000000000005' as uuid)
where ordinal in (from rows_of('work_order_product_unit_unmapped'));

update new_msdyn_workorderproduct
set _msdyn_product_value = row_id('product', getvariable('products') - 1)
where ordinal in (from rows_of('work_order_product_unknown_in_finance'));

update new_msdyn_workorderproduct set _msdyn_workorder_value = unknown_id(ordinal)
where ordinal in (from rows_of('work_order_product_of_unknown_order'));

update new_msdyn_workorderproduct set _msdyn_product_value = null
where ordinal in (from rows_of('work_order_product_missing'));

-- Services on work orders
update new_msdyn_workorderservice set msdyn_linestatus = 690970001, msdyn_duration = 0
where ordinal in (from rows_of('work_order_service_duration_zero'));

update new_msdyn_workorderservice
set msdyn_linestatus = 690970001, unit_amount = 98.7654, msdyn_estimateunitamount = 98.7654
where ordinal in (from rows_of('work_order_service_with_four_decimals'));

update new_msdyn_workorderservice set msdyn_lineorder = null
where ordinal in (from rows_of('work_order_service_number_missing'));

update new_msdyn_workorderservice
set
    _msdyn_workorder_value = first._msdyn_workorder_value,
    msdyn_lineorder = first.msdyn_lineorder,
    msdyn_systemstatus = first.msdyn_systemstatus,
    msdynce_headersystemstatus = first.msdynce_headersystemstatus
from planned_cases as two
inner join planned_cases as one
    on one."case" = two."case" and one.occurrence = two.occurrence and one.place = 0
inner join new_msdyn_workorderservice as first on first.ordinal = one.ordinal
where
    two."case" = 'work_order_service_number_repeated'
    and two.place = 1
    and two.ordinal = new_msdyn_workorderservice.ordinal;

-- The service with number 0 stands on the same order as the product with number 0.
update new_msdyn_workorderservice
set
    msdyn_lineorder = 0,
    _msdyn_workorder_value = products._msdyn_workorder_value,
    msdyn_systemstatus = products.msdyn_systemstatus,
    msdynce_headersystemstatus = products.msdynce_headersystemstatus
from planned_cases as services
inner join planned_cases as goods
    on
        goods.occurrence = services.occurrence
        and goods."case" = 'work_order_product_number_zero'
inner join new_msdyn_workorderproduct as products on products.ordinal = goods.ordinal
where
    services."case" = 'work_order_service_number_zero'
    and services.ordinal = new_msdyn_workorderservice.ordinal;

update new_msdyn_workorderservice set msdyn_linestatus = null
where ordinal in (from rows_of('work_order_service_status_missing'));
