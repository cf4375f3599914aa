"""What stands on a paper that was set as PDF."""

import re
import shutil
import subprocess

import pytest

poppler = pytest.mark.skipif(not shutil.which("pdftotext"), reason="poppler's pdftotext is not installed")


def words_on(pdf: bytes) -> str:
    """What is on a paper, without blanks: Chinese and Latin letters are set with a little space between."""
    assert pdf.startswith(b"%PDF")
    read = subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True)
    return re.sub(r"[\s\u200b]", "", read.stdout.decode())
