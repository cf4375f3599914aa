"""Which files are ours: what the checks read."""

from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NOT_OURS = {"node_modules", "var", "migrations", "vendor", "__pycache__"}


def files(root: Path, suffix: str) -> Iterator[Path]:
    """Yield our files with a suffix, in a fixed order; hidden folders, migrations and what is fetched are left out."""
    for path in sorted(root.rglob(f"*{suffix}")):
        inner = path.relative_to(root).parts[:-1]
        if not any(part in NOT_OURS or part.startswith(".") for part in inner):
            yield path
