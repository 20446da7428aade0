"""Keras code as the description that Keras would write of its model: the syntax tree is read, and nothing of it is run.

Understood is the common form: layers in a Sequential, by `add` or in a list, or called one after another as functions;
numbers and texts in variables; `for` over numbers that are written out; functions of the code itself; `if` where its
condition is known. What is said beside the model (data, compile, fit, print) is passed over.
"""

import ast
from typing import Final

from cnn_core.errors import LayerError, ModelFileError
from cnn_core.model_file.script.reading import Script
from cnn_core.model_file.script.values import Returned, at

LONGEST_CODE: Final = 200_000
"""Characters."""


def describe_script(code: str) -> bytes:
    """Return the architecture that Keras code makes, as JSON that `read_architecture` takes.

    Raises:
        ModelFileError: the line that is not understood, and what is.

    >>> import json
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
        raise at(line, LayerError("This is not valid Python: it breaks off or has an error here.")) from error
    script = Script()
    try:
        script.go_through(tree.body)
        return script.description()
    except Returned as returned:
        raise at(
            returned.line, LayerError("This is not valid Python: it breaks off or has an error here.")
        ) from returned
    except RecursionError as error:
        raise at(1, LayerError("The code is nested too deeply.")) from error
