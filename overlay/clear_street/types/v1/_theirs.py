"""Let the models say what to write here for the attributes that models of Clear Street's own SDK have.

They are attributes of the class, because a `__getattr__` would make every field slower to read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from clear_street_api.types import Model

from ..._moving import advice

if TYPE_CHECKING:
    from typing import NoReturn

_NAMES = (
    "construct",
    "copy",
    "dict",
    "json",
    "model_config",
    "model_construct",
    "model_copy",
    "model_dump",
    "model_dump_json",
    "model_fields",
    "model_json_schema",
    "model_rebuild",
    "model_validate",
    "model_validate_json",
    "parse_obj",
    "parse_raw",
    "schema",
)


class Theirs:
    """An attribute that a model does not have."""

    __slots__ = ("_name",)

    def __init__(self, name: str) -> None:
        self._name = name

    def __repr__(self) -> str:
        return f"<{advice(self._name)}>"

    def __get__(self, model: object, kind: type) -> NoReturn:
        owner = f"type object {kind.__name__!r}" if model is None else f"{kind.__name__!r} object"
        # With a name and without an object, Python's traceback adds no guess of its own.
        raise AttributeError(f"{owner} has no attribute {self._name!r}; {advice(self._name)}", name=self._name)


def install() -> None:
    """Give these attributes to the base class of the models."""
    for name in _NAMES:
        setattr(Model, name, Theirs(name))
