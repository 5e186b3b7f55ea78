# Generated from the OpenAPI document by openapi-python-client with the templates in codegen/. Do not edit: run `make generate`.
"""Clear Street positions API: a low-level client, one module per operation in `api` and per type in `models`."""
