-- A name with another GUID than its MD5 makes, or with one that is none.
with

guids as (

    select
        cases.name,
        cases.expected,
        {{ guid_of("concat('msdyn_transactioncategory/', cases.name)") }} as found
    from (
        values
        ('hotel', '7e921623-f9dc-3eea-86f6-2d86c19dc990'),
        ('größe', '058bd830-5ff6-33e7-8ed9-0eb6977c26b1'),
        ('🚀 trip', 'beda9381-01b2-3a6e-8ec1-66049d18c502')
    ) as cases (name, expected)

)

select *
from guids
where
    expected is distinct from found
    or found is distinct from {{ as_guid('found') }}
