"""A network out of a line of text; what it says wrongly is refused with its place and with what was expected there."""

import ast
from dataclasses import dataclass, field
from typing import Any, Final

from cnn_core.errors import CnnError, LayerError, NetworkLineError
from cnn_core.layers import (
    KINDS,
    Activation,
    ActivationName,
    Conv2D,
    Dense,
    Flatten,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    Input,
    Layer,
    MaxPooling2D,
)
from cnn_core.network.files import LONGEST_NAME, MOST_LAYERS
from cnn_core.network.line.short import JOINS, read_short
from cnn_core.network.line.tokens import Token, refuse, tokens
from cnn_core.network.network import NamedLayer, Names, Network, check_name
from cnn_core.sentences import N_

__all__ = ["START", "read_line"]

START: Final = Input((64, 64, 3))
"""What a line begins with that names no input: the size of the courses' patterns here."""

_DEEPEST: Final = 20
_LONGEST_SETTINGS: Final = 5_000
_ACTIVATIONS: Final = frozenset(name.value for name in ActivationName)
_FIRST_FILTERS, _MOST_FILTERS = 32, 512
_FULLY_CONNECTED, _CLASSES = 128, 10


def read_line(line: str, start: Input = START) -> Network:
    """Return the network that a line describes; see the package for what it may say.

    The network may still be one that does not fit together: that is said when it is walked.

    Args:
        start: what a line begins with that names no input.

    Raises:
        NetworkLineError: the character at which the line goes wrong, and what was expected there.

    >>> network = read_line("28x28x1-C32-C64v-P2-F-D100-D10sm")
    >>> from cnn_core.network.summary import summarize
    >>> summarize(network).parameters
    1101526
    >>> [layer.name for layer in read_line("8x8x3-C4 -> C4-B | -> +-R").layers]
    ['input', 'conv2d', 'conv2d_1', 'batch_normalization', 'add', 'activation']
    >>> read_line("28x28x1-F64")
    Traceback (most recent call last):
    cnn_core.errors.NetworkLineError: At character 10: expected no more settings of F. Received: 64.
    """
    reader = _Reader(tokens(line))
    reader.read_all(start)
    return Network(tuple(reader.layers))


@dataclass
class _Reader:
    """Reads tokens from left to right and puts layers behind one another.

    Attributes:
        at: which token is next.
        last: the layer that the next one takes its input from.
        ends: the branches that the next item has to join, where the stage before had several.
        labels: branches' own names, each for the layer at which it ended.
        pools: how many poolings the courses' notation has named so far.
    """

    tokens: list[Token]
    layers: list[NamedLayer] = field(default_factory=list)
    at: int = 0
    last: str = ""
    ends: tuple[str, ...] = ()
    labels: dict[str, str] = field(default_factory=dict)
    pools: int = 0
    depth: int = 0

    def __post_init__(self) -> None:
        pairs = zip(self.tokens, self.tokens[1:], strict=False)
        self.names = Names(token.text for token, after in pairs if token.is_name and after.is_sign("="))
        self.known: dict[str, Layer] = {}
        self.flat: set[str] = set()
        self.words: dict[str, Layer] = {}

    # The line and its stages ------------------------------------------------------------------------------------------

    def read_all(self, start: Input) -> None:
        if self.next.kind == "end":
            raise self.expected(N_("a layer, such as C32 or Conv"))
        if not self.begins_with_input():
            self.append(NamedLayer(self.names.take_free(start.kind), start), self.next)
        self.read_stages()
        if self.next.kind != "end":
            raise self.expected(N_('"-", "->", "|" or the end of the line'))

    def begins_with_input(self) -> bool:
        """Say whether the first item is an input; nothing is read yet."""
        self.read_name()
        word, settings = self.next, self.tokens[min(self.at + 1, len(self.tokens) - 1)]
        self.at = 0
        if settings.kind == "settings":
            return word.text == Input.__name__
        try:
            return isinstance(_plain_layer(word), Input)
        except NetworkLineError:
            return False

    def read_stages(self) -> None:
        self.read_stage()
        while self.take("->"):
            self.read_stage()

    def read_stage(self) -> None:
        fork, waiting = self.last, self.ends
        ends = []
        while True:
            self.last, self.ends = fork, waiting
            label = self.read_label()
            self.read_branch()
            ends.append(self.last)
            if label is not None:
                self.labels[label.text] = self.last
            if not self.take("|"):
                break
            if waiting:
                raise self.expected_join(self.tokens[self.at - 1])
        self.ends = tuple(ends) if len(ends) > 1 else self.ends

    def read_label(self) -> Token | None:
        if not (self.next.is_name and self.tokens[self.at + 1].is_sign(":")):
            return None
        label = self.next
        if label.text in self.names:
            raise self.expected(N_("a name that no layer has"))
        self.at += 2
        return label

    def read_branch(self) -> None:
        """Read items up to the end of a branch; there may be none."""
        if self.next.kind == "end" or self.next.is_sign("->", "|", ")"):
            return
        self.read_item()
        while self.take("-"):
            self.read_item()

    # Items ------------------------------------------------------------------------------------------------------------

    def read_item(self) -> None:
        times = self.read_times()
        if self.next.is_sign("("):
            self.read_group(times)
            return
        first, name = self.next, self.read_name()
        sources = self.read_join()
        layer: Layer | None
        if sources is not None:
            layer, inputs = KINDS[sources[0]](), sources[1]
        else:
            word = self.next
            layer, inputs = self.read_layer(), ()
            if layer.inputs[0] > 1 and self.ends and not self.next.is_sign("["):
                inputs = self.joined(word)
        if self.next.is_sign("["):
            inputs = self.read_inputs()
        if self.ends and not inputs:
            raise self.expected_join(first)
        self.put(layer, first, name, inputs, trainable=not self.take("!"))

    def read_times(self) -> int:
        number, sign, group = self.tokens[self.at : self.at + 3] if self.at + 3 <= len(self.tokens) else [self.next] * 3
        if not (number.kind == "word" and number.text.isdecimal() and sign.is_sign("*") and group.is_sign("(")):
            return 1
        times = int(number.text) if len(number.text) < 5 else 0
        if not 1 <= times <= MOST_LAYERS:
            raise self.expected(N_("a number of times from 1 to {most}"), most=MOST_LAYERS)
        self.at += 2
        return times

    def read_group(self, times: int) -> None:
        opening, first = self.next, self.at + 1
        if self.depth == _DEEPEST:
            raise self.expected(N_("at most {most} parentheses within one another"), most=_DEEPEST)
        self.depth += 1
        for _ in range(times):
            self.at = first
            before = len(self.layers)
            self.read_stages()
            if not self.take(")"):
                raise self.expected(N_('"-", "->", "|" or ")"'))
            if len(self.layers) == before:
                raise refuse(opening.start, N_("a layer between the parentheses"), "()")
        self.depth -= 1

    def read_name(self) -> Token | None:
        """Return the name that an item is given, `name=`, if it is."""
        if not (self.next.is_name and self.tokens[self.at + 1].is_sign("=")):
            return None
        name = self.next
        self.at += 2
        return name

    def read_join(self) -> tuple[str, tuple[str, ...]] | None:
        """Return the kind of a join and the names of what it joins; None where the item is no join."""
        sign = self.next
        if sign.is_sign(*JOINS):
            self.at += 1
            return JOINS[sign.text], () if self.next.is_sign("[") else self.joined(sign)
        if not (self.next.is_name and self.tokens[self.at + 1].is_sign(*JOINS)):
            return None
        sign = self.tokens[self.at + 1]
        names = [self.read_source()]
        while self.take(sign.text):
            names.append(self.read_source())
        return JOINS[sign.text], tuple(names)

    def joined(self, sign: Token) -> tuple[str, ...]:
        """Return the branches that a join without names joins."""
        if not self.ends:
            raise refuse(sign.start, N_('branches to join, "a | b -> +", or the names of layers, "a+b"'), sign.text)
        return self.ends

    def read_inputs(self) -> tuple[str, ...]:
        self.at += 1
        names = [self.read_source()]
        while self.take(","):
            names.append(self.read_source())
        if not self.take("]"):
            raise self.expected(N_('"," or "]"'))
        return tuple(names)

    def read_source(self) -> str:
        """Return the name of a layer above, written as itself or as a branch's label."""
        name = self.next.text
        source = self.labels.get(name, name)
        if not self.next.is_name or source not in self.known:
            raise self.expected(N_("the name of a layer or a branch before this place"))
        self.at += 1
        return source

    def put(
        self, layer: Layer, first: Token, name: Token | None, inputs: tuple[str, ...], *, trainable: bool = True
    ) -> None:
        """Put a layer behind the others."""
        if isinstance(layer, Input) and self.layers:
            raise refuse(first.start, N_("a layer; the input comes first"), first.text)
        inputs = inputs or ((self.last,) if self.layers else ())
        # "The layer above" is never spelled out by its name.
        inputs = () if self.layers and inputs == (self.layers[-1].name,) else inputs
        given = self.names.take_free(layer.kind) if name is None else name.text
        self.append(NamedLayer(given, layer, inputs, trainable), name or first)
        self.ends = ()

    def append(self, named: NamedLayer, place: Token) -> None:
        try:
            check_name(named.name, self.known)
        except LayerError as error:
            raise refuse(place.start, N_("a name that no layer has"), place.text) from error
        if len(named.name) > LONGEST_NAME or len(self.layers) >= MOST_LAYERS:
            raise refuse(place.start, N_("at most {most} layers"), place.text, most=MOST_LAYERS)
        if self.is_flat_behind(named):
            self.flat.add(named.name)
        self.layers.append(named)
        self.known[named.name] = named.layer
        self.last = named.name

    def is_flat_behind(self, named: NamedLayer) -> bool:
        """Say whether a layer gives a row of values and no maps."""
        layer = named.layer
        if isinstance(layer, Input):
            return len(layer.shape) == 1
        if isinstance(layer, GlobalAveragePooling2D | GlobalMaxPooling2D):
            return not layer.keepdims
        sources = named.inputs or (self.layers[-1].name,)
        return isinstance(layer, Flatten) or sources[0] in self.flat

    # Layers -----------------------------------------------------------------------------------------------------------

    def read_layer(self) -> Layer:
        word = self.next
        if word.kind != "word":
            raise self.expected(N_("a layer, such as C32, P2, F or D10sm"))
        self.at += 1
        if self.next.kind == "settings":
            self.at += 1
            return _with_settings(word, self.tokens[self.at - 1])
        return self.read_course_word(word) or self.read_plain(word)

    def read_plain(self, word: Token) -> Layer:
        """Return what a word stands for by itself; networks repeat themselves, and each word is read once."""
        if word.text not in self.words:
            self.words[word.text] = _plain_layer(word)
        return self.words[word.text]

    def read_course_word(self, word: Token) -> Layer | None:
        """Return what a word of the courses stands for; sizes are ours, for the notation says the order only."""
        match word.text.upper():
            case "CONV":
                filters = min(_FIRST_FILTERS << min(self.pools, 10), _MOST_FILTERS)
                return Conv2D(filters, 3, padding="same", activation="relu")
            case "POOL":
                self.pools += 1
                return MaxPooling2D(2)
            case "FC":
                self.flatten(word)
                return Dense(_FULLY_CONNECTED, activation="relu")
            case "SM":
                self.flatten(word)
                return Dense(_CLASSES, activation="softmax")
        return None

    def flatten(self, word: Token) -> None:
        """Put the Flatten before a dense layer that the courses' notation does not name."""
        if self.ends:
            raise self.expected_join(word)
        if self.last not in self.flat:
            self.put(Flatten(), word, None, ())

    # Tokens -----------------------------------------------------------------------------------------------------------

    @property
    def next(self) -> Token:
        return self.tokens[self.at]

    def take(self, sign: str) -> bool:
        """Step over a sign, where it comes next; say whether it does."""
        is_next = self.next.is_sign(sign)
        self.at += is_next
        return is_next

    def expected(self, what: str, **values: object) -> NetworkLineError:
        """Return the error at the next token."""
        return refuse(self.next.start, what, _told(self.next), **values)

    def expected_join(self, token: Token) -> NetworkLineError:
        what = N_('a join of the {count} branches before it, "+", "*" or "&"')
        return refuse(token.start, what, _told(token), count=len(self.ends))


def _told(token: Token) -> object:
    return CnnError(N_("the end of the line")) if token.kind == "end" else token.text[:80]


def _plain_layer(word: Token) -> Layer:
    """Return the layer of a word without parentheses: a size of the input, an activation, a short form or a kind."""
    text = word.text
    if "x" in text and text.replace("x", "").isdecimal():
        text = f"I{text}"
    if text.lower() in _ACTIVATIONS:
        return Activation(text.lower())
    tried = list(read_short(text))
    for form in tried:
        if form.understood == len(text):
            return _made(form.form.kind, form.settings, word)
    if text in KINDS:
        return _made(text, {}, word)
    if tried:
        best = max(tried, key=lambda form: form.understood)
        raise refuse(
            word.start + best.understood - (len(text) - len(word.text)),
            N_("a setting of {code}, such as {settings}") if best.expected else N_("no more settings of {code}"),
            text[best.understood :][:80],
            code=best.form.code,
            settings=best.expected,
        )
    raise refuse(word.start, N_("a layer, such as C32, P2, F or D10sm"), text[:80])


def _made(kind: str, settings: dict[str, Any], word: Token) -> Layer:
    try:
        return KINDS[kind](**settings)
    except (LayerError, TypeError) as error:
        cause = error if isinstance(error, LayerError) else _missing(kind, settings)
        raise _refused(word.start, kind, cause) from error


def _missing(kind: str, settings: dict[str, Any]) -> LayerError:
    rules = KINDS[kind].settings()
    names = [name for name, rule in rules.items() if rule.required and name not in settings]
    return LayerError("It needs: {settings}.", settings=", ".join(names))


def _refused(at: int, kind: str, cause: CnnError) -> NetworkLineError:
    return NetworkLineError("At character {position} ({kind}): {cause}", position=at + 1, kind=kind, cause=cause)


def _with_settings(word: Token, settings: Token) -> Layer:
    """Return the layer of a kind and its settings, written as in Keras code; nothing of it is run."""
    cls = KINDS.get(word.text)
    if cls is None:
        raise refuse(word.start, N_("the name of a kind, one of {kinds}"), word.text[:80], kinds=", ".join(KINDS))
    values: dict[str, Any] = {}
    rules = cls.settings()
    start = settings.start + 1
    for place, name, value in _arguments(settings):
        if name not in rules or name in values:
            names = ", ".join(left for left in rules if left not in values)
            raise refuse(start + place, N_("a setting of {kind}: {names}"), name[:80], kind=word.text, names=names)
        values[name] = value
    return _made(word.text, values, word)


def _arguments(settings: Token) -> list[tuple[int, str, Any]]:
    """Return the place, the name and the value of each setting."""
    source = f"_({settings.text}\n)"
    try:
        call = ast.parse(source[:_LONGEST_SETTINGS], mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        at = min(max((getattr(error, "offset", None) or 3) - 3, 0), len(settings.text))
        raise refuse(settings.start + 1 + at, N_("settings, such as filters=32"), settings.text[at:][:80]) from error
    arguments = []
    if not isinstance(call, ast.Call) or call.args or any(keyword.arg is None for keyword in call.keywords):
        raise refuse(settings.start + 1, N_("settings, such as filters=32"), settings.text[:80])
    for keyword in call.keywords:
        try:
            value = ast.literal_eval(keyword.value)
        except (ValueError, TypeError, RecursionError) as error:
            place = settings.start - 1 + keyword.value.col_offset
            text = ast.get_source_segment(source, keyword.value) or ""
            raise refuse(
                place, N_("a number, a text in quotes, True, False, None or a list of them"), text[:80]
            ) from error
        arguments.append((keyword.col_offset - 2, str(keyword.arg), value))
    return arguments
