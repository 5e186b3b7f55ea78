"""The operations of the tag Instruments."""

from __future__ import annotations

from ..operations import Later, Operation, Resend

TYPE_CHECKING = not __name__
if TYPE_CHECKING:
    from clear_street_api import models
    from clear_street_api.api import instruments as calls

    from ...types import v1 as types
    from .. import checks
else:
    calls = Later("clear_street_api.api.instruments")
    models = Later("clear_street_api.models")
    checks = Later("clear_street._api.checks")
    types = Later("clear_street.types.v1")

GET_OPTION_CONTRACTS = Operation(
    "get_option_contracts",
    "GET",
    "/v1/instruments/options/contracts",
    Resend.READ,
    lambda: calls.get_option_contracts.build_request,
    lambda: types.InstrumentGetOptionContractsResponse,
    enums=lambda: {"contract_type": models.ContractType},
    check=lambda: checks.option_contracts,
)
GET_INSTRUMENT_BY_ID = Operation(
    "get_instrument_by_id",
    "GET",
    "/v1/instruments/{instrument_id}",
    Resend.READ,
    lambda: calls.get_instrument_by_id.build_request,
    lambda: types.InstrumentGetInstrumentByIDResponse,
)
SEARCH_INSTRUMENTS = Operation(
    "search_instruments",
    "GET",
    "/v1/instruments/search",
    Resend.READ,
    lambda: calls.search_instruments.build_request,
    lambda: types.InstrumentSearchInstrumentsResponse,
)
