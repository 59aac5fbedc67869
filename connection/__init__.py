"""What reading and writing share: settings, errors, HTTP, OData words, the dbt manifest."""
