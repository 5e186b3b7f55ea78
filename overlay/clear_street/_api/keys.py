"""Idempotency keys."""

from __future__ import annotations


def new_idempotency_key() -> str:
    """A fresh idempotency key, a random UUID: to be written down before a submit, so that its outcome can be looked up
    at any time.
    """
    import uuid

    return str(uuid.uuid4())
