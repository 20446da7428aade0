"""What the open layer's maps are made of, as data for the browser, which answers whoever points at one."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from cnn_core.drawing.mosaic import Mosaic
from cnn_core.models.info import ModelInfo
from cnn_core.models.run import Influences
from cnn_core.network.summary import Row
from pages.ui.components import data_url
from pages.ui.draw.channels import picture_channels
from pages.ui.text import _


def data_of(info: ModelInfo, rows: Mapping[str, Row], layer: str, found: Influences) -> dict[str, Any]:
    """Return what `influences.js` draws from."""
    made = found.contributions
    has_maps = len(rows[layer].output_shape) > 1
    return {
        "layer": layer,
        "sources": [
            {
                "layer": source,
                "names": [_(channel.name) for channel in picture_channels(info, rows[source])],
                **_sheet(found.sheets.get(source)),
            }
            for source in made.sources
        ],
        # By map: number of the source, channel and amount of each part, one after the other.
        "parts": [
            [
                number
                for part in zip(made.numbers[:, i].tolist(), made.channels[:, i].tolist(), amounts, strict=True)
                for number in part
            ]
            for i, amounts in enumerate(_rounded(made.amounts.T))
        ],
        "others": made.others,
        "rest": _rounded(made.rest),
        "bias": _rounded(made.bias),
        "words": {
            "title": _("Map {channel} is made of") if has_maps else _("Unit {channel} is made of"),
            "others": _("the others ({count}) add up to {amount}"),
            "bias": _("bias {amount}"),
            "of": _("{channel} of {layer}"),
        },
    }


def _rounded(values: Any) -> Any:
    """Return numbers with three digits that count, as text of JSON has them; what is no number as None."""
    if values.ndim > 1:
        return [_rounded(row) for row in values]
    return [float(f"{value:.3g}") if np.isfinite(value) else None for value in values.tolist()]


def _sheet(sheet: Mosaic | None) -> dict[str, Any]:
    if sheet is None:
        return {"picture": None, "channels": [], "columns": 1, "cell": [1, 1], "size": [1, 1]}
    width, height = sheet.cell_width, sheet.cell_height
    return {
        "picture": data_url(sheet.png),
        "channels": sheet.channels,
        "columns": sheet.columns,
        "cell": [width, height],
        "size": [sheet.columns * width, sheet.rows * height],
    }
