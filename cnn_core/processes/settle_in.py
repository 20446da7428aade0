"""What a process does first that computes beside the pages."""

import sys


def settle_in(megabytes: int) -> None:
    """Bound this process's private memory and let the pages go first; Windows has no such bound."""
    if sys.platform == "win32":
        return
    import os
    import resource

    os.nice(5)
    limit = megabytes * 2**20
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
