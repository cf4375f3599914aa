"""Files, long work with progress, idempotency, audit, search tokens, and what waits for a second person."""

from records.models.approvals import Approval, ApprovalQuerySet
from records.models.kept import (
    PICTURE,
    AuditEntry,
    AuditQuerySet,
    Draft,
    DraftQuerySet,
    IdempotencyRecord,
    LongWork,
    SearchToken,
    StoredFile,
    new_token,
)

__all__ = [
    "PICTURE",
    "Approval",
    "ApprovalQuerySet",
    "AuditEntry",
    "AuditQuerySet",
    "Draft",
    "DraftQuerySet",
    "IdempotencyRecord",
    "LongWork",
    "SearchToken",
    "StoredFile",
    "new_token",
]
