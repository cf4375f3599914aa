"""Kept files on their way to a browser: never cached, inert, shown only where they are a picture or a paper."""

from django.http import FileResponse, Http404

from records.models import StoredFile

# A paper is drawn by the browser's own viewer, which a sandbox would keep from drawing it.
PAPER_POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
FILE_POLICY = f"sandbox; {PAPER_POLICY}"


def serve(stored: StoredFile) -> FileResponse:
    """The file as an answer; whoever may have it was asked before. Raises `Http404` where it is gone."""
    try:
        content = stored.file.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    picture = stored.content_type.startswith("image/")
    shown = picture or stored.content_type == "application/pdf"
    answer = FileResponse(content, content_type=stored.content_type, filename=stored.name, as_attachment=not shown)
    answer.headers["Cache-Control"] = "private, no-store"
    answer.headers["Content-Security-Policy"] = PAPER_POLICY if shown and not picture else FILE_POLICY
    return answer
