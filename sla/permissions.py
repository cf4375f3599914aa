"""Who may touch deadlines."""

from accounts.models import User
from cases.models import Case
from cases.permissions import leads


def can_extend(user: User, case: Case) -> bool:
    """Whoever leads the work on the case may extend its deadlines."""
    return leads(user, case)
