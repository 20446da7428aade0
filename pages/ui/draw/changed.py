"""What a picture that passes changes on a page: the browser puts it in its place, and no part is drawn anew for it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Changed:
    """What is new, by the names that elements were given with `named`.

    Attributes:
        texts: what they say.
        pictures: their addresses.
        styles: declarations.
    """

    texts: Mapping[str, str] = field(default_factory=dict)
    pictures: Mapping[str, str] = field(default_factory=dict)
    styles: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def __or__(self, other: "Changed") -> "Changed":
        return Changed(
            {**self.texts, **other.texts}, {**self.pictures, **other.pictures}, {**self.styles, **other.styles}
        )

    def data(self) -> dict[str, Any]:
        """Return it as `passing.js` takes it."""
        return asdict(self)


def named(name: str) -> str:
    """Return the attribute that gives an element a name; one without a name has none."""
    return f'data-passing="{name}"' if name else ""
