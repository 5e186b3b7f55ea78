# Generated from the OpenAPI document by openapi-python-client with the templates in codegen/. Do not edit: run `make generate`.
from __future__ import annotations

from datetime import date
from typing import Any, ClassVar, Self

from attrs import define

from ..types import Date, Drift, Field, Integer, Member, Model, Object, Text, members
from .account_holder_entity_kind import AccountHolderEntityKind
from .account_status import AccountStatus
from .account_subtype import AccountSubtype
from .account_type import AccountType
from .address import Address

_ACCOUNT_HOLDER_ENTITY_KIND = members(AccountHolderEntityKind)
_ACCOUNT_STATUS = members(AccountStatus)
_ACCOUNT_SUBTYPE = members(AccountSubtype)
_ACCOUNT_TYPE = members(AccountType)


@define(kw_only=True, eq=False, repr=False, weakref_slot=False)
class AccountWithPersonalDetails(Model):
    """An account with personal details of its holder."""

    id: int
    """Account number."""
    account_holder_entity_id: int
    """Number of the holder of the account."""
    account_holder_entity_kind: AccountHolderEntityKind | None = None
    """Whether the holder is a person. Since October 2026."""
    full_name: str
    """Name of the account."""
    short_name: str
    """Short name of the account."""
    open_date: date
    """Day on which the account was opened."""
    options_level: int
    """What the account may do with options; 0 means nothing."""
    status: AccountStatus
    """Whether the account can be used."""
    subtype: AccountSubtype
    """Whether the account can borrow."""
    type: AccountType
    """Whose account it is."""
    close_date: date | None = None
    """Day on which the account was closed."""
    country_of_tax_residency: str | None = None
    """Country in which the holder pays taxes. Null if it is not on file."""
    date_of_birth: date | None = None
    """Day on which the holder was born. Null if it is not on file."""
    mailing_address: Address | None = None
    """Where the holder gets mail. Null if it is not on file."""
    phone_number: str | None = None
    """Telephone number of the holder. Null if it is not on file."""

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field("id", "id", Integer(), required=True),
        Field("account_holder_entity_id", "account_holder_entity_id", Integer(), required=True),
        Field(
            "account_holder_entity_kind", "account_holder_entity_kind", Member(AccountHolderEntityKind), nullable=True
        ),
        Field("full_name", "full_name", Text(), required=True),
        Field("short_name", "short_name", Text(), required=True),
        Field("open_date", "open_date", Date(), required=True),
        Field("options_level", "options_level", Integer(), required=True),
        Field("status", "status", Member(AccountStatus), required=True),
        Field("subtype", "subtype", Member(AccountSubtype), required=True),
        Field("type", "type", Member(AccountType), required=True),
        Field("close_date", "close_date", Date(), nullable=True),
        Field("country_of_tax_residency", "country_of_tax_residency", Text(), nullable=True, personal=True),
        Field("date_of_birth", "date_of_birth", Date(), nullable=True, personal=True),
        Field("mailing_address", "mailing_address", Object("Address", lambda: Address), nullable=True, personal=True),
        Field("phone_number", "phone_number", Text(), nullable=True, personal=True),
    )

    @classmethod
    def _read(cls, data: Any, drift: list[Drift]) -> Self | None:
        self = object.__new__(cls)
        absent = nulls = 0
        value: Any
        try:
            value = data["id"]
            if value.__class__ is not int:
                return None
            self.id = value
            value = data["account_holder_entity_id"]
            if value.__class__ is not int:
                return None
            self.account_holder_entity_id = value
            value = data.get("account_holder_entity_kind")
            if value is None:
                if "account_holder_entity_kind" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 2
            else:
                value = _ACCOUNT_HOLDER_ENTITY_KIND[value]
            self.account_holder_entity_kind = value
            value = data["full_name"]
            if value.__class__ is not str:
                return None
            self.full_name = value
            value = data["short_name"]
            if value.__class__ is not str:
                return None
            self.short_name = value
            text = data["open_date"]
            value = date.fromisoformat(text)
            if text[4::3] != "--":
                return None
            self.open_date = value
            value = data["options_level"]
            if value.__class__ is not int:
                return None
            self.options_level = value
            self.status = _ACCOUNT_STATUS[data["status"]]
            self.subtype = _ACCOUNT_SUBTYPE[data["subtype"]]
            self.type = _ACCOUNT_TYPE[data["type"]]
            value = data.get("close_date")
            if value is None:
                if "close_date" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 10
            else:
                text = value
                value = date.fromisoformat(text)
                if text[4::3] != "--":
                    return None
            self.close_date = value
            value = data.get("country_of_tax_residency")
            if value.__class__ is not str:
                if value is not None:
                    return None
                if "country_of_tax_residency" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 11
            self.country_of_tax_residency = value
            value = data.get("date_of_birth")
            if value is None:
                if "date_of_birth" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 12
            else:
                text = value
                value = date.fromisoformat(text)
                if text[4::3] != "--":
                    return None
            self.date_of_birth = value
            value = data.get("phone_number")
            if value.__class__ is not str:
                if value is not None:
                    return None
                if "phone_number" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 14
            self.phone_number = value
            value = data.get("mailing_address")
            if value is None:
                if "mailing_address" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 13
            else:
                value = Address.decode_in(value, drift, "mailing_address")
            self.mailing_address = value
            more = len(data) + absent != 15
        except (AttributeError, KeyError, TypeError, ValueError):
            return None
        self._nulls = nulls
        self._extra = cls._strays(data, drift) if more else None
        return self
