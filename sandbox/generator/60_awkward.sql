-- What awkward_cases.csv lists, done to the rows that were planned for it.

-- Accounts
update new_account
set name = 'O''Brien & "Sons" ' || row_code('account', ordinal)
where ordinal in (from rows_of('account_name_with_quotes'));

update new_account
set name = 'Rocket 🚀 Catering 👩‍🚀 ' || row_code('account', ordinal)
where ordinal in (from rows_of('account_name_with_emoji'));

update new_account
set name = 'شركة الأمل · חברת התקווה ' || row_code('account', ordinal)
where ordinal in (from rows_of('account_name_right_to_left'));

update new_account
set name = 'Fabrikam' || chr(13) || chr(10) || 'Division North ' || row_code('account', ordinal)
where ordinal in (from rows_of('account_name_with_line_break'));

update new_account
set name = 'Trailing ' || row_code('account', ordinal) || '   '
where ordinal in (from rows_of('account_name_with_trailing_blanks'));

update new_account
set name = '=1+1 ' || row_code('account', ordinal)
where ordinal in (from rows_of('account_name_like_a_formula'));

update new_account
set name = 'Comma, semicolon; tab' || chr(9) || 'back\slash ' || row_code('account', ordinal)
where ordinal in (from rows_of('account_name_with_separators'));

update new_account set statecode = 1, statuscode = 2
where ordinal in (from rows_of('account_inactive'));

update new_account set accountnumber = null
where ordinal in (from rows_of('account_number_missing'));

update new_account set name = name || ' ' || repeat('and Partners ', 9)
where ordinal in (from rows_of('account_name_too_long'));

update new_account set address1_country = 'Atlantis', address2_country = 'Atlantis'
where ordinal in (from rows_of('account_country_unmapped'));

update new_account set accountnumber = 'NATIVE-' || padded(occurrence, 3)
from planned_cases
where
    planned_cases."case" = 'account_number_taken_by_finance'
    and planned_cases.ordinal = new_account.ordinal;

update new_account
set accountnumber = case pair.difference
    when 'case' then lower(first.accountnumber)
    else first.accountnumber || ' '
end
from (
    select
        two.ordinal,
        one.ordinal as first_ordinal,
        case when one."case" = 'account_number_differs_in_case' then 'case' else 'blank' end
            as difference
    from planned_cases as one
    inner join planned_cases as two
        on two."case" = one."case" and two.occurrence = one.occurrence and two.place = 1
    where
        one.place = 0
        and one."case" in (
            'account_number_differs_in_case', 'account_number_differs_in_trailing_blank'
        )
) as pair
inner join new_account as first on first.ordinal = pair.first_ordinal
where pair.ordinal = new_account.ordinal;

-- Contacts
update new_contact set msdynce_contactnumber = null
where ordinal in (from rows_of('contact_number_missing'));

update new_contact set lastname = 'D''Arcy "Dee"', fullname = firstname || ' D''Arcy "Dee"'
where ordinal in (from rows_of('contact_name_with_quotes'));

-- Contracts
update new_salesorder set name = 'Two' || chr(10) || 'lines ' || ordernumber
where ordinal in (from rows_of('contract_name_with_line_break'));

update new_salesorder set name = 'عقد الصيانة ' || ordernumber
where ordinal in (from rows_of('contract_name_right_to_left'));

update new_salesorder set statecode = 2, statuscode = 4
where ordinal in (from rows_of('contract_cancelled'));

update new_salesorder set exchangerate = 1.2345678901
where ordinal in (from rows_of('contract_exchange_rate_exact'));

update new_salesorder
set _customerid_value = row_id('contact', ordinal % 10), _customerid_type = 'contact'
where ordinal in (from rows_of('contract_of_contact'));

update new_salesorder
set _msdyn_contractorganizationalunitid_value = cast('e0000000-0000-4000-8000-000000000004' as uuid)
where ordinal in (from rows_of('contract_in_unmapped_unit'));

update new_salesorder set _msdyn_contractorganizationalunitid_value = null
where ordinal in (from rows_of('contract_without_unit'));

update new_salesorder set paymenttermscode = 10
where ordinal in (from rows_of('contract_payment_terms_unmapped'));

update new_salesorder set _transactioncurrencyid_value = currency_id('XTS'), exchangerate = 7.25
where ordinal in (from rows_of('contract_currency_unknown'));

update new_salesorder set _customerid_value = unknown_id(ordinal)
where ordinal in (from rows_of('contract_customer_deleted'));

update new_salesorder set _customerid_value = null, _customerid_type = null
where ordinal in (from rows_of('contract_customer_missing'));

update new_salesorder
set _customerid_value = row_id('account', first_of('account_country_unmapped'))
where ordinal in (from rows_of('contract_of_unmapped_country'));

-- Projects
update new_msdyn_project set msdyn_subject = 'Go-live 🎉 ' || msdynce_projectnumber
where ordinal in (from rows_of('project_name_with_emoji'));

update new_msdyn_project set statecode = 1, statuscode = 2
where ordinal in (from rows_of('project_inactive'));

update new_msdyn_project
set
    msdyn_scheduledstart = msdyn_scheduledstart + interval 437 minute,
    msdyn_scheduledend = msdyn_scheduledend + interval 437 minute,
    msdyn_finish = msdyn_finish + interval 437 minute
where ordinal in (from rows_of('project_dates_neither_midnight'));

update new_msdyn_project set _msdyn_salesorderid_value = null
where ordinal in (from rows_of('project_without_contract'));

update new_msdyn_project set _msdyn_salesorderid_value = unknown_id(ordinal)
where ordinal in (from rows_of('project_of_unknown_contract'));

update new_msdyn_project set msdyn_istemplate = true
where ordinal in (from rows_of('project_template'));

update new_msdyn_project set msdynce_projectnumber = null
where ordinal in (from rows_of('project_number_missing'));

update new_msdyn_project
set
    _msdyn_salesorderid_value = row_id('salesorder', first_of('contract_in_unmapped_unit')),
    _msdyn_contractorganizationalunitid_value
        = cast('e0000000-0000-4000-8000-000000000004' as uuid)
where ordinal in (from rows_of('project_of_unmapped_unit'));

-- Contract lines
update new_salesorderdetail set sequencenumber = null, lineitemnumber = null
where ordinal in (from rows_of('contract_line_number_missing'));

update new_salesorderdetail set sequencenumber = null
where ordinal in (from rows_of('contract_line_number_only_as_item'));

update new_salesorderdetail
set
    _salesorderid_value = first._salesorderid_value,
    _msdyn_project_value = first._msdyn_project_value,
    sequencenumber = first.sequencenumber
from planned_cases as two
inner join planned_cases as one
    on one."case" = two."case" and one.occurrence = two.occurrence and one.place = 0
inner join new_salesorderdetail as first on first.ordinal = one.ordinal
where
    two."case" = 'contract_line_number_repeated'
    and two.place = 1
    and two.ordinal = new_salesorderdetail.ordinal;

update new_salesorderdetail set msdyn_billingmethod = 192350009
where ordinal in (from rows_of('contract_line_billing_method_unknown'));

update new_salesorderdetail set msdyn_billingmethod = null
where ordinal in (from rows_of('contract_line_billing_method_missing'));

update new_salesorderdetail set _msdyn_project_value = null
where ordinal in (from rows_of('contract_line_without_project'));

update new_salesorderdetail set _salesorderid_value = unknown_id(ordinal)
where ordinal in (from rows_of('contract_line_of_unknown_contract'));

update new_salesorderdetail
set
    _salesorderid_value = row_id('salesorder', first_of('contract_in_unmapped_unit')),
    _msdyn_project_value = null,
    msdyn_billingmethod = 192350001
where ordinal in (from rows_of('contract_line_of_unmapped_unit'));

update new_salesorderdetail
set
    producttypecode = 1,
    msdyn_linetype = 690970001,
    msdyn_billingmethod = null,
    productdescription = null
where ordinal in (from rows_of('contract_line_of_goods'));

-- Milestones
update new_msdyn_contractlinescheduleofvalue set msdyn_name = 'The "final" 10%''s ' || ordinal
where ordinal in (from rows_of('milestone_name_with_quotes'));

update new_msdyn_contractlinescheduleofvalue set msdyn_amount = 0
where ordinal in (from rows_of('milestone_amount_zero'));

update new_msdyn_contractlinescheduleofvalue set msdyn_amount = msdyn_amount + 0.1234
where ordinal in (from rows_of('milestone_amount_with_four_decimals'));

update new_msdyn_contractlinescheduleofvalue set msdyn_amount = -msdyn_amount - 1
where ordinal in (from rows_of('milestone_amount_negative'));

update new_msdyn_contractlinescheduleofvalue set statecode = 1, statuscode = 2
where ordinal in (from rows_of('milestone_inactive'));

update new_msdyn_contractlinescheduleofvalue
set msdyn_invoicedate = msdyn_invoicedate + interval 437 minute
where ordinal in (from rows_of('milestone_date_neither_midnight'));

update new_msdyn_contractlinescheduleofvalue
set msdyn_contractline = cast(_msdyn_contractlineid_value as varchar)
where ordinal in (from rows_of('milestone_line_only_as_text'));

update new_msdyn_contractlinescheduleofvalue set _msdyn_contractlineid_value = null
where
    ordinal in (from rows_of('milestone_line_only_as_text'))
    and getvariable('generation') <> 'project_operations';

update new_msdyn_contractlinescheduleofvalue set msdyn_invoicedate = null
where ordinal in (from rows_of('milestone_date_missing'));

update new_msdyn_contractlinescheduleofvalue
set msdyn_amount = null, msdyn_tax = null, msdyn_amount_after_tax = null
where ordinal in (from rows_of('milestone_amount_missing'));

update new_msdyn_contractlinescheduleofvalue
set _msdyn_contractlineid_value = null, msdyn_contractline = null
where ordinal in (from rows_of('milestone_line_missing'));

update new_msdyn_contractlinescheduleofvalue
set
    _msdyn_contractlineid_value = unknown_id(ordinal),
    msdyn_contractline = cast(unknown_id(ordinal) as varchar)
where ordinal in (from rows_of('milestone_line_unknown'));

update new_msdyn_contractlinescheduleofvalue
set _msdyn_contractlineid_value = null, msdyn_contractline = 'see the contract, line 3'
where ordinal in (from rows_of('milestone_line_text_no_guid'));

update new_msdyn_contractlinescheduleofvalue set _transactioncurrencyid_value = null
where ordinal in (from rows_of('milestone_currency_missing'));

update new_msdyn_contractlinescheduleofvalue
set
    _msdyn_contract_value = row_id('salesorder', first_of('contract_in_unmapped_unit')),
    _msdyn_contractlineid_value
        = row_id('salesorderdetail', first_of('contract_line_of_unmapped_unit')),
    msdyn_contractline = case
        when getvariable('generation') = 'psa2'
            then cast(
                row_id('salesorderdetail', first_of('contract_line_of_unmapped_unit')) as varchar
            )
    end
where ordinal in (from rows_of('milestone_of_unmapped_unit'));
