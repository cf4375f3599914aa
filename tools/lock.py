"""Resolve the dependencies anew into lock files that name versions and hashes, and no host.

Needs `uv`; call it as `python3 -m tools.lock [path of uv]`.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOW = ["--generate-hashes", "--no-header", "--no-emit-index-url", "--universal", "--python-version", "3.11", "--quiet"]
# The development lock comes second and is held to the first, so that it stays a superset of it.
LOCKS: list[tuple[str, list[str]]] = [
    ("requirements.lock", ["pyproject.toml"]),
    ("requirements-dev.lock", ["pyproject.toml", "--group", "dev", "--constraint", "requirements.lock"]),
    ("requirements-node.lock", ["requirements-node.in"]),
]


def main(arguments: list[str]) -> int:
    """Write every lock file; return the exit code."""
    uv = arguments[0] if arguments else "uv"
    for name, sources in LOCKS:
        try:
            done = subprocess.run([uv, "pip", "compile", *HOW, *sources, "-o", name], cwd=ROOT, check=False)
        except FileNotFoundError:
            print(f"{uv} is not here: pip install uv, then make lock UV=path/of/uv", file=sys.stderr)
            return 1
        if done.returncode:
            return done.returncode
        print(f"wrote {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
