"""Bodies sent without their length: measured before anybody reads them, so that they count like all others."""

import tempfile
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings

Application = Callable[..., Iterable[bytes]]
IN_MEMORY = 1024 * 1024
STEP = 64 * 1024


def measured(application: Application) -> Application:
    """An application that knows how long a chunked body is; one beyond the limit is read no further, and refused."""

    def serve(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "").lower() and not environ.get("CONTENT_LENGTH"):
            _measure(environ)
        return application(environ, start_response)

    return serve


def _measure(environ: dict[str, Any]) -> None:
    """Set the body's length; more than the limit is as good as its end."""
    body = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  the request reads it, and lets it go
    size = 0
    while size <= settings.REQUEST_MAX_BYTES and (part := environ["wsgi.input"].read(STEP)):
        size += len(part)
        body.write(part)
    body.seek(0)
    environ["wsgi.input"], environ["CONTENT_LENGTH"] = body, str(size)
