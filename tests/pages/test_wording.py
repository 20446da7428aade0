"""What is said on the screen reads well: translated, one meaning for one word, no telegraph English, no mixed Korean.

`CONTRIBUTING.md`, "Words", has the rules.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from folders import ROOT

from pages.ui import state

OTHERS = [language for language in state.LANGUAGES if language != "en"]
each_language = pytest.mark.parametrize("language", OTHERS)

Said = str | tuple[str, str]
"""A message; of one that depends on a count, that for 1 and that for more."""


# What is said ---------------------------------------------------------------------------------------------------------


def keywords() -> set[str]:
    """Return the names of what `make catalogues` collects the first argument of."""
    listed = re.search(r"^KEYWORDS := (.*)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert listed is not None
    return {name.partition(":")[0] for name in listed.group(1).split()}


def literal(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def said_in(tree: ast.AST, names: set[str]) -> Iterator[tuple[str | None, Said]]:
    """Return each message of a module, with its context where it has one."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        name = ast.unparse(node.func).rpartition(".")[2]
        texts = [literal(argument) for argument in node.args[:2]]
        match name, texts:
            case "pgettext", [str(context), str(message)]:
                yield context, message
            case "ngettext", [str(one), str(many)]:
                yield None, (one, many)
            case _, [str(message), *_] if name in names:
                yield None, message


@pytest.fixture(scope="module")
def said() -> dict[tuple[str | None, Said], set[Path]]:
    """Return all that the app says, and in which files."""
    found: dict[tuple[str | None, Said], set[Path]] = {}
    names = keywords()
    for file in [ROOT / "app.py", *(ROOT / "pages").rglob("*.py"), *(ROOT / "cnn_core").rglob("*.py")]:
        for message in said_in(ast.parse(file.read_text(encoding="utf-8")), names):
            found.setdefault(message, set()).add(file.relative_to(ROOT))
    return found


@pytest.fixture(scope="module")
def catalogues() -> dict[str, Catalog]:
    found = {}
    for language in OTHERS:
        with (ROOT / "assets" / "catalogues" / language / "LC_MESSAGES" / "convscope.po").open("rb") as file:
            found[language] = read_po(file, locale=language)
    return found


@each_language
def test_everything_that_is_said_is_translated(
    language: str, said: dict[tuple[str | None, Said], set[Path]], catalogues: dict[str, Catalog]
) -> None:
    missing = []
    for context, message in said:
        known = catalogues[language].get(message if isinstance(message, str) else message[0], context)
        texts = () if known is None or known.fuzzy else known.string
        if not texts or not all([texts] if isinstance(texts, str) else texts):
            missing.append((context, message))
    assert missing == [], "Run `make catalogues` and translate these."


# One meaning for one word ---------------------------------------------------------------------------------------------

AGREED = {
    "how a network is described": """
        Activation | Augmentation | Bias | Channels | Convolution | Dead channels | Dense | Filters | Gradients | Height
        | Input | Input from | Kernel | Kernel size | Kind | Layer | Layers | Map | Max pooling | Average pooling
        | Momentum | Multiply-adds | Network | Optimizer | Output | Output size | Padding | Parameters | Pooling
        | Receptive field | Stride | Stride ↓ | Stride → | Transposed convolution | Weights | Width | Window | frozen
        | channels | height | input | parameters | width
    """,
    "what is done to pictures, in training and by hand": "Brightness | Contrast | Crop | Fill | Mirrored | Noise",
    "what is trained": """
        Accuracy | Batch | Class | Digits (MNIST) | Epochs | Learning rate | Seed | Test accuracy | accuracy | epoch
    """,
    "a picture, where it comes from, and a file of it": """
        A picture | Camera | Picture | Picture (PNG) | Picture (SVG) | Sample picture | Your file | Your picture
    """,
    "numbers and tables of them": """
        Column | Columns | Mean | Method | Part | Random numbers | Row | Rows | Share | Standard deviation
        | What differs | blue | green | no | red | yes
    """,
    "what a button does": """
        Compare | Go on | Pause | Play | Print | Remove | Shown | Speed | Stop | Stopped. | Try again | Upload
    """,
    "what is done with a picture": """
        Classification | Detection | Instance segmentation | Localization | Semantic segmentation
    """,
    "what work is at": "Starting TensorFlow.",
    "pages": "Course | Tasks | Train",
}
"""Short words that several parts of the app share, by what they mean there; one that means something else elsewhere is
said by `pgettext`, or by a longer word."""


def part_of_app(file: Path) -> str:
    """Return the package of a page, or the ground of them all, or the core."""
    if file.parts[0] == "cnn_core":
        return "core"
    if file.parts[:2] == ("pages", "ui") and len(file.parts) > 3:
        return file.parts[2]
    return re.sub(r"^\d+_|\.py$", "", file.name).partition("_")[0].lower()


def test_a_word_that_parts_of_the_app_share_has_one_meaning(said: dict[tuple[str | None, Said], set[Path]]) -> None:
    agreed = {word.strip() for words in AGREED.values() for word in words.split("|")}
    shared = {
        message: sorted(parts)
        for (context, message), files in said.items()
        if context is None
        and isinstance(message, str)
        and "{" not in message
        and len(message.split()) <= 2
        and len(parts := {part_of_app(file) for file in files}) > 1
    }
    assert {word: parts for word, parts in shared.items() if word not in agreed} == {}, (
        "If it means the same in all of them, enter it in AGREED; if not, say it otherwise in one of them."
    )


# English that reads well ----------------------------------------------------------------------------------------------

STILTED = {
    "“per channel”, not “a channel”": re.compile(
        r"\b(numbers?|values?|weights?|bytes?|bits|labels?|places|seconds|pixels|one|row|line)"
        r" an? (channel|filter|unit|epoch|layer|value|class|axis|side|batch|line|map)\b"
    ),
    "“at random”, “random numbers”": re.compile(r"\bby chance\b|\bchance numbers\b"),
    "“3×3 kernels”, not “kernels of 3×3”": re.compile(r"\b(kernels?|convolutions?|filters|layers) of \d+×\d+"),
    "“standard deviation”, not “spread”": re.compile(r"(?<![{\w])(of this|mean and|mean ±) spread\b", re.IGNORECASE),
    "“numbers”, not “figures”": re.compile(r"\bfigures\b", re.IGNORECASE),
    "“rotated”, not “turned”": re.compile(r"\b[Tt]urn(s|ed)? (left|right|around|by|the kernel|the picture)\b"),
    "a name for the number, not “so many”": re.compile(r"^(At most|In|Of) so many\b"),
    "no plural that is wrong for 1": re.compile(r"\blast \{\w+\} (rows|columns)\b"),
    "“mended” is for clothes": re.compile(r"\bmend(ed)?\b", re.IGNORECASE),
    "“is not a”, not “is no”": re.compile(r"(?<![Tt]here )\b(is|are) no (?!longer\b|lower\b|larger\b)"),
    "layers come “after” one another": re.compile(r"(?<!points )\bbehind\b"),
    "“again”, not “anew”": re.compile(r"\banew\b"),
    "“99%”, not “99 %”": re.compile(r"[\d}] %"),
}


@pytest.mark.parametrize("rule", STILTED)
def test_english_reads_well(rule: str, said: dict[tuple[str | None, Said], set[Path]]) -> None:
    messages = [message for _, message in said if isinstance(message, str)]
    assert [message for message in messages if STILTED[rule].search(message)] == []


@pytest.mark.parametrize(
    "text",
    [
        "Of constants only positive factors, one a channel",
        "sets values to 0 by chance",
        "Thirteen convolutions of 3×3",
        "Mean ± spread",
        "These figures (CSV)",
        "Turned left (degrees)",
        "At most so many parameters",
        "the last {rows} rows",
        "once the error is mended",
        "This is no model file",
        "Put a ReLU behind it",
        "Save it anew",
        "the 95 % interval",
    ],
)
def test_what_reads_badly_is_found(text: str) -> None:
    assert sum(bool(rule.search(text)) for rule in STILTED.values()) == 1


# Korean that reads well -----------------------------------------------------------------------------------------------

MIXED = {
    "신경망": "네트워크",
    "층": "레이어",
    "윈도우": r"윈도(?!우)",
    "특성 맵": r"(?<!\()특징 맵",
    "과적합": "과대적합",
    "노이즈": "잡음",
    "-세요": "십시오",
    "받은 값": "받은 것:",
    "Keras": "케라스",
    "both forms of a particle behind a field": r"\}[\"'”’*`]*(은|는|을|를|과|와)(?=[\s,.])",
}
"""The word that is used, and what must not stand in its place."""


@pytest.mark.parametrize("word", MIXED)
def test_korean_uses_one_word_for_one_thing(word: str, catalogues: dict[str, Catalog]) -> None:
    texts = [str(message.string) for message in catalogues["ko"] if message.id]
    assert [text for text in texts if re.search(MIXED[word], text)] == []
