"""The languages in which the app can be read: English, which stands in the code, and one for each catalogue."""

from pathlib import Path

from babel import Locale

CATALOGUES = Path(__file__).parents[2] / "assets" / "catalogues"


def offered(catalogues: Path = CATALOGUES) -> dict[str, str]:
    """Return the languages by their codes, each called as those who speak it call it."""
    codes = sorted(file.parts[-3] for file in catalogues.glob("*/LC_MESSAGES/convscope.po"))
    return {"en": "English"} | {code: Locale.parse(code).get_display_name() or code for code in codes}
