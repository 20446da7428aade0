"""What every layer kind is, the list of all, and functions that dispatch on a layer's kind."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import singledispatch, update_wrapper
from types import MappingProxyType
from typing import Any, ClassVar, Final, ParamSpec, Protocol, TypeVar, cast, overload

from cnn_core.layers.settings import WithSettings
from cnn_core.layers.spelling import Spelling


class Group(StrEnum):
    """How the layer list is grouped for people, in this order."""

    INPUT = "input"
    CONVOLUTION = "convolution"
    POOLING = "pooling"
    RESIZING = "resizing"
    NORMALIZATION = "normalization"
    ACTIVATION = "activation"
    REGULARIZATION = "regularization"
    AUGMENTATION = "augmentation"
    SHAPE = "shape"
    DENSE = "dense"
    MERGE = "merge"


@dataclass(frozen=True)
class Layer(WithSettings):
    """Root of the layer kinds: what all of them say of themselves beside their settings.

    Attributes:
        group: where the list of kinds shows it.
        about: what the kind does, one sentence to translate.
        inputs: how many layers one takes its input from: (fewest, most).
        spelling: how Keras writes it.
        starter: the settings that a new layer begins with, where they are not the defaults.
        weight_names: Keras's names of all weights that a layer of this kind can have, in Keras's order.
        same_everywhere: whether it treats every place of a map alike, so that a stride may come before it as well.
    """

    group: ClassVar[Group]
    about: ClassVar[str] = ""
    inputs: ClassVar[tuple[int, int]] = (1, 1)
    spelling: ClassVar[Spelling] = Spelling()
    starter: ClassVar[Mapping[str, Any]] = MappingProxyType({})
    weight_names: ClassVar[tuple[str, ...]] = ()
    same_everywhere: ClassVar[bool] = False

    @property
    def kind(self) -> str:
        """The name of the kind, as Keras writes it."""
        return type(self).__name__

    @classmethod
    def keras_name(cls) -> str:
        """The name of the class that Keras has for this kind."""
        return cls.spelling.name or cls.__name__


KINDS: Final[dict[str, type[Layer]]] = {}
"""Every layer kind by its name, in the order in which people are shown them: group by group."""

MOST_INPUTS: Final = 64

AnyLayer = TypeVar("AnyLayer", bound=Layer)


def layer_kind(cls: type[AnyLayer]) -> type[AnyLayer]:
    """Enter a class in the list of kinds, behind those of its group."""
    groups = list(Group)
    kinds: list[type[Layer]] = [*KINDS.values(), cls]
    kinds.sort(key=lambda known: groups.index(known.group))
    KINDS.clear()
    KINDS.update({known.__name__: known for known in kinds})
    return cls


# Functions that dispatch on the kind ----------------------------------------------------------------------------------

Given = ParamSpec("Given")
Answer = TypeVar("Answer")
Answer_co = TypeVar("Answer_co", covariant=True)
Rule = TypeVar("Rule", bound=Callable[..., Any])


class ByKind(Protocol[Given, Answer_co]):
    """A function with one rule a kind; `register` takes a rule as that of singledispatch does.

    `knows` says whether a class has a rule, its own or one above it, beside the default.
    """

    def __call__(self, *args: Given.args, **kwargs: Given.kwargs) -> Answer_co: ...

    @overload
    def register(self, kind: type) -> Callable[[Rule], Rule]: ...
    @overload
    def register(self, kind: Rule) -> Rule: ...

    def knows(self, kind: type) -> bool: ...


def by_kind(default: Callable[Given, Answer]) -> ByKind[Given, Answer]:
    """Return a function that follows the rule for its first argument's class, or for the nearest one above it.

    >>> @by_kind
    ... def name(value: object) -> str:
    ...     return "something"
    >>> @name.register
    ... def _(value: int) -> str:
    ...     return "a whole number"
    >>> name(3), name(True), name("3")
    ('a whole number', 'a whole number', 'something')
    """
    generic = singledispatch(default)
    # What was found for a class stays: there are as many as there are kinds of layers.
    rules: dict[type, Callable[..., Answer]] = {}

    def call(*given: Any) -> Answer:
        kind = type(given[0])
        try:
            rule = rules[kind]
        except KeyError:
            rule = rules[kind] = generic.dispatch(kind)
        return rule(*given)

    def register(kind: Any) -> Any:
        rules.clear()
        return generic.register(kind)

    function: Any = update_wrapper(call, default)
    function.register = register
    function.knows = lambda kind: generic.dispatch(kind) is not default
    return cast("ByKind[Given, Answer]", function)
