"""Networks as JSON, versioned; everything unknown or wrong is refused with its place."""

import json
from functools import lru_cache
from typing import Any, Final

from cnn_core.errors import CnnError, NetworkFileError
from cnn_core.layers import KINDS, Layer
from cnn_core.network.network import NamedLayer, Network
from cnn_core.sentences import N_

FORMAT: Final = "convscope-network"
VERSION: Final = 1
LARGEST_TEXT: Final = 5_000_000
"""Characters. A network of the largest allowed number of layers is a fifth of this."""
MOST_LAYERS: Final = 2_000
LONGEST_NAME: Final = 200

_DOCUMENT_KEYS: Final = ("format", "version", "name", "layers")
_OWN_KEYS: Final = ("name", "kind", "inputs", "trainable")
_JSON: Final = json.JSONEncoder(ensure_ascii=False).encode


def write_network(network: Network) -> str:
    """Return the network as JSON, one layer a line, every setting written out; "trainable" of frozen layers only."""
    head = {"format": FORMAT, "version": VERSION, "name": network.name}
    lines = ",\n    ".join(map(_layer_to_json, network.layers))
    return json.dumps(head, ensure_ascii=False, indent=2)[:-2] + f',\n  "layers": [\n    {lines}\n  ]\n}}\n'


def _layer_to_json(named: NamedLayer) -> str:
    inputs = f', "inputs": {_JSON(list(named.inputs))}' if named.inputs else ""
    frozen = "" if named.trainable else ', "trainable": false'
    return f'{{"name": {_JSON(named.name)}, {_settings_to_json(named.layer)}{inputs}{frozen}}}'


# Networks repeat themselves, and an edit leaves most of their layers as they are.
@lru_cache(maxsize=4_096)
def _settings_to_json(layer: Layer) -> str:
    """Return a layer's kind and settings as they stand within an object of JSON."""
    values = {name: rule.to_json(getattr(layer, name)) for name, rule in layer.settings().items()}
    return _JSON({"kind": layer.kind, **values})[1:-1]


def read_network(text: str) -> Network:
    """Return the network that `write_network` wrote; raises NetworkFileError, which names the place.

    The network may still be one that does not fit together: that is said when it is walked.
    """
    document = _object(_parse(text), "the file", _DOCUMENT_KEYS, required=("format", "version", "layers"))
    if document["format"] != FORMAT or document["version"] is True or document["version"] != VERSION:
        raise NetworkFileError(
            'This is not a network of this program. Expected format "{format}", version {version}. Received: format '
            "{received}, version {number}.",
            format=FORMAT,
            version=VERSION,
            received=_short(document["format"]),
            number=_short(document["version"]),
        )
    entries = document["layers"]
    if not isinstance(entries, list) or len(entries) > MOST_LAYERS:
        raise _no_list(entries)
    name = document.get("name", "network")
    _check_name(name, "name")
    return Network(tuple(_read_layer(entry, f"layers[{i}]") for i, entry in enumerate(entries)), name)


def refuse_unreadable(network: Network, text: str) -> None:
    """Raise NetworkFileError where `read_network` would not take `text` back, which `write_network` wrote of a network.

    What is in a layer was checked when it was made; here are the bounds of a file. Reading takes thirty times as long.
    """
    _refuse_long(text)
    if len(network.layers) > MOST_LAYERS:
        raise _no_list([named.name for named in network.layers])
    _check_name(network.name, "name")
    for position, named in enumerate(network.layers):
        _check_name(named.name, f"layers[{position}].name")
        for i, source in enumerate(named.inputs):
            _check_name(source, f"layers[{position}].inputs[{i}]")


def _no_list(received: Any) -> NetworkFileError:
    return _wrong("layers", N_("a list of at most {most} layers"), received, most=MOST_LAYERS)


def _refuse_long(text: str) -> None:
    if len(text) > LARGEST_TEXT:
        raise NetworkFileError(
            "The file is too long for a network. Received: {length} characters; at most {most} are read.",
            length=len(text),
            most=LARGEST_TEXT,
        )


def _parse(text: str) -> Any:
    _refuse_long(text)
    try:
        return json.loads(text, object_pairs_hook=_unique)
    except json.JSONDecodeError as error:
        raise NetworkFileError(
            "This is not JSON: it breaks off or goes wrong at line {line}, column {column}.",
            line=error.lineno,
            column=error.colno,
        ) from error
    # Deep nesting and numbers of thousands of digits are no syntax errors to the parser.
    except (RecursionError, ValueError) as error:
        if isinstance(error, NetworkFileError):
            raise
        raise NetworkFileError("This JSON is nested too deeply or holds a number that is too long.") from error


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise NetworkFileError('The key "{key}" appears twice in one object.', key=_plain(twice))
    return result


def _read_layer(entry: Any, place: str) -> NamedLayer:
    kind = entry.get("kind") if isinstance(entry, dict) else None
    cls = KINDS.get(kind) if isinstance(kind, str) else None
    if cls is None:
        if isinstance(entry, dict) and kind is not None:
            raise _wrong(f"{place}.kind", N_("one of {kinds}"), kind, kinds=", ".join(KINDS))
        raise _wrong(place, N_('an object with a "kind"'), entry)
    rules = cls.settings()
    required = ("name", *(name for name, rule in rules.items() if rule.required))
    values = _object(entry, place, (*_OWN_KEYS, *rules), required)
    name, inputs, trainable = values["name"], values.get("inputs", []), values.get("trainable", True)
    _check_name(name, f"{place}.name")
    if not isinstance(inputs, list):
        raise _wrong(f"{place}.inputs", N_("a list of layer names"), inputs)
    for i, source in enumerate(inputs):
        _check_name(source, f"{place}.inputs[{i}]")
    if not isinstance(trainable, bool):
        raise _wrong(f"{place}.trainable", N_("true or false"), trainable)
    settings = {key: value for key, value in values.items() if key not in _OWN_KEYS}
    return NamedLayer(name, _make(cls, settings, place), tuple(inputs), trainable)


def _check_name(value: Any, place: str) -> None:
    """Refuse what no page and no message could show; half a surrogate pair is such a thing."""
    if not isinstance(value, str) or len(value) > LONGEST_NAME or not value.isprintable():
        raise _wrong(place, N_("a text of at most {most} printable characters"), value, most=LONGEST_NAME)


def _make(cls: type[Layer], settings: dict[str, Any], place: str) -> Layer:
    try:
        return cls(**settings)
    except CnnError as error:
        raise NetworkFileError("At {place} ({kind}): {cause}", place=place, kind=cls.__name__, cause=error) from error


def _object(value: Any, place: str, known: tuple[str, ...], required: tuple[str, ...]) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _wrong(place, N_("an object"), value)
    for key in value:
        if key not in known:
            raise NetworkFileError(
                'At {place}: "{key}" is not known here. Known are: {known}.',
                place=place,
                key=_plain(key),
                known=", ".join(known),
            )
    for key in required:
        if key not in value:
            raise NetworkFileError('At {place}: "{key}" is missing.', place=place, key=key)
    return value


def _wrong(place: str, expected: str, value: Any, **values: object) -> NetworkFileError:
    return NetworkFileError(
        "At {place}: expected {expected}. Received: {value}.",
        place=place,
        expected=CnnError(expected, **values),
        value=_short(value),
    )


def _short(value: Any) -> str:
    try:
        return _plain(json.dumps(value, ensure_ascii=False))
    # What could just be parsed may be nested too deeply to be written from here.
    except RecursionError:
        return type(value).__name__


def _plain(text: str) -> str:
    """Return at most 80 characters; half a surrogate pair, which no output takes, is spelled out."""
    short = text if len(text) <= 80 else text[:80] + "…"
    return short.encode(errors="backslashreplace").decode()
