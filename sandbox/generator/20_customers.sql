-- The customer of a document. The first documents name the odd accounts among the ordinary ones,
-- so that each of these is sent.
create or replace temp macro account_of(table_name, ordinal) as
    case
        when ordinal < getvariable('common_account_cases') then ordinal
        else die(table_name, ordinal, 'account', getvariable('clean_accounts'))
    end;

create or replace temp table new_account as
with numbered as (
    select
        ordinal,
        case
            when die('account', ordinal, 'company', 100) < 55 then 0
            when die('account', ordinal, 'company', 100) < 85 then 1
            else 2
        end as company_no
    from range(getvariable('accounts')) as accounts (ordinal)
)
select
    numbered.ordinal,
    numbered.company_no,
    row_id('account', ordinal) as accountid,
    'ACC-' || padded(10000 + ordinal, 5) || '-' || row_code('account', ordinal)
        as accountnumber,
    concat_ws(
        ' ',
        pick(
            ['Adventure', 'Alpine', 'Blue Yonder', 'City Power', 'Coho', 'Fabrikam', 'Fourth',
             'Graphic', 'Humongous', 'Litware', 'Lucerne', 'Margie''s', 'Northwind', 'Proseware',
             'Southridge', 'Tailspin', 'Trey', 'Wide World', 'Wingtip', 'Woodgrove'],
            'account', ordinal, 'first'
        ),
        pick(
            ['Airlines', 'Bank', 'Coffee', 'Design', 'Energy', 'Foods', 'Garments', 'Hospital',
             'Imports', 'Logistics', 'Publishing', 'Research', 'Toys', 'Travel', 'Winery', 'Works'],
            'account', ordinal, 'second'
        ),
        row_code('account', ordinal)
    ) as name,
    cast(1000 * die('account', ordinal, 'credit', 200) as decimal(19, 4)) as creditlimit,
    '+1 425 555 ' || lpad(cast(die('account', ordinal, 'fax', 10000) as varchar), 4, '0') as fax,
    '+1 425 555 ' || lpad(cast(die('account', ordinal, 'phone', 10000) as varchar), 4, '0')
        as telephone1,
    lower('info.' || row_code('account', ordinal)) || '@example.com' as emailaddress1,
    lower('https://www.example.com/' || row_code('account', ordinal)) as websiteurl,
    1 + die('account', ordinal, 'employees', 5000) as numberofemployees,
    case when die('account', ordinal, 'memo', 3) = 0 then 'Met at the trade fair.' end
        as description,
    cast(1 + die('account', ordinal, 'house', 990) as varchar) || ' '
        || pick(['Main Street', 'Oak Avenue', 'Market Square', 'Station Road'],
                'account', ordinal, 'street') as address1_line1,
    pick(
        case numbered.company_no
            when 2 then ['Berlin', 'Hamburg', 'München', 'Köln']
            else ['Seattle', 'Redmond', 'Boston', 'New York', 'Denver']
        end, 'account', ordinal, 'city'
    ) as address1_city,
    lpad(cast(10000 + die('account', ordinal, 'zip', 89999) as varchar), 5, '0')
        as address1_postalcode,
    case numbered.company_no when 2 then null else 'WA' end as address1_stateorprovince,
    case
        when numbered.company_no = 2
            then pick(['Germany', 'Germany', 'DE', 'France'], 'account', ordinal, 'country')
        else pick(
            ['United States', 'USA', 'US', null, 'Canada', 'United Kingdom'],
            'account', ordinal, 'country'
        )
    end as address1_country,
    sandbox_companies.currency as currency_code
from numbered
inner join sandbox_companies on sandbox_companies.company_no = numbered.company_no;

-- One account in eight trades in another currency than its company.
update new_account
set currency_code = pick(['USD', 'EUR', 'GBP', 'CAD'], 'account', ordinal, 'currency')
where die('account', ordinal, 'foreign', 8) = 0;

create or replace temp table new_account as
select
    new_account.*,
    new_transactioncurrency.transactioncurrencyid as _transactioncurrencyid_value,
    new_transactioncurrency.exchangerate as exchangerate,
    new_businessunit.businessunitid as _owningbusinessunit_value,
    address1_line1 as address2_line1,
    address1_city as address2_city,
    address1_postalcode as address2_postalcode,
    address1_stateorprovince as address2_stateorprovince,
    address1_country as address2_country,
    0 as statecode,
    1 as statuscode
from new_account
inner join new_transactioncurrency
    on new_transactioncurrency.isocurrencycode = new_account.currency_code
inner join new_businessunit on new_businessunit.ordinal = new_account.company_no;

create or replace temp table new_contact as
with numbered as (
    select
        ordinal,
        pick(['Alicia', 'Bruno', 'Chen', 'Dara', 'Eva', 'Femi', 'Gita', 'Hugo'],
             'contact', ordinal, 'first') as firstname,
        pick(['Thomber', 'Sato', 'Nguyen', 'Schmidt', 'Okafor', 'Larsson', 'Rossi', 'McKay'],
             'contact', ordinal, 'last') as lastname,
        die('contact', ordinal, 'account', getvariable('clean_accounts')) as account_no
    from range(getvariable('contacts')) as contacts (ordinal)
)
select
    numbered.*,
    row_id('contact', numbered.ordinal) as contactid,
    'CON-' || padded(10000 + numbered.ordinal, 5) || '-'
        || row_code('contact', numbered.ordinal) as msdynce_contactnumber,
    numbered.firstname || ' ' || numbered.lastname as fullname,
    lower(numbered.firstname || '.' || row_code('contact', numbered.ordinal)) || '@example.com'
        as emailaddress1,
    row_id('account', numbered.account_no) as _parentcustomerid_value,
    'account' as _parentcustomerid_type,
    die('contact', numbered.ordinal, 'customer', 5) = 0 as msdynce_isactivecustomer,
    true as msdynce_iscompanyanaccount,
    false as donotemail,
    1 + die('contact', numbered.ordinal, 'gender', 2) as gendercode,
    new_account._transactioncurrencyid_value,
    new_account._owningbusinessunit_value,
    0 as statecode,
    1 as statuscode
from numbered
inner join new_account on new_account.ordinal = numbered.account_no;
