-- Grain: one row per company and vendor of Finance, sent to Dataverse, filtered or rejected.
with

vendors as (

    select
        vendors.*,
        companies.data_area_id is not null as is_company_known,
        {{ comparable('vendors.vendor_number') }} as compared_number,
        coalesce(
            vendors.organization_name,
            nullif(trim(concat(coalesce(vendors.first_name, ''), ' ', coalesce(vendors.last_name, ''))), '')
        ) as vendor_name

    from {{ ref('stg_finops__vendors') }} as vendors

    left join {{ ref('companies') }} as companies
        on vendors.data_area_id = companies.data_area_id

),

-- Dataverse has one list for all companies: the configured company goes before the others
ranked as (

    select
        *,
        row_number() over (
            partition by compared_number
            order by
                case when is_company_known then 0 else 1 end,
                case when data_area_id = {{ default_company() }} then 0 else 1 end,
                data_area_id,
                vendor_row_id
        ) as company_rank,
        count(*) over (partition by compared_number, is_company_known) as companies,
        count(party_number) over (partition by compared_number, is_company_known) as named_parties,
        min({{ comparable('party_number') }}) over (partition by compared_number, is_company_known)
            as first_party,
        max({{ comparable('party_number') }}) over (partition by compared_number, is_company_known)
            as last_party
    from vendors

),

-- companies number their vendors each by itself: only the party says that two of them mean the same
told_apart as (

    select
        *,
        companies = 1
        or (companies = named_parties and first_party = last_party) as is_one_party
    from ranked

),

accounts as (

    select
        {{ comparable('account_number') }} as compared_number,
        count(*) as namesakes,
        min(account_id) as account_id,
        max(relationship_type_code) as relationship_type_code
    from {{ ref('stg_dataverse__accounts') }}
    group by {{ comparable('account_number') }}

),

looked_up as (

    select
        told_apart.*,
        cast({{ constant('dataverse__vendors', 'customertypecode') }} as integer) as vendor_type_code,
        coalesce(accounts.namesakes, 0) as namesakes,
        accounts.relationship_type_code,
        accounts.account_id is not null as is_in_dataverse,
        coalesce(accounts.account_id, {{ guid_of("concat('account/', told_apart.compared_number)") }})
            as account_id

    from told_apart

    left join accounts
        on told_apart.compared_number = accounts.compared_number

),

checked as (

    select
        'VendorsV2' as _source_table,
        vendor_row_id as _source_id,
        case
            when not is_company_known then 'company_not_in_seed'
            when is_one_party and company_rank > 1 then 'same_vendor_of_another_company'
        end as filter_reason,
        {{ list_of([
            reject(
                'not is_one_party', 'duplicate_key', 'accountnumber', 'vendor_number',
                "concat('Vendor ', vendor_number, ' is there in ', cast(companies as string), ' companies, and their "
                ~ "party numbers differ or are empty, so it may not be one vendor; Dataverse has one account of that "
                ~ "number. Give them the same party in Finance, or renumber all but one.')"
            ),
            reject_missing('vendor_name', 'name', 'give the vendor a name in Finance'),
            reject(
                'namesakes > 1', 'duplicate_key', 'accountnumber', 'vendor_number',
                "concat('Dataverse has ', cast(namesakes as string), ' accounts with the number ', vendor_number, "
                ~ "'. Renumber all but one.')"
            ),
            reject(
                'namesakes = 1 and relationship_type_code is distinct from vendor_type_code',
                'duplicate_key', 'customertypecode', 'vendor_number',
                "concat('Account ', vendor_number, ' of Dataverse is no vendor. Renumber one of the two; or, where "
                ~ "they are one organisation, set Relationship type to Vendor in Dataverse.')"
            ),
            reject_too_long('vendor_number', 'accountnumber', 'dataverse__vendors'),
            reject_too_long('vendor_name', 'name', 'dataverse__vendors'),
        ]) }} as rejections,
        data_area_id,
        account_id,
        is_in_dataverse,
        is_one_party,
        vendor_number,
        compared_number,
        vendor_name,
        vendor_type_code

    from looked_up

)

select * from checked
