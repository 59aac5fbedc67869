-- A text that is read as another GUID than it is, or as one although it is none.
with

guids as (

    select
        cases.name,
        cases.expected,
        {{ as_guid('cases.written') }} as found
    from (
        values
        ('plain', '2d2b58b9-1f5d-4b1a-8f3a-0f6f3f1d2c3b', '2d2b58b9-1f5d-4b1a-8f3a-0f6f3f1d2c3b'),
        ('upper case', '2D2B58B9-1F5D-4B1A-8F3A-0F6F3F1D2C3B', '2d2b58b9-1f5d-4b1a-8f3a-0f6f3f1d2c3b'),
        ('braces', '{2D2B58B9-1F5D-4B1A-8F3A-0F6F3F1D2C3B}', '2d2b58b9-1f5d-4b1a-8f3a-0f6f3f1d2c3b'),
        ('outer blanks', ' 2d2b58b9-1f5d-4b1a-8f3a-0f6f3f1d2c3b ', '2d2b58b9-1f5d-4b1a-8f3a-0f6f3f1d2c3b'),
        ('too short', '2d2b58b9-1f5d-4b1a-8f3a-0f6f3f1d2c3', null),
        ('no hexadecimal digit', '2d2b58b9-1f5d-4b1a-8f3a-0f6f3f1d2c3g', null),
        ('words', 'see the contract', null),
        ('empty', '', null),
        ('nothing', null, null)
    ) as cases (name, written, expected)

)

select *
from guids
where expected is distinct from found
