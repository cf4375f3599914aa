"""Make a bare machine able to run or test the project: a virtual environment, the front-end files, the catalogues.

Runs on the system's Python with its standard library alone. Each part leaves a stamp naming what it was made from,
so that a second call finds nothing to do. Call it as `python3 -m tools.setup run` or `… dev`.
"""

import fcntl
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = Path(os.environ.get("VENV", str(ROOT / ".venv")))
OLDEST = (3, 11)
# The second lock holds everything of the first, at the same versions (tests/tools/test_locks.py).
LOCKS = {"run": "requirements.lock", "dev": "requirements-dev.lock"}


class SetUpError(Exception):
    """Something on this machine stands in the way; the message says what to do."""


def venv_python(venv: Path = VENV) -> Path:
    """Return the path of the environment's interpreter, present or not."""
    return venv / "bin" / "python"


def digest(*paths: Path) -> str:
    """Return the SHA-256 of some files' contents, in order."""
    found = hashlib.sha256()
    for path in paths:
        found.update(path.read_bytes())
    return found.hexdigest()


def is_usable(venv: Path) -> bool:
    """Say whether the environment runs, with the Python that is calling, and has pip."""
    if not venv_python(venv).exists():
        return False
    probe = "import pip, sys; print(sys.version_info[:2])"
    try:
        asked = subprocess.run([venv_python(venv), "-c", probe], capture_output=True, text=True, check=False)
    except OSError:
        return False
    return asked.stdout.strip() == str(sys.version_info[:2])


def make_venv(venv: Path) -> None:
    """Create the environment afresh; raise `SetUpError` where this Python cannot."""
    say(f"Making {venv.name} with Python {sys.version.split()[0]}")
    made = subprocess.run([sys.executable, "-m", "venv", "--clear", venv], capture_output=True, text=True, check=False)
    if made.returncode:
        raise SetUpError(
            f"{made.stdout}{made.stderr}\nThis Python cannot make a virtual environment. "
            "On Debian and Ubuntu: apt install python3-venv"
        )


def install(venv: Path, kind: str) -> None:
    """Install the locked packages of `kind` unless the stamp says they are there."""
    lock = ROOT / LOCKS[kind]
    wanted = digest(lock)
    if is_stamped(venv, kind, wanted) and venv_python(venv).exists():
        return
    if not is_usable(venv):
        make_venv(venv)
    say(f"Installing {lock.name} (once; a minute or so)")
    pip = [str(venv_python(venv)), "-m", "pip", "install", "-qq", "--no-input", "--disable-pip-version-check"]
    done = subprocess.run([*pip, "--require-hashes", "--requirement", str(lock)], check=False)
    if done.returncode:
        raise SetUpError(f"pip could not install {lock.name}; its own words are above.")
    stamp(venv, kind, wanted)
    if kind == "dev":
        stamp(venv, "run", digest(ROOT / LOCKS["run"]))


def stamp_path(venv: Path, kind: str) -> Path:
    """Return the file that remembers which lock was installed."""
    return venv / f".installed-{kind}"


def stamp(venv: Path, kind: str, value: str) -> None:
    """Remember what was installed."""
    stamp_path(venv, kind).write_text(value, encoding="ascii")


def is_stamped(venv: Path, kind: str, value: str) -> bool:
    """Say whether the stamp names exactly this lock."""
    path = stamp_path(venv, kind)
    return path.exists() and path.read_text(encoding="ascii") == value


@contextmanager
def alone() -> Iterator[None]:
    """Hold the checkout's set-up lock: two `make` at once take turns."""
    folder = ROOT / "var"
    folder.mkdir(exist_ok=True)
    with (folder / "setup.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def say(text: str) -> None:
    """Tell the person at the terminal what takes time."""
    print(f"· {text}", file=sys.stderr, flush=True)


def build(venv: Path) -> None:
    """Fetch the front-end files and compile the catalogues; each looks at its own stamp first."""
    for step in ("tools/frontend.py", "-m tools.catalogues compile"):
        if subprocess.run([str(venv_python(venv)), *step.split()], cwd=ROOT, check=False).returncode:
            raise SetUpError(f"python {step} failed; its own words are above.")


def main(arguments: list[str]) -> int:
    """Set up for `run` or `dev`; return the exit code."""
    if sys.version_info < OLDEST:
        print(f"Python {OLDEST[0]}.{OLDEST[1]} or newer is needed; this is {sys.version.split()[0]}.", file=sys.stderr)
        return 1
    if len(arguments) != 1 or arguments[0] not in LOCKS:
        print("usage: python3 -m tools.setup run|dev", file=sys.stderr)
        return 2
    try:
        with alone():
            install(VENV, arguments[0])
            build(VENV)
    except SetUpError as problem:
        print(f"✗ {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
