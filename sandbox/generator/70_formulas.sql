-- What the solution computes from the base columns, after every case had its say.

-- A line saved with status Estimated has nothing used.
update new_msdyn_workorderproduct set msdyn_quantity = 0, msdyn_discountamount = 0, unit_amount = 0
where msdyn_linestatus = 690970000;

create or replace temp table new_msdyn_workorderproduct as
with totals as (
    select
        *,
        cast(msdyn_quantity as decimal(19, 5)) as msdynce_decimalquantity,
        cast(
            round(cast(msdyn_quantity as decimal(12, 2)) * unit_amount, 4)
            - coalesce(msdyn_discountamount, 0) as decimal(19, 4)
        ) as msdyn_totalamount
    from new_msdyn_workorderproduct
),

prices as (
    select
        *,
        case
            when msdynce_decimalquantity = 0 then 0
            else round_quotient(
                msdyn_totalamount + coalesce(msdyn_discountamount, 0),
                cast(msdynce_decimalquantity as decimal(19, 5))
            )
        end as msdynce_invoicedunitamount
    from totals
)
select
    *,
    msdyn_quantity as msdyn_qtytobill,
    cast(
        round(
            msdynce_invoicedunitamount * cast(msdynce_decimalquantity as decimal(12, 2))
            - msdyn_totalamount, 2
        ) as decimal(19, 4)
    ) as msdynce_invoiceddiscountamount
from prices;

update new_msdyn_workorderservice set msdyn_duration = 0, msdyn_discountamount = 0, unit_amount = 0
where msdyn_linestatus = 690970000;

create or replace temp table new_msdyn_workorderservice as
with totals as (
    select
        *,
        hours(msdyn_duration) as msdynce_durationinhours,
        hours(msdyn_estimateduration) as msdynce_estimateddurationinhours,
        -msdyn_lineorder as msdynce_externallineorder,
        cast(
            round_quotient(msdyn_duration * unit_amount, cast(60 as decimal(19, 5)))
            - coalesce(msdyn_discountamount, 0) as decimal(19, 4)
        ) as msdyn_totalamount
    from new_msdyn_workorderservice
),

prices as (
    select
        *,
        case
            when msdyn_duration = 0 then 0
            else round_quotient(
                (msdyn_totalamount + coalesce(msdyn_discountamount, 0)) * 60,
                cast(msdyn_duration as decimal(19, 5))
            )
        end as msdynce_invoicedunitamount
    from totals
)
select
    *,
    msdyn_duration as msdyn_durationtobill,
    cast(
        round_quotient(msdynce_invoicedunitamount * msdyn_duration, cast(60 as decimal(19, 5)))
        - msdyn_totalamount as decimal(19, 4)
    ) as msdynce_invoiceddiscountamount
from prices;

create or replace temp table new_msdyn_workorder as
select
    new_msdyn_workorder.*,
    coalesce(goods.total, 0) + coalesce(services.total, 0) as msdyn_totalamount
from new_msdyn_workorder
left join (
    select _msdyn_workorder_value, cast(sum(msdyn_totalamount) as decimal(19, 4)) as total
    from new_msdyn_workorderproduct
    group by _msdyn_workorder_value
) as goods on goods._msdyn_workorder_value = new_msdyn_workorder.msdyn_workorderid
left join (
    select _msdyn_workorder_value, cast(sum(msdyn_totalamount) as decimal(19, 4)) as total
    from new_msdyn_workorderservice
    group by _msdyn_workorder_value
) as services on services._msdyn_workorder_value = new_msdyn_workorder.msdyn_workorderid;

-- An invoice's total is its lines less its discount plus its freight, to the last decimal.
alter table new_invoicedetail add column extendedamount decimal(19, 4);
update new_invoicedetail
set extendedamount
    = cast(cast(quantity as decimal(12, 2)) * priceperunit as decimal(19, 4))
    - manualdiscountamount + tax;

create or replace temp table new_invoice as
select
    new_invoice.*,
    lines.totaltax,
    lines.line_discount + new_invoice.discountamount as totaldiscountamount,
    cast(
        lines.amount - new_invoice.discountamount + new_invoice.freightamount as decimal(19, 4)
    ) as totalamount
from new_invoice
inner join (
    select
        invoice_no,
        cast(sum(extendedamount) as decimal(19, 4)) as amount,
        cast(sum(tax) as decimal(19, 4)) as totaltax,
        cast(sum(manualdiscountamount) as decimal(19, 4)) as line_discount
    from new_invoicedetail
    group by invoice_no
) as lines on lines.invoice_no = new_invoice.ordinal;

update new_invoice set totalamount = totalamount + 0.37
where ordinal in (from rows_of('invoice_total_does_not_add_up'));
