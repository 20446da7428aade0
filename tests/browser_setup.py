"""Find a Chromium or Chrome for the tests; as a script also get one, and print where it is.

In this order: what `CONVSCOPE_BROWSER` names; an installed one; Playwright's own. Only as a script: Debian's package,
where this person may install one, then a download by Playwright. First the one that is made without a window: it takes
three fifths of the processor time, for it draws no frame of a window around each page.
"""

import os
import platform
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

PACKAGE = "chromium-headless-shell"
NAMES = (PACKAGE, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
PLACES = (
    "/usr/bin/chromium-headless-shell",
    "/usr/bin/chromium",
    "/usr/lib/chromium/chromium",
    "/opt/google/chrome/chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
ADVICE = (
    "The tests in a browser need Chromium or Chrome and none was found. Install one (Debian: apt-get install chromium) "
    "or name it: CONVSCOPE_BROWSER=/path/to/chromium. Received: CONVSCOPE_BROWSER={named}"
)
MINUTES_TO_INSTALL = 10


@cache
def find_browser() -> str | None:
    """Return the path of a browser that starts, or None."""
    if named := _named():
        return named if _starts(named) else None
    on_path = [found for name in NAMES if (found := shutil.which(name))]
    return next((place for place in [*on_path, *PLACES] if _starts(place)), None) or _playwrights_own()


def install_browser() -> str | None:
    """Get a browser by the system's packages or by Playwright; return its path, or None."""
    for attempt in (_install_debian_package, _download_by_playwright):
        attempt()
        find_browser.cache_clear()
        if found := find_browser():
            return found
    return None


def advice() -> str:
    """Say what to do where there is none."""
    return ADVICE.format(named=_named() or "(nothing)")


def _named() -> str:
    return os.environ.get("CONVSCOPE_BROWSER", "")


def _starts(path: str) -> bool:
    """Say whether this is a browser: Ubuntu's `chromium-browser` may be a script that only asks for a snap."""
    if not Path(path).is_file() or not os.access(path, os.X_OK):
        return False
    try:
        shown = subprocess.run(
            [path, "--version"], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return shown.returncode == 0 and "chrom" in shown.stdout.lower()


def _playwrights_own() -> str | None:
    # In a process of its own: Playwright allows one connection at a time, and a test may hold it.
    script = (
        "from playwright.sync_api import sync_playwright as start\nwith start() as p: print(p.chromium.executable_path)"
    )
    asked = subprocess.run([sys.executable, "-c", script], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    path = asked.stdout.strip()
    return path if asked.returncode == 0 and _starts(path) else None


def _install_debian_package() -> None:
    if shutil.which("apt-get") is None or (root := _as_root()) is None:
        return
    # Ubuntu's package of this name is a snap, which containers cannot start.
    if platform.freedesktop_os_release().get("ID") == "ubuntu":
        return
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    _run([*root, "apt-get", "update", "-q"], quiet)
    for package in (PACKAGE, "chromium"):  # an older Debian has the second only
        _run([*root, "apt-get", "install", "-y", "-q", "--no-install-recommends", package], quiet)
        if shutil.which(package):
            return


def _download_by_playwright() -> None:
    # The libraries that a downloaded Chromium needs are the system's, so they take root.
    with_libraries = ["--with-deps"] if sys.platform == "linux" and _as_root() is not None else []
    _run([sys.executable, "-m", "playwright", "install", *with_libraries, "chromium"])


def _as_root() -> list[str] | None:
    """Return what to put before a command that needs root: nothing, or sudo where it asks for no password."""
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return []
    if shutil.which("sudo") and subprocess.run(["sudo", "-n", "true"], capture_output=True).returncode == 0:
        return ["sudo", "-n"]
    return None


def _run(command: list[str], environment: dict[str, str] | None = None) -> None:
    """Run a command with its output on stderr; what counts is whether a browser is there afterwards."""
    print("$", *command, file=sys.stderr, flush=True)
    try:
        subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=sys.stderr, env=environment, timeout=60 * MINUTES_TO_INSTALL
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        print(error, file=sys.stderr)


def main() -> int:
    """Print the browser's path; install one where there is none, unless the person named one that does not start."""
    found = find_browser()
    if found is None and not _named():
        found = install_browser()
    if found is None:
        print(advice(), file=sys.stderr)
        return 1
    print(found)
    return 0


if __name__ == "__main__":
    sys.exit(main())
