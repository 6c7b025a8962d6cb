"""The base of the REST API: authentication, rights, errors, paging."""
