update new_invoice set msdyn_invoicedate = null
where ordinal in (from rows_of('invoice_date_missing'));

update new_invoice set msdyn_invoicedate = msdyn_invoicedate + interval 437 minute
where ordinal in (from rows_of('invoice_date_neither_midnight'));

update new_invoice set statecode = 3, statuscode = 100003
where ordinal in (from rows_of('invoice_cancelled'));

update new_invoice
set _customerid_value = row_id('contact', ordinal % 10), _customerid_type = 'contact'
where ordinal in (from rows_of('invoice_of_contact'));

update new_invoice set _transactioncurrencyid_value = currency_id('XTS')
where ordinal in (from rows_of('invoice_currency_unknown'));

update new_invoice set _customerid_value = unknown_id(ordinal)
where ordinal in (from rows_of('invoice_customer_deleted'));

update new_invoice
set
    invoicenumber = lower(first.invoicenumber),
    _owningbusinessunit_value = first._owningbusinessunit_value
from planned_cases as two
inner join planned_cases as one
    on one."case" = two."case" and one.occurrence = two.occurrence and one.place = 0
inner join new_invoice as first on first.ordinal = one.ordinal
where
    two."case" = 'invoice_number_differs_in_case'
    and two.place = 1
    and two.ordinal = new_invoice.ordinal;

update new_invoice set invoicenumber = null
where ordinal in (from rows_of('invoice_number_missing'));

update new_invoice set discountamount = 7.77, freightamount = 15.15
where ordinal in (from rows_of('invoice_with_every_remainder'));

update new_invoicedetail set manualdiscountamount = 2.22, tax = 3.33
where invoice_no in (from rows_of('invoice_with_every_remainder'));

-- Cases about lines change the second of two lines.
update new_invoicedetail set sequencenumber = null
where line_no = 2 and invoice_no in (from rows_of('invoice_line_number_missing'));

update new_invoicedetail set sequencenumber = 1
where line_no = 2 and invoice_no in (from rows_of('invoice_line_number_repeated'));

update new_invoicedetail set quantity = 0
where line_no = 2 and invoice_no in (from rows_of('invoice_line_quantity_zero'));

update new_invoicedetail set priceperunit = -priceperunit
where line_no = 2 and invoice_no in (from rows_of('invoice_line_negative'));

update new_invoicedetail set priceperunit = 19.9875, quantity = 3
where line_no = 2 and invoice_no in (from rows_of('invoice_line_with_four_decimals'));

update new_invoicedetail
set productdescription = 'He said "it''s' || chr(13) || chr(10) || 'done" ✅ תודה'
where line_no = 2 and invoice_no in (from rows_of('invoice_line_text_odd'));

update new_invoicedetail set productdescription = null
where line_no = 2 and invoice_no in (from rows_of('invoice_line_text_missing'));

update new_invoicedetail set msdynce_hasagreementorigin = false, _msdyn_agreement_value = null
where line_no = 2 and invoice_no in (from rows_of('invoice_line_not_from_agreement'));

-- Every other line of these invoices is an agreement line, so that each case shows one thing.
update new_invoicedetail
set
    msdynce_hasagreementorigin = true,
    _msdyn_agreement_value = row_id('msdyn_agreement', invoice_no)
where
    invoice_no >= getvariable('clean_invoices')
    and not (line_no = 2 and invoice_no in (from rows_of('invoice_line_not_from_agreement')));
