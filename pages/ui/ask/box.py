"""A box on a picture as readers drag it: top, left, bottom, right in whole pixels, ends excluded."""

Edges = tuple[int, ...]
"""Four of them where it is one: an address may say fewer."""


def fits(box: Edges, rows: int, columns: int) -> bool:
    """Say whether a box is one, and lies within a picture."""
    if len(box) != 4:
        return False
    top, left, bottom, right = box
    return 0 <= top < bottom <= rows and 0 <= left < right <= columns
