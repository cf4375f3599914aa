"""Takes a workbook of buildings, owners, charges, units and parking spaces over into a project's register."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Project
from core.errors import DomainError
from estate.imports.apply import apply
from estate.imports.draft import Counts
from estate.imports.plan import ImportPlan, plan
from estate.workbooks import MAX_FILE_BYTES, read_workbook


class Command(BaseCommand):
    """`manage.py import_register FILE.xlsx --project CODE [--dry-run] [--skip-bad]`."""

    help = "Takes a workbook of buildings, owners, charges, units and parking spaces over into a project's register."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the file, the project, and how careful to be."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--project", required=True, help="the project's code")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen and write nothing")
        parser.add_argument("--skip-bad", action="store_true", help="leave bad rows out and take the others over")

    def handle(self, *args: Any, **options: Any) -> None:
        """Say every finding and the counts; leave with status 1 where the workbook was refused."""
        project = Project.objects.filter(code=options["project"]).first()
        if project is None:
            raise CommandError(_("There is no project with the code %(code)s.") % {"code": options["project"]})
        file: Path = options["file"]
        try:
            prepared = plan(read_workbook(_content(file)), project)
            for error in prepared.errors:
                stream = self.stderr if error.is_error else self.stdout
                stream.write(f"{error.place}: {error.sentence}")
            if not options["dry_run"]:
                outcome = apply(prepared, by=None, at=timezone.now(), skip_bad=options["skip_bad"], name=file.name)
                prepared = outcome.plan
        except DomainError as refusal:
            raise CommandError(str(refusal)) from refusal
        self._report(prepared)
        if options["dry_run"] and not (prepared.is_clean or options["skip_bad"]):
            raise CommandError(_("Rows marked above cannot be taken over; nothing would be written."))

    def _report(self, prepared: ImportPlan) -> None:
        for sheet, counts in prepared.by_sheet.items():
            self.stdout.write(f"{sheet}: {_sentence(counts)}")
            self._left_out(prepared, sheet)
        for model, counts in prepared.draft.by_model().items():
            self.stdout.write(f"  {model._meta.verbose_name_plural}: {_sentence(counts)}")  # noqa: SLF001
        for sentence in prepared.draft.sums:
            self.stdout.write(sentence)
        left_out = len(prepared.register.bad_rows)
        if left_out:
            self.stdout.write(_("Rows left out: %(count)s") % {"count": left_out})

    def _left_out(self, prepared: ImportPlan, sheet: str) -> None:
        """Name the columns of a sheet that nothing was read from."""
        reading = next(one for one in prepared.register.sheets if one.name == sheet)
        names = reading.names_of(reading.matched.unused)
        if names:
            words = _("Columns not recognised: %(columns)s. They are not taken over.")
            self.stdout.write("  " + words % {"columns": names})


def _content(file: Path) -> bytes:
    """The file's bytes; one byte more than the limit is enough to refuse it."""
    try:
        with file.open("rb") as stream:
            return stream.read(MAX_FILE_BYTES + 1)
    except OSError as problem:
        raise CommandError(_("%(file)s cannot be read: %(why)s") % {"file": file, "why": problem.strerror}) from problem


def _sentence(counts: Counts) -> str:
    return _("%(created)s new, %(updated)s changed, %(unchanged)s as they were") % {
        "created": counts.created,
        "updated": counts.updated,
        "unchanged": counts.unchanged,
    }
