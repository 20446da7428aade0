"""Write `imagenet_classes.json`, the 1,000 class names of ImageNet in the order of a model's outputs.

    pip download --no-deps torchvision==0.28.0 && unzip torchvision-*.whl torchvision/models/_meta.py
    python assets/make/models/imagenet_classes.py torchvision/models/_meta.py

The file is read as text, so torch need not be there.
"""

import ast
import json
import sys
from pathlib import Path

MODELS = Path(__file__).resolve().parents[3] / "cnn_core" / "data" / "models"
VARIABLE = "_IMAGENET_CATEGORIES"


def read_names(source: str) -> list[str]:
    """Return the list of strings that `source` assigns to `VARIABLE`; nothing in it is run."""
    for statement in ast.parse(source).body:
        if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == VARIABLE:
            return [str(name) for name in ast.literal_eval(statement.value)]
    raise ValueError(f"no {VARIABLE} in this file")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    names = read_names(Path(sys.argv[1]).read_text(encoding="utf-8"))
    text = json.dumps(names, indent=0, ensure_ascii=False)
    (MODELS / "imagenet_classes.json").write_text(text + "\n", encoding="utf-8")
