"""The clock of a server, set from outside while its programs run: nothing in our code knows."""

import mmap
import shutil
import struct
import subprocess
from datetime import datetime, timedelta
from pathlib import Path

SOURCE = Path(__file__).with_name("clock.c")
CAN_SET_CLOCKS = bool(shutil.which("gcc"))


class ServerClock:
    """The time of day that every process of the installation reads; the test's own goes on as it is."""

    def __init__(self, folder: Path, start: datetime) -> None:
        self.library, file = folder / "clock.so", folder / "clock"
        subprocess.run(["gcc", "-shared", "-fPIC", "-O2", "-o", self.library, SOURCE], check=True)
        file.write_bytes(bytes(8))
        with file.open("r+b") as opened:
            self._page = mmap.mmap(opened.fileno(), 8)
        self.environment = {"LD_PRELOAD": str(self.library), "SERVER_CLOCK": str(file)}
        self.ahead = timedelta(0)
        self.zone = start.tzinfo
        self.set_to(start)

    @property
    def now(self) -> datetime:
        """What it shows."""
        return datetime.now(self.zone) + self.ahead

    def set_to(self, moment: datetime) -> None:
        """Let it show that moment now."""
        self.set_by(moment - self.now)

    def set_by(self, span: timedelta) -> None:
        """Set it forward, or back, for all processes at once and without telling them."""
        self.ahead += span
        self._page[:] = struct.pack("=q", round(self.ahead.total_seconds()))
