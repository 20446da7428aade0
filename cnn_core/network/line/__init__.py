"""A network as one line of text, both ways.

The courses' notation is enough to begin with, `Conv-Pool-Conv-Pool-FC-SM`; a fuller one says everything:

    28x28x1-C32-C64v-P2-F-D100-D10sm                 layers one after another
    32x32x3-C16 -> C16-C16lin | -> +-R               a stage with two branches, the second one empty, added up
    64x64x3-C8 -> a: C64 | b: C64k5 -> a&b           branches with labels, joined along the channels

    line    = stage { "->" stage }
    stage   = branch { "|" branch }                  every branch begins where the stage before ended
    branch  = [ label ":" ] [ item { "-" item } ]
    item    = [ name "=" ] ( layer | join ) [ "[" name { "," name } "]" ] [ "!" ]
            | [ times "*" ] "(" line ")"
    join    = "+" | "*" | "&" | name "+" name … | name "*" name … | name "&" name …
    layer   = short form | activation | kind [ "(" setting "=" value { "," … } ")" ] | Conv | Pool | FC | SM

A join adds (`+`), multiplies (`*`) or puts channels behind one another (`&`); without names it joins all branches of
the stage before. `[…]` names the layers that an item takes its input from, where that is not the one before it. `!`
says that a layer is frozen. What a short form (`short.py`) does not say is as in a layer that is newly added.
"""

from cnn_core.network.line.read import START, read_line
from cnn_core.network.line.write import write_line

__all__ = ["START", "read_line", "write_line"]
