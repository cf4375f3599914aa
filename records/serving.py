"""Kept files on their way to a browser: never cached, inert, opened only where they are a paper of ours."""

from django.http import FileResponse, Http404

from records.models import StoredFile

# A paper is drawn by the browser's own viewer, which a sandbox would keep from drawing it.
PAPER_POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
FILE_POLICY = f"sandbox; {PAPER_POLICY}"


def serve(stored: StoredFile, *, outside: bool = False) -> FileResponse:
    """The file as an answer; whoever may have it was asked before. Raises `Http404` where it is gone.

    `outside`: somebody brought it, and it is only ever taken away, even where it is a paper.
    """
    try:
        content = stored.file.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    # Only what we wrote ourselves opens in a window of its own; what came from outside is kept, or shown inside a page.
    paper = stored.content_type == "application/pdf" and not outside
    answer = FileResponse(content, content_type=stored.content_type, filename=stored.name, as_attachment=not paper)
    answer.headers["Cache-Control"] = "private, no-store"
    answer.headers["Content-Security-Policy"] = PAPER_POLICY if paper else FILE_POLICY
    return answer
