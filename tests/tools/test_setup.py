"""Setting up a machine: what is there already is recognised, what is broken is made anew, what is wrong is said."""

import sys
from pathlib import Path

import pytest

from tools import setup

pytestmark = pytest.mark.pure


def test_the_environment_that_runs_this_is_usable() -> None:
    assert setup.is_usable(Path(sys.prefix))


def test_an_environment_whose_python_is_gone_is_not_usable(tmp_path: Path) -> None:
    assert not setup.is_usable(tmp_path)
    (tmp_path / "bin").mkdir()
    setup.venv_python(tmp_path).symlink_to(tmp_path / "a Python that was uninstalled")
    assert not setup.is_usable(tmp_path)


def test_an_environment_of_another_python_is_not_usable(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    setup.venv_python(tmp_path).write_text("#!/bin/sh\necho '(3, 9)'\n")
    setup.venv_python(tmp_path).chmod(0o755)
    assert not setup.is_usable(tmp_path)


def test_a_stamp_holds_for_the_lock_it_names_only(tmp_path: Path) -> None:
    setup.stamp(tmp_path, "run", "one")
    assert setup.is_stamped(tmp_path, "run", "one")
    assert not setup.is_stamped(tmp_path, "run", "two")
    assert not setup.is_stamped(tmp_path, "dev", "one")


def test_what_the_stamp_names_is_not_installed_again(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    setup.venv_python(tmp_path).write_text("#!/bin/sh\nexit 1\n")  # would fail if it were asked to install
    setup.stamp(tmp_path, "run", setup.digest(setup.ROOT / setup.LOCKS["run"]))
    setup.install(tmp_path, "run")


def test_a_python_that_is_too_old_is_told_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(setup, "OLDEST", (99, 1))
    assert setup.main(["run"]) == 1
    assert "Python 99.1 or newer is needed" in capsys.readouterr().err


def test_an_unknown_kind_is_refused() -> None:
    assert setup.main(["everything"]) == 2
