"""From where somebody visits: of what all tabs of one address ask, each kind has a bound."""

import os
from typing import Final

import streamlit as st

TRUSTS_PROXY: Final = os.environ.get("CONVSCOPE_TRUST_PROXY", "") == "1"
"""Whether the addresses that a proxy hands on are believed: without a proxy anybody could write any."""


def address() -> str:
    """Return the address that the session comes from; "" where it is not known, as on one's own machine."""
    if TRUSTS_PROXY:
        # Each proxy adds who asked it at the end; what stands before that is what the visitor says.
        return str(st.context.headers.get("X-Forwarded-For", "")).rsplit(",", 1)[-1].strip()
    return st.context.ip_address or ""
