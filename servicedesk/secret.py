"""A secret key for an installation that was given none: made once, kept beside the data, readable by its owner only."""

import contextlib
import os
import secrets
import tempfile
from pathlib import Path


def local_secret(path: Path) -> str:
    """Return the key in `path`, making it on the first call; two processes starting together agree on one."""
    if not path.exists():
        fd, draft = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(fd, "w") as file:
            file.write(secrets.token_urlsafe(50))
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
        os.unlink(draft)
    return path.read_text().strip()
