update new_contact set address1_country = 'Atlantis'
where ordinal in (from rows_of('contact_country_unmapped'));

update new_contact
set
    lastname = 'O''Neil "Nell"' || chr(10) || 'Ruiz 🎯',
    fullname = firstname || ' O''Neil "Nell"' || chr(10) || 'Ruiz 🎯'
where ordinal in (from rows_of('contact_name_odd'));

update new_contact set msdynce_isactivecustomer = null
where ordinal in (from rows_of('contact_customer_flag_missing'));
