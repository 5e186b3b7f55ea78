"""Make idempotency keys."""

from __future__ import annotations


def new_idempotency_key() -> str:
    """Make a new idempotency key, a random UUID. Store it before a submit, to look up the outcome later."""
    import uuid

    return str(uuid.uuid4())
