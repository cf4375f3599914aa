"""Numbers given out by several programs at the same moment."""

import json

from tests.sla.stage import Stage

PROGRAMS, EACH = 4, 15


def test_programs_that_open_cases_at_once_leave_neither_gap_nor_double(stage: Stage) -> None:
    """A third of the openings fail half-way: what was not opened was not numbered."""
    stage.make(0)
    running = [stage.start("-m", "tests.sla.kill_scene", "number", str(EACH)) for _ in range(PROGRAMS)]
    for process in running:
        assert process.wait(timeout=300) == 0
    logs = [log.read_text() for log in stage.folder.glob("[0-9]*.log")]
    given = [number for log in logs for number in json.loads(log.splitlines()[-1])]
    assert len(given) == PROGRAMS * EACH * 2 // 3
    assert sorted(int(number.rpartition("-")[2]) for number in given) == list(range(1, len(given) + 1))
