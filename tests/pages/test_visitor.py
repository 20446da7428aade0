"""From where somebody visits: what a proxy hands on is believed only where that is told."""

from types import SimpleNamespace

import pytest

from pages.ui import visitor


@pytest.mark.parametrize(
    ("trusts", "forwarded", "connection", "address"),
    [
        (False, "198.51.100.9", "192.0.2.7", "192.0.2.7"),  # anybody may write that
        (False, None, None, ""),
        (True, "198.51.100.9", "192.0.2.7", "198.51.100.9"),
        (True, "203.0.113.1, 198.51.100.9", "192.0.2.7", "198.51.100.9"),  # before the last one stands what was claimed
        (True, None, "192.0.2.7", ""),
    ],
)
def test_an_address_is_that_of_the_connection_or_what_our_proxy_saw(
    trusts: bool, forwarded: str | None, connection: str | None, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    headers = {} if forwarded is None else {"X-Forwarded-For": forwarded}
    monkeypatch.setattr(visitor, "TRUSTS_PROXY", trusts)
    monkeypatch.setattr("pages.ui.visitor.st.context", SimpleNamespace(headers=headers, ip_address=connection))
    assert visitor.address() == address
