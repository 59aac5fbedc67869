-- Tasks
update new_msdyn_projecttask
set msdyn_subject = 'The "final" go-live''s ' || chr(13) || chr(10) || 'checklist ✅ ' || "number"
where ordinal in (from rows_of('task_name_odd'));

update new_msdyn_projecttask
set msdyn_subject = left(repeat('Reconcile every open item of the ledger. ', 20), 450)
where ordinal in (from rows_of('task_name_of_450_characters'));

update new_msdyn_projecttask set msdyn_wbsid = null
where ordinal in (from rows_of('task_number_missing'));

update new_msdyn_projecttask set _msdyn_parenttask_value = unknown_id(ordinal)
where ordinal in (from rows_of('task_parent_gone'));

-- The first stands below a task whose parent is gone, the second below the first.
update new_msdyn_projecttask
set
    _msdyn_parenttask_value = above.msdyn_projecttaskid,
    _msdyn_project_value = top._msdyn_project_value,
    msdyn_outlinelevel = top.msdyn_outlinelevel + 1 + tasks.place,
    msdyn_wbsid = top.msdyn_wbsid || repeat('.1', 1 + tasks.place)
from planned_cases as tasks
inner join planned_cases as tops
    on tops."case" = 'task_parent_gone' and tops.occurrence = tasks.occurrence
inner join new_msdyn_projecttask as top on top.ordinal = tops.ordinal
inner join planned_cases as aboves
    on
        aboves.occurrence = tasks.occurrence
        and aboves."case"
        = case tasks.place when 0 then 'task_parent_gone' else 'task_below_rejected_task' end
        and aboves.place = 0
inner join new_msdyn_projecttask as above on above.ordinal = aboves.ordinal
where
    tasks."case" = 'task_below_rejected_task'
    and tasks.ordinal = new_msdyn_projecttask.ordinal;

update new_msdyn_projecttask
set
    _msdyn_project_value = row_id('msdyn_project', projects.ordinal),
    _msdyn_parenttask_value = null
from planned_cases as tasks
inner join planned_cases as projects
    on
        projects.occurrence = tasks.occurrence
        and projects."case" = case tasks."case"
            when 'task_of_unnumbered_project' then 'project_number_missing'
            when 'task_of_unmapped_unit' then 'project_of_unmapped_unit'
        end
where tasks.table_name = 'msdyn_projecttask' and tasks.ordinal = new_msdyn_projecttask.ordinal;

update new_msdyn_projecttask set msdyn_effort = null, msdyn_duration = null
where ordinal in (from rows_of('task_effort_missing'));

update new_msdyn_projecttask
set msdyn_effort = 0, msdyn_duration = 0, msdyn_ismilestone = true
where ordinal in (from rows_of('task_milestone'));

-- Estimate lines
update new_msdyn_estimateline set _transactioncurrencyid_value = null, exchangerate = null
where ordinal in (from rows_of('estimate_line_currency_missing'));

update new_msdyn_estimateline set msdyn_transactiontypecode = 192350004
where ordinal in (from rows_of('estimate_line_of_other_type'));

update new_msdyn_estimateline
set msdyn_description = 'Hotel "Zum Löwen" 🦁' || chr(10) || 'two nights; it''s booked'
where ordinal in (from rows_of('estimate_line_text_odd'));

update new_msdyn_estimateline
set msdyn_description = left(repeat('Travel to the customer and back. ', 20), 450)
where ordinal in (from rows_of('estimate_line_text_of_450_characters'));

update new_msdyn_estimateline
set
    _msdyn_transactioncategory_value
        = row_id('msdyn_transactioncategory', first_of('category_only_in_dataverse'))
where ordinal in (from rows_of('estimate_line_category_not_in_finance'));

update new_msdyn_estimateline set msdyn_accountingdate = null
where ordinal in (from rows_of('estimate_line_date_missing'));

update new_msdyn_estimateline set _msdyn_project_value = null
where ordinal in (from rows_of('estimate_line_without_project'));

-- Actuals
update new_msdyn_actual
set msdyn_description = 'Said "it''s done"' || chr(13) || chr(10) || 'and it was 🎯'
where ordinal in (from rows_of('actual_text_odd'));

update new_msdyn_actual
set msdyn_description = left(repeat('Twice around the plant. ', 20), 200)
where ordinal in (from rows_of('actual_text_of_200_characters'));

update new_msdyn_actual
set
    _msdyn_project_value = null,
    _msdyn_task_value = null,
    _msdyn_salescontract_value = null,
    _msdyn_salescontractlineid_value = null
where ordinal in (from rows_of('actual_without_project'));

update new_msdyn_actual set msdyn_accountingdate = null
where ordinal in (from rows_of('actual_date_missing'));

update new_msdyn_actual set msdyn_accountingdate = msdyn_documentdate + interval 437 minute
where ordinal in (from rows_of('actual_date_neither_midnight'));

update new_msdyn_actual set msdyn_billingtype = 192350003
where ordinal in (from rows_of('actual_billing_type_not_available'));

update new_msdyn_actual set msdyn_billingtype = null
where ordinal in (from rows_of('actual_billing_type_missing'));

update new_msdyn_actual
set _msdyn_resourceorganizationalunitid_value = new_msdyn_organizationalunit.msdyn_organizationalunitid
from new_msdyn_organizationalunit
where
    new_msdyn_actual.ordinal in (from rows_of('actual_of_another_companys_project'))
    and new_msdyn_organizationalunit.ordinal = (new_msdyn_actual.company_no + 1) % 3;

update new_msdyn_actual set _msdyn_resourceorganizationalunitid_value = null
where ordinal in (from rows_of('actual_without_resourcing_unit'));

update new_msdyn_actual
set _msdyn_resourceorganizationalunitid_value = cast('e0000000-0000-4000-8000-000000000004' as uuid)
where ordinal in (from rows_of('actual_in_unmapped_unit'));

update new_msdyn_actual
set
    msdyn_transactionclassification = 192350001,
    _msdyn_unit_value = cast('d0000000-0000-4000-8000-000000000001' as uuid),
    _msdyn_bookableresource_value = null,
    _msdyn_transactioncategory_value
        = row_id('msdyn_transactioncategory', first_of('category_only_in_dataverse'))
where ordinal in (from rows_of('actual_category_not_in_finance'));

-- A category that only the last company has, on a project of another one.
update new_msdyn_actual
set
    msdyn_transactionclassification = 192350001,
    _msdyn_unit_value = cast('d0000000-0000-4000-8000-000000000001' as uuid),
    _msdyn_bookableresource_value = null,
    _msdyn_transactioncategory_value = row_id('msdyn_transactioncategory', 6)
where ordinal in (from rows_of('actual_category_of_another_company'));

update new_msdyn_actual set _transactioncurrencyid_value = currency_id('XTS'), exchangerate = 7.25
where ordinal in (from rows_of('actual_currency_unknown'));

update new_msdyn_actual set _msdyn_task_value = unknown_id(ordinal)
where ordinal in (from rows_of('actual_task_gone'));

update new_msdyn_actual
set msdyn_quantity = 0, msdyn_amount = 0, msdyn_amount_base = 0
where ordinal in (from rows_of('actual_amount_zero'));

update new_msdyn_actual set msdyn_transactionclassification = 690970000
where ordinal in (from rows_of('actual_of_unknown_class'));

update new_msdyn_actual set msdyn_transactiontypecode = 192350004
where ordinal in (from rows_of('actual_of_contract_type'));

-- Connections
update new_msdyn_transactionconnection
set msdyn_transaction1type = 'msdyn_journalline', msdyn_transaction2type = 'msdyn_journalline'
where ordinal in (from rows_of('connection_of_journal_lines'));

update new_msdyn_transactionconnection
set
    msdyn_transaction1 = cast(unknown_id(ordinal) as varchar),
    msdyn_transaction1type = 'msdyn_invoicelinetransaction'
where ordinal in (from rows_of('connection_of_two_types'));

update new_msdyn_transactionconnection set msdyn_transaction2 = cast(unknown_id(ordinal) as varchar)
where ordinal in (from rows_of('connection_transaction_gone'));

update new_msdyn_transactionconnection set msdyn_transaction2 = 'the original, see above'
where ordinal in (from rows_of('connection_text_no_guid'));

update new_msdyn_transactionconnection
set
    msdyn_transaction1 = '{' || upper(msdyn_transaction1) || '}',
    msdyn_transaction2 = '{' || upper(msdyn_transaction2) || '}'
where ordinal in (from rows_of('connection_ids_in_braces'));
