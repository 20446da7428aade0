"""Networks as one word of an address: the JSON of files.py, deflated, in letters that no address escapes."""

import base64
import binascii
import zlib
from typing import Final

from cnn_core.errors import NetworkFileError
from cnn_core.network.files import read_network, write_network
from cnn_core.network.network import Network

_VERSION: Final = "1"
_LEVEL: Final = 8
"""Of deflating: 9 takes up to three times as long for a word that is hardly shorter."""
LARGEST_UNPACKED: Final = 2_000_000
"""Bytes of JSON. The longest network that the reader of files takes has half of that."""


def write_link(network: Network) -> str:
    """Return the network as a word of letters, digits, `-` and `_`, with every setting written out.

    >>> from cnn_core.network.presets import preset
    >>> len(write_link(preset("mobilenet_v2").make())) < 1_700
    True
    """
    return link_to(write_network(network))


def link_to(text: str) -> str:
    """Return the word for the network that `write_network` wrote as this text."""
    return _VERSION + base64.urlsafe_b64encode(zlib.compress(text.encode(), _LEVEL)).decode().rstrip("=")


def read_link(link: str) -> Network:
    """Return the network that `write_link` wrote; raises NetworkFileError.

    Whoever wrote the link, no more than `LARGEST_UNPACKED` bytes are unpacked.
    """
    if not link.startswith(_VERSION):
        raise NetworkFileError(
            'A network in an address begins with "{version}". Received: "{start}". Ask for a new link, or for a file.',
            version=_VERSION,
            start=ascii(link[:8])[1:-1],
        )
    return read_network(_unpack(link.removeprefix(_VERSION)))


def _unpack(word: str) -> str:
    unpacker = zlib.decompressobj()
    try:
        packed = base64.b64decode(word + "=" * (-len(word) % 4), altchars=b"-_", validate=True)
        unpacked = unpacker.decompress(packed, LARGEST_UNPACKED + 1)
        if len(unpacked) <= LARGEST_UNPACKED and unpacker.eof and not unpacker.unused_data:
            return unpacked.decode()
    except (binascii.Error, zlib.error, ValueError) as error:
        raise _damaged(word) from error
    if len(unpacked) <= LARGEST_UNPACKED:
        raise _damaged(word)
    raise NetworkFileError(
        "The network in this address is too large: it unpacks to more than {most} bytes.", most=LARGEST_UNPACKED
    )


def _damaged(word: str) -> NetworkFileError:
    return NetworkFileError(
        "The network in this address was cut off or changed. Received: {length} characters. Copy the whole link again.",
        length=len(word) + len(_VERSION),
    )
