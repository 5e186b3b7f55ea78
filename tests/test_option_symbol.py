"""`OptionSymbol`: every form that is in use is read, and each can be written."""

from __future__ import annotations

import pickle
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clear_street import OptionSymbol

EXAMPLE = OptionSymbol("AAPL", date(2028, 1, 21), "CALL", Decimal(195))

symbols = st.builds(
    OptionSymbol,
    st.from_regex(r"[0-9]?[A-Z][A-Z0-9.]{0,4}", fullmatch=True),
    st.dates(date(2000, 1, 1), date(2099, 12, 31)),
    st.sampled_from(["CALL", "PUT"]),
    st.integers(1, 99_999_999).map(lambda thousandths: Decimal(thousandths).scaleb(-3)),
)


@settings(max_examples=1000)
@given(symbol=symbols)
def test_what_was_written_in_any_form_is_read_as_the_same(symbol: OptionSymbol) -> None:
    forms = [str(symbol), symbol.api, symbol.compact, symbol.words]

    for text in forms:
        assert OptionSymbol.parse(text) == OptionSymbol.find(f" {text.lower()} ") == symbol
    assert len(str(symbol)) == 21
    assert OptionSymbol(*symbol) == pickle.loads(pickle.dumps(symbol)) == symbol
    assert hash(OptionSymbol(*symbol)) == hash(symbol)


@pytest.mark.parametrize(
    "text",
    [
        "AAPL  280121C00195000",
        "AAPL 280121C00195000",
        "AAPL280121C00195000",
        "AAPL 280121C195",
        "AAPL280121C195.0",
        "aapl 280121 c 195.000",
        "AAPL 21 Jan 2028 195 call",
        "AAPL 21 JANUARY 2028 195.00 Call",
    ],
)
def test_every_form_in_use_is_read(text: str) -> None:
    assert OptionSymbol.parse(text) == EXAMPLE


def test_it_is_written_in_every_form() -> None:
    assert str(EXAMPLE) == f"{EXAMPLE}" == "AAPL  280121C00195000"
    assert EXAMPLE.api == "AAPL 280121C00195000"
    assert EXAMPLE.compact == "AAPL280121C00195000"
    assert EXAMPLE.words == "AAPL 21 Jan 2028 195 call"
    assert repr(EXAMPLE) == (
        "OptionSymbol(root='AAPL', expiry=datetime.date(2028, 1, 21), right='CALL', strike=Decimal('195'))"
    )


@pytest.mark.parametrize(
    ("text", "root", "strike", "is_adjusted"),
    [
        ("AAPL1 280121P00002500", "AAPL1", "2.5", True),
        ("AAPL1280121P2.5", "AAPL1", "2.5", True),
        ("SPXW  240119P05000000", "SPXW", "5000", False),
        ("1AAPL 260424C00000001", "1AAPL", "0.001", False),
        ("BRK.B 260424C99999.999", "BRK.B", "99999.999", False),
    ],
)
def test_roots_of_adjusted_and_of_flexible_contracts_are_read(
    text: str, root: str, strike: str, *, is_adjusted: bool
) -> None:
    symbol = OptionSymbol.parse(text)

    assert (symbol.root, str(symbol.strike), symbol.is_adjusted) == (root, strike, is_adjusted)


def test_symbols_are_sorted_by_root_expiry_right_and_strike() -> None:
    texts = ["AAPL 280121P1", "MSFT 280121C1", "AAPL 280121C2", "AAPL 270121P9", "AAPL 280121C10"]

    assert [symbol.words for symbol in sorted(map(OptionSymbol.parse, texts))] == [
        "AAPL 21 Jan 2027 9 put",
        "AAPL 21 Jan 2028 2 call",
        "AAPL 21 Jan 2028 10 call",
        "AAPL 21 Jan 2028 1 put",
        "MSFT 21 Jan 2028 1 call",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "AAPL",
        "AAPL 280231C00195000",
        "AAPL 280121X00195000",
        "AAPL 280121C00000000",
        "AAPL 280121C0019500",  # a digit is missing: no strike of 19500
        "AAPL 280121C00195",
        "AAPL 280121C100000",
        "AAPL 280121C1.0001",
        "AAPL 30 Feb 2028 195 call",
        "AAPL 21 Foo 2028 195 call",
        "AAPL 21 Jan 1999 195 call",
        "AAPLXYZ 280121C00195000",
        "ÄPFL 280121C00195000",
        "AAPL \u0662\u0668\u0660\u0661\u0662\u0661C00195000",  # digits of another script
        "AAPL 280121C00195000\nAAPL 280121C00195000",
        "280121C00195000",
    ],
)
def test_a_text_that_is_no_symbol_is_named_with_a_remedy(text: str) -> None:
    with pytest.raises(ValueError, match="is not the symbol of an option") as caught:
        OptionSymbol.parse(text)

    assert str(caught.value).startswith(f"{text!r} is not the symbol of an option")
    assert "'AAPL 21 Jan 2028 195 call'" in str(caught.value)
    assert OptionSymbol.find(text) is None


@settings(max_examples=300)
@given(text=st.text() | st.from_regex(r"[A-Z]{1,7} ?[0-9]{5,7}[CP][0-9.]{1,9}", fullmatch=True))
def test_any_text_is_read_as_what_it_says_or_refused(text: str) -> None:
    found = OptionSymbol.find(text)

    assert found is None or OptionSymbol.parse(str(found)) == found
    assert found is None or text.strip().upper().startswith(found.root)


@pytest.mark.parametrize("value", [None, 7, b"AAPL 280121C00195000", date(2028, 1, 21)])
def test_what_is_no_text_is_no_symbol(value: Any) -> None:
    assert OptionSymbol.find(value) is None
    with pytest.raises(TypeError, match="Expected a string for the symbol of an option but received"):
        OptionSymbol.parse(value)


@pytest.mark.parametrize(
    ("parts", "error", "said"),
    [
        ({"root": "aapl"}, ValueError, "`root` but received 'aapl'"),
        ({"root": "1234567"}, ValueError, "`root`"),
        ({"root": None}, ValueError, "`root`"),
        ({"expiry": "2028-01-21"}, TypeError, "`expiry`"),
        ({"expiry": datetime(2028, 1, 21, tzinfo=UTC)}, TypeError, r"`expiry`.*\.date\(\)"),
        ({"expiry": date(1999, 12, 31)}, ValueError, "2000 to 2099 for `expiry` but received '1999-12-31'"),
        ({"right": "C"}, ValueError, "'CALL' or 'PUT' for `right` but received 'C'"),
        ({"strike": 195.5}, TypeError, r"`strike` but received 195\.5; write Decimal\('195\.5'\)"),
        ({"strike": 0}, ValueError, "`strike` but received 0"),
        ({"strike": "1.0005"}, ValueError, "`strike`"),
        ({"strike": "100000"}, ValueError, "`strike`"),
        ({"strike": "much"}, ValueError, "`strike` but received 'much'"),
        ({"strike": Decimal("NaN")}, ValueError, "`strike`"),
        ({"strike": Decimal("Infinity")}, ValueError, "`strike`"),
    ],
)
def test_parts_that_no_symbol_has_are_named(parts: Any, error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said):
        OptionSymbol(**{**EXAMPLE._asdict(), **parts})


def test_a_strike_may_be_a_whole_number_or_a_text() -> None:
    assert OptionSymbol("AAPL", date(2028, 1, 21), "CALL", 195) == EXAMPLE
    assert OptionSymbol("AAPL", date(2028, 1, 21), "CALL", "195.000") == EXAMPLE
    assert str(OptionSymbol("AAPL", date(2028, 1, 21), "CALL", "1E+2").strike) == "100"
