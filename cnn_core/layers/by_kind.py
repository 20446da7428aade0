"""Functions that dispatch on the layer's kind: `functools.singledispatch`, whose rules lie in a plain dictionary.

singledispatch looks rules up through weak references, for classes that come and go; that takes longer than most rules.
"""

from collections.abc import Callable
from functools import singledispatch, update_wrapper
from typing import Any, ParamSpec, Protocol, TypeVar, cast, overload

Given = ParamSpec("Given")
Answer = TypeVar("Answer")
Answer_co = TypeVar("Answer_co", covariant=True)
Rule = TypeVar("Rule", bound=Callable[..., Any])


class ByKind(Protocol[Given, Answer_co]):
    """A function with one rule a kind; `register` takes a rule as that of singledispatch does."""

    def __call__(self, *args: Given.args, **kwargs: Given.kwargs) -> Answer_co: ...

    @overload
    def register(self, kind: type) -> Callable[[Rule], Rule]: ...
    @overload
    def register(self, kind: Rule) -> Rule: ...


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

    found: Any = update_wrapper(call, default)
    found.register = register
    return cast("ByKind[Given, Answer]", found)
