"""Keras code as the description that Keras would write of its model: the syntax tree is read, and nothing of it is run.

Understood is the common form: layers in a Sequential, by `add` or in a list, or called one after another as functions;
numbers and texts in variables; `for` over numbers that are written out; functions of the code itself; `if` where its
condition is known. What is said beside the model (data, compile, fit, print) is passed over.
"""

import ast
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from cnn_core.errors import CnnError, LayerError, ModelFileError
from cnn_core.model_file.kinds import known_classes
from cnn_core.model_file.shown import shown
from cnn_core.model_file.signatures import DEFAULTS, POSITIONAL
from cnn_core.network.files import MOST_LAYERS
from cnn_core.network.network import free_name

LONGEST_CODE: Final = 200_000
"""Characters."""
_MOST_STEPS: Final = 20_000
"""Statements that are gone through, each round of a loop anew."""

_OTHER_NAMES: Final = {
    "Convolution2D": "Conv2D",
    "Convolution2DTranspose": "Conv2DTranspose",
    "Deconvolution2D": "Conv2DTranspose",
    "SeparableConvolution2D": "SeparableConv2D",
    "DepthwiseConvolution2D": "DepthwiseConv2D",
    "MaxPool2D": "MaxPooling2D",
    "AvgPool2D": "AveragePooling2D",
    "GlobalAvgPool2D": "GlobalAveragePooling2D",
    "GlobalMaxPool2D": "GlobalMaxPooling2D",
}
_FUNCTIONS: Final = {
    name.lower(): name for name in ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum", "Concatenate")
}
_OPERATORS: Final = {ast.Add: "Add", ast.Sub: "Subtract", ast.Mult: "Multiply"}
_MODELS: Final = frozenset(("Sequential", "Model", "Input", "add"))
_COMPARED: Final[dict[type[ast.cmpop], Callable[[Any, Any], bool]]] = {
    ast.Eq: lambda left, right: bool(left == right),
    ast.NotEq: lambda left, right: bool(left != right),
    ast.Lt: lambda left, right: bool(left < right),
    ast.LtE: lambda left, right: bool(left <= right),
    ast.Gt: lambda left, right: bool(left > right),
    ast.GtE: lambda left, right: bool(left >= right),
    ast.Is: lambda left, right: left is right,
    ast.IsNot: lambda left, right: left is not right,
}
_DEEPEST_CALLS: Final = 20
_LARGEST_VALUE: Final = 2_000
"""Numbers and characters of one value."""
_DROPPED: Final = ("input_shape", "batch_input_shape", "batch_size", "seed", "dtype")
_AMOUNTS: Final = ("padding", "cropping")


def describe_script(code: str) -> bytes:
    """Return the architecture that Keras code makes, as JSON that `read_architecture` takes.

    Raises:
        ModelFileError: the line that is not understood, and what is.

    >>> code = "model = keras.Sequential([keras.Input((8, 8, 1)), layers.Flatten(), layers.Dense(2)])"
    >>> [layer["class_name"] for layer in json.loads(describe_script(code))["config"]["layers"]]
    ['InputLayer', 'Flatten', 'Dense']
    """
    if len(code) > LONGEST_CODE:
        raise ModelFileError(
            "The code is too long. Received: {length} characters; at most {most} are read.",
            length=f"{len(code):,}",
            most=f"{LONGEST_CODE:,}",
        )
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        line = getattr(error, "lineno", None) or 1
        raise _at(line, LayerError("This is not Python: it breaks off or goes wrong here.")) from error
    script = _Script()
    try:
        script.go_through(tree.body)
        return script.description()
    except _Returned as returned:
        raise _at(returned.line, LayerError("This is not Python: it breaks off or goes wrong here.")) from returned
    except RecursionError as error:
        raise _at(1, LayerError("The code is nested too deeply.")) from error


def _at(line: int, cause: CnnError) -> ModelFileError:
    return ModelFileError("Line {line}: {cause}", line=line, cause=cause)


@dataclass(frozen=True)
class _Made:
    """A layer that was made and not yet called."""

    kind: str
    settings: dict[str, Any]


@dataclass(frozen=True)
class _Output:
    """What a layer gives, by the name under which it was called."""

    name: str


@dataclass
class _Chain:
    """A Sequential model, which grows by `add`; of a chain within it, it takes the layers that this has by then.

    `is_part` says that another model has it within itself.
    """

    name: str
    layers: list[_Made] = field(default_factory=list)
    is_part: bool = False

    def add(self, part: "_Made | _Chain", line: int) -> None:
        """Put a layer, or those of another chain, behind the others; raises ModelFileError for too many."""
        if isinstance(part, _Chain):
            part.is_part = True
        self.layers += part.layers if isinstance(part, _Chain) else [part]
        if len(self.layers) > MOST_LAYERS:
            raise _at(line, LayerError("The model has too many layers; at most {most} are read.", most=MOST_LAYERS))


@dataclass(frozen=True)
class _Model:
    """A functional model."""

    inputs: tuple[_Output, ...]
    outputs: tuple[_Output, ...]
    name: str


@dataclass(frozen=True)
class _Function:
    """A function of the code itself."""

    definition: ast.FunctionDef


class _Returned(Exception):  # noqa: N818 - no error
    """A function of the code comes to its end."""

    def __init__(self, value: Any, line: int) -> None:
        super().__init__()
        self.value, self.line = value, line


class _Unknown:
    """What was not understood; it matters only where a layer needs it."""


_UNKNOWN: Final = _Unknown()


@dataclass
class _Script:
    """Goes through statements and keeps what variables hold and which layers were called.

    Attributes:
        called: the layers in the order of their calls, as Keras describes them.
    """

    values: dict[str, Any] = field(default_factory=dict)
    called: dict[str, dict[str, Any]] = field(default_factory=dict)
    models: list[_Chain | _Model] = field(default_factory=list)
    steps: int = 0
    depth: int = 0

    # Statements -------------------------------------------------------------------------------------------------------

    def go_through(self, statements: list[ast.stmt]) -> None:
        for statement in statements:
            self.steps += 1
            if self.steps > _MOST_STEPS:
                raise _at(statement.lineno, LayerError("The loops of this code take too many rounds."))
            self.go_on(statement)

    def go_on(self, statement: ast.stmt) -> None:
        match statement:
            case ast.Assign(targets=[target], value=value):
                self.assign(target, self.value(value))
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                self.assign(target, self.value(value))
            case ast.AugAssign(target=ast.Name(id=name) as target, op=operator, value=value):
                named = ast.copy_location(ast.Name(name, ast.Load()), target)
                self.assign(target, self.value(ast.copy_location(ast.BinOp(named, operator, value), statement)))
            case ast.Expr(value=value):
                self.value(value)
            case ast.For(target=target, iter=items, body=body) if self.makes_layers(body):
                for item in self.items(items):
                    self.assign(target, item)
                    self.go_through(body)
            case ast.With(body=body):
                self.go_through(body)
            case ast.If(test=test, body=body, orelse=otherwise):
                self.go_one_way(self.holds(test), body, otherwise, statement.lineno)
            case ast.FunctionDef(name=name):
                self.values[name] = _Function(statement)
            case ast.ClassDef(name=name):
                self.values[name] = _Unread(name, statement.lineno)
            case ast.Return(value=value):
                raise _Returned(None if value is None else self.value(value), statement.lineno)
            case _ if self.makes_layers([statement]):
                raise _at(statement.lineno, LayerError("Layers in a statement like this are not read. Write them out."))

    def go_one_way(self, holds: bool | None, body: list[ast.stmt], otherwise: list[ast.stmt], line: int) -> None:
        if holds is None and self.makes_layers([*body, *otherwise]):
            raise _at(line, LayerError("Whether this condition holds cannot be read here. Write one of the two ways."))
        self.go_through(body if holds else otherwise if holds is False else [])

    def makes_layers(self, statements: list[ast.stmt]) -> bool:
        """Say whether something in these statements may make or call layers."""
        ours = {name for name, value in self.values.items() if isinstance(value, _Function | _Made | _Chain)}
        names = known_classes() | _MODELS | ours
        called = [node.func for statement in statements for node in ast.walk(statement) if isinstance(node, ast.Call)]
        named = [one.attr if isinstance(one, ast.Attribute) else getattr(one, "id", "") for one in called]
        return any(_OTHER_NAMES.get(name, name) in names for name in named)

    def holds(self, test: ast.expr) -> bool | None:
        """Say whether a condition holds; None where that is not known."""
        match test:
            case ast.Compare(left=ast.Name(id="__name__")):
                return True
            case ast.Compare(left=left, ops=[operator], comparators=[right]):
                compare = _COMPARED.get(type(operator))
                sides = [self.value(left), self.value(right)]
                known = all(one is None or isinstance(one, int | float | str) for one in sides)
                return compare(*sides) if compare and known and type(sides[0]) is type(sides[1]) else None
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                holds = self.holds(operand)
                return None if holds is None else not holds
        value = self.value(test)
        return bool(value) if value is None or isinstance(value, int | float | str) else None

    def assign(self, target: ast.expr, value: Any) -> None:
        match target:
            case ast.Name(id=name):
                self.values[name] = value
            case ast.Tuple(elts=targets) | ast.List(elts=targets):
                parts = value if isinstance(value, tuple | list) and len(value) == len(targets) else None
                for number, part in enumerate(targets):
                    self.assign(part, parts[number] if parts is not None else _UNKNOWN)

    def items(self, node: ast.expr) -> list[Any]:
        """Return what a loop goes through: numbers that are written out, or `range`."""
        match node:
            case ast.Call(func=ast.Name(id="range"), args=given):
                bounds = [self.value(one) for one in given]
                if bounds and all(type(bound) is int and abs(bound) <= _MOST_STEPS for bound in bounds):
                    return list(range(*bounds[:3])) if bounds[2:] != [0] else []
            case ast.Call(func=ast.Name(id="enumerate"), args=[inner]):
                return list(enumerate(self.items(inner)))
        items = self.value(node)
        if not isinstance(items, list | tuple):
            raise _at(node.lineno, LayerError("A loop is read over numbers that are written out, or over range(…)."))
        return list(items)

    # Values -----------------------------------------------------------------------------------------------------------

    def value(self, node: ast.expr) -> Any:
        """Return what an expression stands for, as far as it is understood."""
        match node:
            case ast.Constant(value=constant):
                return constant
            case ast.Name(id=name):
                return self.values.get(name, _UNKNOWN)
            case ast.Tuple(elts=parts):
                return _bounded(tuple(self.value(part) for part in parts))
            case ast.List(elts=parts):
                return _bounded([self.value(part) for part in parts])
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                value = self.value(operand)
                return -value if _is_number(value) else _UNKNOWN
            case ast.BinOp():
                return self.combined(node)
            case ast.Call():
                return self.call(node)
            case ast.Attribute(attr=name):
                # tf.nn.relu, keras.activations.relu
                return name
            case ast.JoinedStr():
                return self.text(node)
        return _UNKNOWN

    def text(self, node: ast.JoinedStr) -> Any:
        parts = [self.value(part.value if isinstance(part, ast.FormattedValue) else part) for part in node.values]
        return _bounded("".join(map(str, parts))) if all(isinstance(part, str | int) for part in parts) else _UNKNOWN

    def combined(self, node: ast.BinOp) -> Any:
        left, right = self.value(node.left), self.value(node.right)
        if isinstance(left, _Output) and isinstance(right, _Output) and type(node.op) in _OPERATORS:
            return self.apply(_Made(_OPERATORS[type(node.op)], {}), [left, right], node.lineno)
        if isinstance(left, tuple) and isinstance(right, tuple) and isinstance(node.op, ast.Add):
            return _bounded(left + right)
        if not (_is_number(left) and _is_number(right)):
            return _UNKNOWN
        return _calculated(node.op, left, right)

    # Calls ------------------------------------------------------------------------------------------------------------

    def call(self, node: ast.Call) -> Any:
        match node.func:
            case ast.Call():
                return self.apply_value(self.value(node.func), node)
            case ast.Name(id=name) if name in self.values:
                return self.apply_value(self.values[name], node)
            case ast.Attribute(value=ast.Name(id=owner), attr="add") if isinstance(self.values.get(owner), _Chain):
                for part in node.args[:1]:
                    self.values[owner].add(self.layer(part), node.lineno)
                return None
            case ast.Name(id=name) | ast.Attribute(attr=name):
                return self.make(name, node)
        return _UNKNOWN

    def make(self, name: str, node: ast.Call) -> Any:
        """Return what a call of something of Keras makes: a layer, an input, a model, or nothing that matters."""
        settings = {keyword.arg: self.value(keyword.value) for keyword in node.keywords if keyword.arg}
        name = _OTHER_NAMES.get(name, name)
        if name == "Sequential":
            chain = _Chain(str(settings.get("name") or "sequential"))
            for part in _parts(node):
                chain.add(self.layer(part), node.lineno)
            self.models.append(chain)
            return chain
        if name in ("Input", "InputLayer"):
            return self.input(settings, [self.value(one) for one in node.args], node.lineno, is_layer=name != "Input")
        if name == "Model":
            return self.model(settings, [self.value(one) for one in node.args], node.lineno)
        if name in _FUNCTIONS and node.args:
            return self.apply(_Made(_FUNCTIONS[name], settings), self.value(node.args[0]), node.lineno)
        if name in known_classes():
            return _Made(name, self.positional(name, settings, node))
        if name[:1].isupper():
            return _Unread(name, node.lineno)
        return _UNKNOWN

    def layer(self, node: ast.expr) -> Any:
        """Return a layer of a chain with the line that it stands in."""
        value = self.value(node)
        if isinstance(value, _Unread):
            raise value.error()
        if isinstance(value, _Output) and value.name in self.called:
            # An Input within a chain is a layer like others.
            return _Made("InputLayer", self.called.pop(value.name)["config"])
        if not isinstance(value, _Made | _Chain):
            raise _at(
                node.lineno, LayerError("This is no layer that is known here. Received: {code}.", code=_code(node))
            )
        return value

    def positional(self, name: str, settings: dict[str, Any], node: ast.Call) -> dict[str, Any]:
        names = POSITIONAL.get(name, ())
        if len(node.args) > len(names):
            raise _at(node.lineno, LayerError("Give the settings of {kind} with their names.", kind=name))
        given = {names[number]: self.value(argument) for number, argument in enumerate(node.args)}
        for setting, value in {**given, **settings}.items():
            if isinstance(value, _Unknown | _Unread) and not setting.endswith(
                ("_initializer", "_regularizer", "_constraint")
            ):
                raise _at(
                    node.lineno,
                    LayerError("What {setting} is cannot be read here. Write the number or the text.", setting=setting),
                )
        return {**given, **settings}

    def input(self, settings: dict[str, Any], given: list[Any], line: int, *, is_layer: bool) -> Any:
        shape = settings.get("shape", settings.get("input_shape", given[0] if given else None))
        if not isinstance(shape, tuple | list) or not all(side is None or type(side) is int for side in shape):
            raise _at(line, LayerError("Write the shape of the input as numbers, Input(shape=(28, 28, 1))."))
        made = _Made("InputLayer", {"batch_shape": [None, *shape], "name": settings.get("name") or "input"})
        return made if is_layer else self.apply(made, [], line)

    def model(self, settings: dict[str, Any], given: list[Any], line: int) -> _Model:
        inputs = settings.get("inputs", settings.get("input", given[0] if given else None))
        outputs = settings.get("outputs", settings.get("output", given[1] if len(given) > 1 else None))
        ends = [tuple(_flat(value)) for value in (inputs, outputs)]
        if not all(ends) or not all(isinstance(one, _Output) for end in ends for one in end):
            raise _at(line, LayerError("The inputs and outputs of this Model were not understood."))
        model = _Model(ends[0], ends[1], str(settings.get("name") or "functional"))
        self.models.append(model)
        return model

    def apply_value(self, value: Any, node: ast.Call) -> Any:
        if isinstance(value, _Function):
            return self.run(value, node)
        if isinstance(value, _Made | _Chain):
            return self.apply(value, self.value(node.args[0]) if node.args else None, node.lineno)
        if isinstance(value, _Unread) and any(isinstance(self.value(one), _Output) for one in node.args):
            raise value.error()
        return _UNKNOWN

    def run(self, function: "_Function", node: ast.Call | None = None) -> Any:
        """Go through a function of the code with what it is given, and return what it returns."""
        bound = self.bound(function.definition.args, node)
        if self.depth == _DEEPEST_CALLS:
            raise _at(function.definition.lineno, LayerError("The functions of this code call each other too deeply."))
        outside, self.depth = self.values, self.depth + 1
        self.values = outside | bound
        try:
            self.go_through(function.definition.body)
        except _Returned as returned:
            return returned.value
        finally:
            self.values, self.depth = outside, self.depth - 1
        return None

    def bound(self, parameters: ast.arguments, node: ast.Call | None) -> dict[str, Any]:
        """Return what the parameters of a function hold: what is given, else their defaults."""
        names = [one.arg for one in (*parameters.posonlyargs, *parameters.args)]
        bound: dict[str, Any] = dict.fromkeys([*names, *(one.arg for one in parameters.kwonlyargs)], _UNKNOWN)
        defaults = parameters.defaults
        bound |= {
            name: self.value(one) for name, one in zip(names[len(names) - len(defaults) :], defaults, strict=True)
        }
        keyed = zip(parameters.kwonlyargs, parameters.kw_defaults, strict=True)
        bound |= {one.arg: self.value(default) for one, default in keyed if default is not None}
        given = [] if node is None else node.args
        bound |= {name: self.value(one) for name, one in zip(names, given, strict=False)}
        keywords = [] if node is None else node.keywords
        return bound | {one.arg: self.value(one.value) for one in keywords if one.arg in bound}

    def apply(self, made: Any, given: Any, line: int) -> Any:
        """Call a layer on outputs and return its own; layers of a chain are called one after another."""
        sources = list(_flat(given))
        if isinstance(made, _Chain):
            made.is_part, output = True, given
            for layer in made.layers:
                output = output if layer.kind == "InputLayer" else self.apply(layer, output, line)
            return output
        if not all(isinstance(source, _Output) for source in sources):
            raise _at(line, LayerError("What {kind} is applied to was not understood.", kind=made.kind))
        if len(self.called) >= MOST_LAYERS:
            raise _at(line, LayerError("The model has too many layers; at most {most} are read.", most=MOST_LAYERS))
        described = _described(made, self.called, [source.name for source in sources])
        self.called[described["name"]] = described
        return _Output(described["name"])

    # The end ----------------------------------------------------------------------------------------------------------

    def description(self) -> bytes:
        """Return the last model of the code as Keras describes it."""
        functions = [value for value in self.values.values() if isinstance(value, _Function)]
        if not self.models and functions:
            # Nobody calls the function that makes it: what it makes by default is meant.
            self.run(functions[-1])
        if not self.models:
            raise ModelFileError(
                "There is no model in this code. Received: {count} layers. It ends with keras.Sequential([…]) or "
                "keras.Model(inputs, outputs).",
                count=len(self.called),
            )
        # The last one that stands for itself.
        whole = [model for model in self.models if isinstance(model, _Model) or not model.is_part]
        model = (whole or self.models)[-1]
        return json.dumps(_chain(model) if isinstance(model, _Chain) else self._functional(model)).encode()

    def _functional(self, model: _Model) -> dict[str, Any]:
        ends = {
            "input_layers": [[output.name, 0, 0] for output in model.inputs],
            "output_layers": [[output.name, 0, 0] for output in model.outputs],
        }
        return _document("Functional", model.name, list(self.called.values()), **ends)


@dataclass(frozen=True)
class _Unread:
    """A class of the code itself, or something that nobody here knows."""

    name: str
    line: int

    def error(self) -> ModelFileError:
        cause = LayerError(
            "{name} is no layer of Keras that is known here. Write its layers out, or take a known one.",
            name=shown(self.name),
        )
        return _at(self.line, cause)


def _chain(model: _Chain) -> dict[str, Any]:
    layers: dict[str, dict[str, Any]] = {}
    for made in model.layers:
        if not layers and made.kind != "InputLayer" and "input_shape" in made.settings:
            shape = made.settings["input_shape"]
            first = _Made("InputLayer", {"batch_shape": [None, *_flat(shape)], "name": "input"})
            layers["input"] = _described(first, layers, [])
        described = _described(made, layers, [])
        layers[described["name"]] = described
    if not layers or next(iter(layers.values()))["class_name"] != "InputLayer":
        raise ModelFileError(
            'The model "{name}" does not know its input size yet. Add keras.Input(shape) as its first layer.',
            name=shown(model.name),
        )
    return _document("Sequential", model.name, list(layers.values()))


def _document(kind: str, name: str, layers: list[dict[str, Any]], **ends: Any) -> dict[str, Any]:
    return {"class_name": kind, "config": {"name": name, "layers": layers, **ends}, "keras_version": "3"}


def _described(made: _Made, taken: dict[str, dict[str, Any]], sources: list[str]) -> dict[str, Any]:
    """Return a layer as Keras describes it, under the name that Keras would give it."""
    given = made.settings.get("name")
    name = given if isinstance(given, str) and given else free_name(made.kind, set(taken))
    settings = {
        setting: _full(made.kind, setting, value)
        for setting, value in made.settings.items()
        if setting not in _DROPPED and not isinstance(value, _Unknown | _Unread) and setting != "name"
    }
    settings = DEFAULTS.get(made.kind, {}) | settings
    nodes = [[[source, 0, 0, {}] for source in sources]] if sources else []
    return {"class_name": made.kind, "name": name, "config": {**settings, "name": name}, "inbound_nodes": nodes}


def _full(kind: str, setting: str, value: Any) -> Any:
    """Return a setting as Keras writes it out: amounts on all four sides."""
    if kind in ("ZeroPadding2D", "Cropping2D") and setting in _AMOUNTS:
        rows, columns = value if isinstance(value, tuple | list) and len(value) == 2 else (value, value)
        return [side if isinstance(side, tuple | list) else [side, side] for side in (rows, columns)]
    return value


def _parts(node: ast.Call) -> list[ast.expr]:
    """Return the layers that are written in a list, as the first argument or as `layers=`."""
    given = [*node.args[:1], *(keyword.value for keyword in node.keywords if keyword.arg == "layers")]
    return [part for one in given if isinstance(one, ast.List | ast.Tuple) for part in one.elts]


def _bounded(value: Any) -> Any:
    """Return a value, unless it is larger than any setting: code may double one again and again."""
    return value if _size(value) <= _LARGEST_VALUE else _UNKNOWN


def _size(value: Any) -> int:
    if isinstance(value, tuple | list):
        return 1 + sum(map(_size, value))
    return len(value) if isinstance(value, str) else 1


def _flat(value: Any) -> Iterator[Any]:
    if isinstance(value, list | tuple):
        yield from value
    elif value is not None:
        yield value


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_CALCULATED: Final[dict[type[ast.operator], Callable[[Any, Any], Any]]] = {
    ast.Add: lambda left, right: left + right,
    ast.Sub: lambda left, right: left - right,
    ast.Mult: lambda left, right: left * right,
    ast.Div: lambda left, right: left / right,
    ast.FloorDiv: lambda left, right: left // right,
    ast.Mod: lambda left, right: left % right,
}


def _calculated(operator: ast.operator, left: float, right: float) -> Any:
    """Return what two numbers give; powers only of small ones, for they grow without bounds."""
    if isinstance(operator, ast.Pow) and abs(left) <= 64 and 0 <= right <= 16:
        return left**right
    calculate = _CALCULATED.get(type(operator))
    if calculate is None or max(abs(left), abs(right)) > 1e12:
        return _UNKNOWN
    try:
        return calculate(left, right)
    except ZeroDivisionError:
        return _UNKNOWN


def _code(node: ast.expr) -> str:
    return shown(ast.unparse(node))
