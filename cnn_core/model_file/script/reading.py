"""Going through the statements of Keras code: what variables hold, and which layers are called on what."""

import ast
import json
from dataclasses import dataclass, field
from typing import Any, Final

from cnn_core.errors import LayerError, ModelFileError
from cnn_core.model_file.kinds import known_classes
from cnn_core.model_file.script.describing import chain_description, described, functional_description
from cnn_core.model_file.script.signatures import OTHER_NAMES, POSITIONAL
from cnn_core.model_file.script.values import (
    COMPARED,
    UNKNOWN,
    Chain,
    Function,
    Made,
    Model,
    Output,
    Returned,
    Unknown,
    Unread,
    at,
    bounded,
    calculated,
    flat,
    is_number,
)
from cnn_core.model_file.shown import shown
from cnn_core.network.files import MOST_LAYERS

_MOST_STEPS: Final = 20_000
"""Statements that are gone through, each round of a loop anew."""
_DEEPEST_CALLS: Final = 20
_FUNCTIONS: Final = {
    name.lower(): name for name in ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum", "Concatenate")
}
_OPERATORS: Final = {ast.Add: "Add", ast.Sub: "Subtract", ast.Mult: "Multiply"}
_MODELS: Final = frozenset(("Sequential", "Model", "Input", "add"))


@dataclass
class Script:
    """Goes through statements and keeps what variables hold and which layers were called.

    Attributes:
        called: the layers in the order of their calls, as Keras describes them.
    """

    values: dict[str, Any] = field(default_factory=dict)
    called: dict[str, dict[str, Any]] = field(default_factory=dict)
    models: list[Chain | Model] = field(default_factory=list)
    steps: int = 0
    depth: int = 0

    # Statements -------------------------------------------------------------------------------------------------------

    def go_through(self, statements: list[ast.stmt]) -> None:
        for statement in statements:
            self.steps += 1
            if self.steps > _MOST_STEPS:
                raise at(statement.lineno, LayerError("The loops of this code run too many times."))
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
                self.values[name] = Function(statement)
            case ast.ClassDef(name=name):
                self.values[name] = Unread(name, statement.lineno)
            case ast.Return(value=value):
                raise Returned(None if value is None else self.value(value), statement.lineno)
            case _ if self.makes_layers([statement]):
                raise at(statement.lineno, LayerError("Layers in a statement like this are not read. Write them out."))

    def go_one_way(self, holds: bool | None, body: list[ast.stmt], otherwise: list[ast.stmt], line: int) -> None:
        if holds is None and self.makes_layers([*body, *otherwise]):
            raise at(
                line,
                LayerError(
                    "Whether this condition holds cannot be determined here. Write only one of the two branches."
                ),
            )
        self.go_through(body if holds else otherwise if holds is False else [])

    def makes_layers(self, statements: list[ast.stmt]) -> bool:
        """Say whether something in these statements may make or call layers."""
        ours = {name for name, value in self.values.items() if isinstance(value, Function | Made | Chain)}
        names = known_classes() | _MODELS | ours
        called = [node.func for statement in statements for node in ast.walk(statement) if isinstance(node, ast.Call)]
        named = [one.attr if isinstance(one, ast.Attribute) else getattr(one, "id", "") for one in called]
        return any(OTHER_NAMES.get(name, name) in names for name in named)

    def holds(self, test: ast.expr) -> bool | None:
        """Say whether a condition holds; None where that is not known."""
        match test:
            case ast.Compare(left=ast.Name(id="__name__")):
                return True
            case ast.Compare(left=left, ops=[operator], comparators=[right]):
                compare = COMPARED.get(type(operator))
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
                    self.assign(part, parts[number] if parts is not None else UNKNOWN)

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
            raise at(node.lineno, LayerError("Only loops over written-out numbers or over range(…) are read."))
        return list(items)

    # Values -----------------------------------------------------------------------------------------------------------

    def value(self, node: ast.expr) -> Any:
        """Return what an expression stands for, as far as it is understood."""
        match node:
            case ast.Constant(value=constant):
                return constant
            case ast.Name(id=name):
                return self.values.get(name, UNKNOWN)
            case ast.Tuple(elts=parts):
                return bounded(tuple(self.value(part) for part in parts))
            case ast.List(elts=parts):
                return bounded([self.value(part) for part in parts])
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                value = self.value(operand)
                return -value if is_number(value) else UNKNOWN
            case ast.BinOp():
                return self.combined(node)
            case ast.Call():
                return self.call(node)
            case ast.Attribute(attr=name):
                # tf.nn.relu, keras.activations.relu
                return name
            case ast.JoinedStr():
                return self.text(node)
        return UNKNOWN

    def text(self, node: ast.JoinedStr) -> Any:
        parts = [self.value(part.value if isinstance(part, ast.FormattedValue) else part) for part in node.values]
        return bounded("".join(map(str, parts))) if all(isinstance(part, str | int) for part in parts) else UNKNOWN

    def combined(self, node: ast.BinOp) -> Any:
        left, right = self.value(node.left), self.value(node.right)
        if isinstance(left, Output) and isinstance(right, Output) and type(node.op) in _OPERATORS:
            return self.apply(Made(_OPERATORS[type(node.op)], {}), [left, right], node.lineno)
        if isinstance(left, tuple) and isinstance(right, tuple) and isinstance(node.op, ast.Add):
            return bounded(left + right)
        if not (is_number(left) and is_number(right)):
            return UNKNOWN
        return calculated(node.op, left, right)

    # Calls ------------------------------------------------------------------------------------------------------------

    def call(self, node: ast.Call) -> Any:
        match node.func:
            case ast.Call():
                return self.apply_value(self.value(node.func), node)
            case ast.Name(id=name) if name in self.values:
                return self.apply_value(self.values[name], node)
            case ast.Attribute(value=ast.Name(id=owner), attr="add") if isinstance(self.values.get(owner), Chain):
                for part in node.args[:1]:
                    self.values[owner].add(self.layer(part), node.lineno)
                return None
            case ast.Name(id=name) | ast.Attribute(attr=name):
                return self.make(name, node)
        return UNKNOWN

    def make(self, name: str, node: ast.Call) -> Any:
        """Return what a call of something of Keras makes: a layer, an input, a model, or nothing that matters."""
        settings = {keyword.arg: self.value(keyword.value) for keyword in node.keywords if keyword.arg}
        name = OTHER_NAMES.get(name, name)
        if name == "Sequential":
            chain = Chain(str(settings.get("name") or "sequential"))
            for part in _parts(node):
                chain.add(self.layer(part), node.lineno)
            self.models.append(chain)
            return chain
        if name in ("Input", "InputLayer"):
            return self.input(settings, [self.value(one) for one in node.args], node.lineno, is_layer=name != "Input")
        if name == "Model":
            return self.model(settings, [self.value(one) for one in node.args], node.lineno)
        if name in _FUNCTIONS and node.args:
            return self.apply(Made(_FUNCTIONS[name], settings), self.value(node.args[0]), node.lineno)
        if name in known_classes():
            return Made(name, self.positional(name, settings, node))
        if name[:1].isupper():
            return Unread(name, node.lineno)
        return UNKNOWN

    def layer(self, node: ast.expr) -> Any:
        """Return a layer of a chain with the line that it stands in."""
        value = self.value(node)
        if isinstance(value, Unread):
            raise value.error()
        if isinstance(value, Output) and value.name in self.called:
            # An Input within a chain is a layer like others.
            return Made("InputLayer", self.called.pop(value.name)["config"])
        if not isinstance(value, Made | Chain):
            raise at(
                node.lineno, LayerError("This is not a layer that is known here. Received: {code}.", code=_code(node))
            )
        return value

    def positional(self, name: str, settings: dict[str, Any], node: ast.Call) -> dict[str, Any]:
        names = POSITIONAL.get(name, ())
        if len(node.args) > len(names):
            raise at(node.lineno, LayerError("Give the settings of {kind} with their names.", kind=name))
        given = {names[number]: self.value(argument) for number, argument in enumerate(node.args)}
        for setting, value in {**given, **settings}.items():
            if isinstance(value, Unknown | Unread) and not setting.endswith(
                ("_initializer", "_regularizer", "_constraint")
            ):
                raise at(
                    node.lineno,
                    LayerError(
                        "The value of {setting} cannot be determined here. Write the number or the text.",
                        setting=setting,
                    ),
                )
        return {**given, **settings}

    def input(self, settings: dict[str, Any], given: list[Any], line: int, *, is_layer: bool) -> Any:
        shape = settings.get("shape", settings.get("input_shape", given[0] if given else None))
        if not isinstance(shape, tuple | list) or not all(side is None or type(side) is int for side in shape):
            raise at(line, LayerError("Write the shape of the input as numbers, Input(shape=(28, 28, 1))."))
        made = Made("InputLayer", {"batch_shape": [None, *shape], "name": settings.get("name") or "input"})
        return made if is_layer else self.apply(made, [], line)

    def model(self, settings: dict[str, Any], given: list[Any], line: int) -> Model:
        inputs = settings.get("inputs", settings.get("input", given[0] if given else None))
        outputs = settings.get("outputs", settings.get("output", given[1] if len(given) > 1 else None))
        ends = [tuple(flat(value)) for value in (inputs, outputs)]
        if not all(ends) or not all(isinstance(one, Output) for end in ends for one in end):
            raise at(line, LayerError("The inputs and outputs of this Model were not understood."))
        model = Model(ends[0], ends[1], str(settings.get("name") or "functional"))
        self.models.append(model)
        return model

    def apply_value(self, value: Any, node: ast.Call) -> Any:
        if isinstance(value, Function):
            return self.run(value, node)
        if isinstance(value, Made | Chain):
            return self.apply(value, self.value(node.args[0]) if node.args else None, node.lineno)
        if isinstance(value, Unread) and any(isinstance(self.value(one), Output) for one in node.args):
            raise value.error()
        return UNKNOWN

    def run(self, function: "Function", node: ast.Call | None = None) -> Any:
        """Go through a function of the code with what it is given, and return what it returns."""
        bound = self.bound(function.definition.args, node)
        if self.depth == _DEEPEST_CALLS:
            raise at(function.definition.lineno, LayerError("The functions of this code call each other too deeply."))
        outside, self.depth = self.values, self.depth + 1
        self.values = outside | bound
        try:
            self.go_through(function.definition.body)
        except Returned as returned:
            return returned.value
        finally:
            self.values, self.depth = outside, self.depth - 1
        return None

    def bound(self, parameters: ast.arguments, node: ast.Call | None) -> dict[str, Any]:
        """Return what the parameters of a function hold: what is given, else their defaults."""
        names = [one.arg for one in (*parameters.posonlyargs, *parameters.args)]
        bound: dict[str, Any] = dict.fromkeys([*names, *(one.arg for one in parameters.kwonlyargs)], UNKNOWN)
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
        sources = list(flat(given))
        if isinstance(made, Chain):
            made.is_part, output = True, given
            for layer in made.layers:
                output = output if layer.kind == "InputLayer" else self.apply(layer, output, line)
            return output
        if not all(isinstance(source, Output) for source in sources):
            raise at(line, LayerError("What {kind} is applied to was not understood.", kind=made.kind))
        if len(self.called) >= MOST_LAYERS:
            raise at(line, LayerError("The model has too many layers; at most {most} are read.", most=MOST_LAYERS))
        description = described(made, self.called, [source.name for source in sources])
        self.called[description["name"]] = description
        return Output(description["name"])

    # The end ----------------------------------------------------------------------------------------------------------

    def description(self) -> bytes:
        """Return the last model of the code as Keras describes it."""
        functions = [value for value in self.values.values() if isinstance(value, Function)]
        if not self.models and functions:
            # Nobody calls the function that makes it: what it makes by default is meant.
            self.run(functions[-1])
        if not self.models:
            raise ModelFileError(
                "There is no model in this code. Received: {count} layers. It should end with keras.Sequential([…]) "
                "or keras.Model(inputs, outputs).",
                count=len(self.called),
            )
        # The last one that stands for itself.
        whole = [model for model in self.models if isinstance(model, Model) or not model.is_part]
        model = (whole or self.models)[-1]
        if isinstance(model, Chain):
            return json.dumps(chain_description(model)).encode()
        return json.dumps(functional_description(model, self.called)).encode()


def _parts(node: ast.Call) -> list[ast.expr]:
    """Return the layers that are written in a list, as the first argument or as `layers=`."""
    given = [*node.args[:1], *(keyword.value for keyword in node.keywords if keyword.arg == "layers")]
    return [part for one in given if isinstance(one, ast.List | ast.Tuple) for part in one.elts]


def _code(node: ast.expr) -> str:
    return shown(ast.unparse(node))
