"""The window stage in a browser: its parts, what it says, and how it is pointed at."""

from browsing import box_of
from playwright.sync_api import Locator, Page


def stage(page: Page, number: int = 0) -> Locator:
    return page.locator(".stage").nth(number)


def said(page: Page) -> Locator:
    return stage(page).locator(".said")


def output(page: Page) -> Locator:
    return stage(page).locator('[data-part="output"]')


def point(board: Locator, row: int, column: int, rows: int, columns: int, touch: bool = False) -> None:
    """Point at the middle of a cell."""
    board.scroll_into_view_if_needed()
    box = box_of(board)
    x, y = box["x"] + (column + 0.5) * box["width"] / columns, box["y"] + (row + 0.5) * box["height"] / rows
    if touch:
        board.page.touchscreen.tap(x, y)
    else:
        board.page.mouse.move(x, y)
