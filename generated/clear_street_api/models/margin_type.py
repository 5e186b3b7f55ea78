# Generated from the OpenAPI document by openapi-python-client with the templates in codegen/. Do not edit: run `make generate`.
from __future__ import annotations

from ..types import OpenStrEnum


class MarginType(OpenStrEnum):
    """How the margin of an account is computed. Members come and go; clients must tolerate unknown ones."""

    OTHER = "OTHER"
    """In any other way."""
    NONE = "NONE"
    """There is none: a cash account."""
    PORTFOLIO_MARGIN = "PORTFOLIO_MARGIN"
    """By the risk of the portfolio as a whole."""
    RISK_BASED_HAIRCUT_BROKER_DEALER = "RISK_BASED_HAIRCUT_BROKER_DEALER"
    """By risk-based haircuts, for a broker-dealer."""
    REG_T = "REG_T"
    """By Regulation T."""
    RISK_BASED_HAIRCUT_MARKET_MAKER = "RISK_BASED_HAIRCUT_MARKET_MAKER"
    """By risk-based haircuts, for a market maker."""
    CIRO = "CIRO"
    """By the rules of the Canadian Investment Regulatory Organization."""
    FUTURES_NLV = "FUTURES_NLV"
    """For futures, by net liquidation value."""
    FUTURES_TOT_EQ = "FUTURES_TOT_EQ"
    """For futures, by total equity."""
