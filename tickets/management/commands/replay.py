"""`manage.py replay FILE.csv --project CODE`: past requests through the desk's own actions, at their own times."""

import argparse
import json
import time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.models import Department, Project
from accounts.states import DepartmentKind
from tickets.actions.takeover import Takeover, close_account, open_account
from tickets.models import Category
from tickets.replaying import Report, Row, compare, count_repeats, replay
from tickets.states import Kind
from tickets.takeover import NotThisFormat, PastRequest, read

CATEGORY = "heating"


class Command(BaseCommand):
    help = (
        "Take past requests over (City of Boston open 311 CSV). A project that is not there is made, in New York time."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--project", required=True, help="code of the project")
        parser.add_argument("--time-zone", default="America/New_York", help="of a project that is made")
        parser.add_argument("--category", default=CATEGORY, help="code of the ticket category (default: heating)")

    def handle(self, *args: Any, **options: Any) -> None:
        began = time.monotonic()
        project = self._project(options["project"], options["time_zone"])
        rows = self._rows(options["file"], project.tz)
        category = Category.objects.filter(code=options["category"], kind=Kind.REPAIR).first()
        if category is None:
            raise CommandError(f"There is no repair category “{options['category']}”; run load_defaults first.")
        account = open_account(project=project, by=None, at=timezone.now())
        report, is_whole = Report(), False
        try:
            report = replay(rows, into=Takeover(project, account, category), tell=self._progress)
            is_whole = True
            requests = [row for row in rows if isinstance(row, PastRequest)]
            compare(requests, project=project, report=report)
            count_repeats(requests, report)
        finally:
            close_account(project=project, by=None, at=timezone.now(), data=report.counts(), is_whole=is_whole)
        self._tell(report, time.monotonic() - began)

    def _project(self, code: str, time_zone: str) -> Project:
        project, is_new = Project.objects.get_or_create(
            code=code, defaults={"name_zh": code, "name_en": code, "time_zone": time_zone}
        )
        if is_new:
            Department.objects.create(
                project=project, kind=DepartmentKind.MAINTENANCE, name_zh="维修部", name_en="Maintenance"
            )
            self.stdout.write(f"Made project {code} in {time_zone}.")
        return project

    def _rows(self, path: Path, zone: ZoneInfo) -> list[Row]:
        try:
            with path.open(encoding="utf-8-sig", newline="") as lines:
                return list(read(lines, zone))
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}") from error
        except UnicodeDecodeError as error:
            raise CommandError(f"{path} is not a text file in UTF-8.") from error
        except NotThisFormat as error:
            raise CommandError(f"{path} lacks the columns: {error}") from error

    def _progress(self, report: Report) -> None:
        self.stderr.write(f"{report.taken + report.known} of {report.rows} rows …")

    def _tell(self, report: Report, seconds: float) -> None:
        for row in report.refused:
            self.stdout.write(f"line {row.line} ({row.reference or 'no number'}): {row.reason}")
        for reference in report.unlike:
            self.stdout.write(f"verdict differs: {reference}")
        self.stdout.write(json.dumps({**report.counts(), "seconds": round(seconds, 1)}))
