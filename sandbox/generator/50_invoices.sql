-- Nine of ten invoices come from agreements.
create or replace temp table new_invoice as
with numbered as (
    select
        ordinal,
        account_of('invoice', ordinal) as account_no,
        ordinal % 10 <> 9 or ordinal >= getvariable('clean_invoices') as is_from_agreement,
        date '2025-03-01' + die('invoice', ordinal, 'day', 400) as invoice_day
    from range(getvariable('invoices')) as invoices (ordinal)
)
select
    numbered.*,
    new_account.company_no,
    row_id('invoice', numbered.ordinal) as invoiceid,
    'INV-' || padded(1000 + numbered.ordinal, 6) || '-'
        || row_code('invoice', numbered.ordinal) as invoicenumber,
    'Agreement of ' || new_account.name as name,
    new_account.accountid as _customerid_value,
    'account' as _customerid_type,
    new_account._transactioncurrencyid_value,
    new_account._owningbusinessunit_value,
    -- One date in five was written by an interface, at exactly midnight UTC.
    case
        when die('invoice', numbered.ordinal, 'interface', 5) = 0
            then cast(numbered.invoice_day as timestamp)
        else day_in_zone(numbered.invoice_day, sandbox_companies.zone)
    end as msdyn_invoicedate,
    numbered.invoice_day + 30 as duedate,
    cast(
        case when die('invoice', numbered.ordinal, 'discounted', 10) = 0 then 5.00 else 0 end
        as decimal(19, 4)
    ) as discountamount,
    cast(
        case when die('invoice', numbered.ordinal, 'freight', 10) = 0 then 12.50 else 0 end
        as decimal(19, 4)
    ) as freightamount,
    numbered.is_from_agreement as msdynce_haslineswithagreementorigin,
    true as ispricelocked,
    0 as statecode,
    1 as statuscode
from numbered
inner join new_account on new_account.ordinal = numbered.account_no
inner join sandbox_companies on sandbox_companies.company_no = new_account.company_no;

-- Lines: one to three per invoice; awkward invoices have one, or two where the case is about lines.
create or replace temp table new_invoicedetail as
with invoice_lines as (
    select
        new_invoice.ordinal as invoice_no,
        unnest(
            range(
                1,
                2
                + case
                    when new_invoice.ordinal < getvariable('clean_invoices')
                        then new_invoice.ordinal % 3 + cast(new_invoice.ordinal % 7 < 2 as integer)
                    else coalesce(
                        (
                            select 1 from planned_cases
                            where
                                planned_cases.table_name = 'invoice'
                                and planned_cases.ordinal = new_invoice.ordinal
                                and planned_cases."case" like 'invoice_line_%'
                        ), 0
                    )
                end
            )
        ) as line_no
    from new_invoice
),

numbered as (
    select row_number() over (order by invoice_no, line_no) - 1 as ordinal, invoice_no, line_no
    from invoice_lines
)
select
    numbered.*,
    row_id('invoicedetail', numbered.ordinal) as invoicedetailid,
    new_invoice.invoiceid as _invoiceid_value,
    numbered.line_no as sequencenumber,
    new_invoice._transactioncurrencyid_value,
    pick(['Maintenance', 'Monitoring', 'Inspection', 'Hosting', 'Hotline'],
         'invoicedetail', numbered.ordinal, 'name')
        || ' ' || strftime(new_invoice.invoice_day, '%B %Y') as productdescription,
    cast(1 + die('invoicedetail', numbered.ordinal, 'quantity', 12) as decimal(23, 10)) as quantity,
    cast(die('invoicedetail', numbered.ordinal, 'price', 90000) / 100.0 + 1 as decimal(19, 4))
        as priceperunit,
    cast(
        case
            when die('invoicedetail', numbered.ordinal, 'discounted', 10) = 0 then 1.25 else 0
        end as decimal(19, 4)
    ) as manualdiscountamount,
    cast(
        case when die('invoicedetail', numbered.ordinal, 'taxed', 8) = 0 then 3.80 else 0 end
        as decimal(19, 4)
    ) as tax,
    -- A second line may be an ordinary sale on an agreement's invoice.
    new_invoice.is_from_agreement
    and (numbered.line_no = 1 or die('invoicedetail', numbered.ordinal, 'origin', 5) > 0)
        as msdynce_hasagreementorigin,
    cast('d0000000-0000-4000-8000-000000000001' as uuid) as _uomid_value,
    true as ispriceoverridden
from numbered
inner join new_invoice on new_invoice.ordinal = numbered.invoice_no;

alter table new_invoicedetail add column _msdyn_agreement_value uuid;
update new_invoicedetail
set _msdyn_agreement_value = row_id('msdyn_agreement', invoice_no)
where msdynce_hasagreementorigin;
