"""Check API keys: which ones the sandbox accepts, and which accounts each may see."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .messages import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from .messages import Answer, Call
    from .state import Account, State

    Rule = Callable[[State, Call], Answer]
    AccountRule = Callable[[State, Account, Call], Answer]


def with_key(rule: Rule) -> Rule:
    """Wrap a rule so that it first checks the API key."""

    def follow(state: State, call: Call) -> Answer:
        key_of(state, call)
        return rule(state, call)

    return follow


def with_account(rule: AccountRule) -> Rule:
    """Wrap a rule so that it first checks that the API key may see the account of the path."""

    def follow(state: State, call: Call) -> Answer:
        return rule(state, account_of(state, call), call)

    return follow


def key_of(state: State, call: Call) -> str:
    """Return the API key of a request. Raises `Refusal` 401 if it is missing or not accepted."""
    scheme, _, api_key = call.headers.get("authorization", "").partition(" ")
    known = bool(api_key) if state.api_keys is None else api_key in state.api_keys
    if scheme.lower() != "bearer" or not known:
        raise Refusal(401, "The API key is missing or unknown")
    return api_key


def account_of(state: State, call: Call) -> Account:
    """Return the account of a path. Raises `Refusal` if it does not exist, or the key may not see it."""
    api_key = key_of(state, call)
    if not re.fullmatch(r"-?[0-9]{1,19}", call.account) or not -(2**63) <= int(call.account) < 2**63:
        raise Refusal(400, "`account_id` must be a 64-bit whole number")
    account = state.accounts.get(int(call.account))
    if account is None:
        raise Refusal(404, f"There is no account {int(call.account)}")
    if not account.is_seen_by(api_key):
        raise Refusal(403, f"The API key has no access to account {account.id}")
    return account
