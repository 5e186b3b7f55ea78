"""The types of the API, by version: `clear_street.types.v1`."""
