"""One case (事项) per matter, whatever its kind, and the append-only record of what happened to it."""

from collections.abc import Iterable
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Case as ComputedCase
from django.db.models import Exists, OuterRef, Q, Value, When
from django.utils.translation import gettext_lazy as _

from accounts.models import Department, Project, User
from accounts.states import Role
from cases.registry import kinds_by_readers, kinds_for_residents, kinds_within_parents
from cases.states import Channel, Phase, PhotoLabel, Reserved, Urgency
from estate.models import Building, Household, HouseholdMember, Unit
from records.models import StoredFile

# Roles that see every case of their projects; the others see what an action gave them access to.
WIDE_ROLES = (Role.FRONTDESK, Role.SUPERVISOR, Role.GM, Role.QUALITY, Role.ADMIN)
# Who of them sees a matter by whom it is reserved for: a complaint about a colleague passes by that colleague.
READERS: dict[str, tuple[Role, ...]] = {
    "": WIDE_ROLES,
    Reserved.LEADERS: (Role.SUPERVISOR, Role.GM, Role.QUALITY),
    Reserved.MANAGERS: (Role.GM, Role.QUALITY),
    Reserved.MANAGER: (Role.GM,),
    Reserved.QUALITY: (Role.QUALITY,),
}
HEADS_READ = ("", Reserved.LEADERS)


class Counter(models.Model):
    """The last number given out under a prefix on a day, over the whole installation."""

    prefix = models.CharField(max_length=8)
    day = models.DateField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["prefix", "day"], name="counter_once_per_day")]

    def __str__(self) -> str:
        return f"{self.prefix}-{self.day:%Y%m%d}-{self.last:04d}"


def _read_by_role(user: User) -> dict[tuple[int, ...], list[str]]:
    """In which projects the person's roles see what: one entry where all of it is seen in the same ones."""
    found: dict[tuple[int, ...], list[str]] = {}
    for reserved, roles in READERS.items():
        projects = tuple(sorted(user.projects_as(*roles)))
        if projects:
            found.setdefault(projects, []).append(reserved)
    return found


def _kinds_read(user: User) -> dict[tuple[int, ...], list[str]]:
    """In which projects the person sees every case of which kinds, beside what roles that see all of it see there."""
    found: dict[tuple[int, ...], list[str]] = {}
    for roles, keys in kinds_by_readers().items():
        more = [Role(role) for role in roles if role not in WIDE_ROLES]
        projects = tuple(sorted(user.projects_as(*more))) if more else ()
        if projects:
            found.setdefault(projects, []).extend(keys)
    return found


class CaseQuerySet(models.QuerySet["Case"]):
    """Reads of cases."""

    def visible_to(self, user: User) -> Self:
        """Cases that the person may see: the only statement of it.

        Desk, supervisors and managers see their projects'; heads their department's; everybody what an action gave
        them access to; the readers of a kind all of it (cashiers: arrears); residents what concerns the household they
        are in now. What is reserved is seen by those above.
        """
        return self.all() if user.is_superuser else self.filter(self._seen(user))

    def hidden_from(self, user: User) -> Self:
        """The other ones. Asked of the same rows, it need not know first what is visible."""
        return self.none() if user.is_superuser else self.exclude(self._seen(user))

    def visible_at_work(self, user: User) -> Self:
        """The part of them that the person sees as staff, with everything written there; not one's own home's."""
        return self.all() if user.is_superuser else self.filter(self._at_work(user))

    @classmethod
    def _seen(cls, user: User) -> Q:
        seen = cls._at_work(user)
        if user.is_resident:
            homes = HouseholdMember.objects.current().filter(person__user=user).values("household_id")
            seen |= Q(household_id__in=homes, kind__in=kinds_for_residents())
        return seen

    @staticmethod
    def _at_work(user: User) -> Q:
        departments = [m.department_id for m in user.active_memberships if m.role == Role.HEAD and m.department_id]
        seen = Q(pk__in=[])
        for projects, reserved in _read_by_role(user).items():
            seen |= Q(project_id__in=projects, reserved_for__in=reserved)
        for projects, keys in _kinds_read(user).items():
            seen |= Q(project_id__in=projects, kind__in=keys, reserved_for="")
        if departments:
            seen |= Q(department_id__in=departments, reserved_for__in=HEADS_READ)
        # Who sees everything that is not reserved asks for single rights only where something is.
        granted = CaseAccess.objects.filter(case=OuterRef("pk"), ended_at=None)
        granted = granted.filter(Q(user=user) | Q(department_id__in=departments))
        wide = user.projects_as(*WIDE_ROLES)
        narrow = set(user.projects_as(*set(Role) - {Role.RESIDENT})) - set(wide)
        if narrow:
            seen |= Q(Exists(granted), project_id__in=narrow)
        if wide:
            seen |= Q(Exists(granted), ~Q(reserved_for=""), project_id__in=wide)
        return seen

    def with_parts(self, pks: Iterable[int]) -> Self:
        """Cases and what is part of them (a repair's callbacks). Asked of cases alone, so that indexes answer it."""
        wanted = list(pks)
        return self.filter(Q(pk__in=wanted) | Q(parent__in=wanted, kind__in=kinds_within_parents()))

    def open(self) -> Self:
        """Cases that are not closed."""
        return self.exclude(phase=Phase.CLOSED)

    def open_first(self) -> Self:
        """In the order of a list of everything: what is open first, then the newest."""
        is_over = When(phase=Phase.CLOSED, then=Value(1))
        over = ComputedCase(is_over, default=Value(0), output_field=models.IntegerField())
        return self.order_by(over, "-opened_at", "-pk")

    def for_lists(self) -> Self:
        """With what every list shows."""
        return self.select_related("project", "unit", "department", "handler")


class Case(models.Model):
    """A matter somebody brought or that fell due: repair, complaint, contact, callback, task …

    Details of a kind hang on it one-to-one. Only actions write it; `version` goes up with every event.
    """

    number = models.CharField(_("number"), max_length=30, unique=True)
    kind = models.CharField(_("kind"), max_length=20)
    state = models.CharField(_("state"), max_length=20)
    phase = models.CharField(_("phase"), max_length=10, choices=Phase.choices, default=Phase.OPEN)
    title = models.CharField(_("title"), max_length=200)
    category = models.CharField(_("category"), max_length=40, blank=True)
    grade = models.CharField(_("grade"), max_length=20, blank=True)
    urgency = models.CharField(_("urgency"), max_length=10, choices=Urgency.choices, default=Urgency.NORMAL)
    channel = models.CharField(_("channel"), max_length=10, choices=Channel.choices, default=Channel.PHONE)
    # Keys without an index of their own begin one of those below: each index is written with every case.
    project = models.ForeignKey(
        Project, models.PROTECT, related_name="cases", db_index=False, verbose_name=_("project")
    )
    unit = models.ForeignKey(
        Unit, models.PROTECT, related_name="cases", null=True, blank=True, db_index=False, verbose_name=_("unit")
    )
    # Of the unit, or where a matter of the common parts lies; lists and likely duplicates ask for it.
    building = models.ForeignKey(
        Building,
        models.PROTECT,
        related_name="cases",
        null=True,
        blank=True,
        db_index=False,
        verbose_name=_("building"),
    )
    place = models.CharField(_("place"), max_length=200, blank=True)
    household = models.ForeignKey(
        Household,
        models.PROTECT,
        related_name="cases",
        null=True,
        blank=True,
        db_index=False,
        verbose_name=_("household"),
    )
    contact_name = models.CharField(_("contact"), max_length=100, blank=True)
    contact_phone = models.CharField(_("contact phone"), max_length=20, blank=True)
    department = models.ForeignKey(
        Department, models.PROTECT, related_name="cases", null=True, blank=True, verbose_name=_("department")
    )
    handler = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="handled_cases",
        null=True,
        blank=True,
        verbose_name=_("handler"),
    )
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="taken_cases",
        null=True,
        blank=True,
        verbose_name=_("taken by"),
    )
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        related_name="children",
        null=True,
        blank=True,
        db_index=False,
        verbose_name=_("parent case"),
    )
    promised_at = models.DateTimeField(_("promised for"), null=True, blank=True)
    due_at = models.DateTimeField(_("due"), null=True, blank=True, help_text=_("earliest clock still running"))
    opened_at = models.DateTimeField(_("opened"))
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    reserved_for = models.CharField(_("seen by"), max_length=10, choices=Reserved.choices, blank=True, default="")
    # Taken over from another system: its facts are kept in full, but nobody is told of its deadlines.
    is_history = models.BooleanField(_("taken over"), default=False)
    reference = models.CharField(_("number in the former system"), max_length=40, blank=True)

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        constraints = [
            models.CheckConstraint(
                condition=Q(phase="closed", closed_at__isnull=False) | (~Q(phase="closed") & Q(closed_at=None)),
                name="case_closed_at_with_phase",
            ),
            models.UniqueConstraint(
                fields=["project", "reference"], condition=~Q(reference=""), name="case_reference_once"
            ),
        ]
        indexes = [
            models.Index(fields=["project", "kind", "due_at"], name="case_open_due", condition=~Q(phase="closed")),
            # Lists of what is open, of several kinds, in the order in which they are shown.
            models.Index(fields=["project", "due_at", "id"], name="case_open_by_due", condition=~Q(phase="closed")),
            models.Index(fields=["project", "category"], name="case_open_category", condition=~Q(phase="closed")),
            models.Index(fields=["handler", "due_at"], name="case_handler_due", condition=~Q(phase="closed")),
            models.Index(fields=["department", "due_at"], name="case_department_due", condition=~Q(phase="closed")),
            models.Index(fields=["project", "kind", "-opened_at"], name="case_project_opened"),
            models.Index(fields=["project", "-opened_at", "-id"], name="case_project_newest"),
            models.Index(fields=["project", "category", "-opened_at"], name="case_category_opened"),
            models.Index(fields=["unit", "-opened_at"], name="case_unit_opened"),
            models.Index(fields=["building", "-opened_at"], name="case_building_opened"),
            models.Index(fields=["household", "-opened_at"], name="case_household_opened"),
            models.Index(fields=["parent"], name="case_parent", condition=Q(parent__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def taker(self) -> User | None:
        """The colleague who took it, also one who has left since; nobody where somebody wrote it of their own home."""
        one = self.taken_by if self.is_taken else None
        return None if one is None or self.is_own_of(one) else one

    @property
    def is_taken(self) -> bool:
        """Say whether a colleague wrote it down, rather than its resident online."""
        one = self.taken_by
        return one is not None and (self.channel != Channel.ONLINE or (one.is_office and not self.is_own_of(one)))

    def is_own_of(self, user: User) -> bool:
        """Say whether it is a matter of somebody's own home: in it they are the resident, whatever else they are."""
        if self.household_id is None or not user.is_resident:
            return False
        here = HouseholdMember.objects.current().filter(household=self.household_id)
        return here.filter(person__user=user).exists()


def _meant_for(user: User) -> Q:
    """What of a visible case is for a person: everything of what they see as staff, else what is for residents."""
    if not user.is_office:
        return Q(for_resident=True)
    if not user.is_resident:
        return Q()
    return Q(for_resident=True) | Q(case__in=Case.objects.visible_at_work(user))


class EventQuerySet(models.QuerySet["Event"]):
    """Reads of events."""

    def visible_to(self, user: User) -> Self:
        """Events of visible cases, as far as they are meant for the person."""
        return self.filter(case__in=Case.objects.visible_to(user)).meant_for(user)

    def meant_for(self, user: User) -> Self:
        """Of cases that the person sees: staff read everything, residents what is meant for them."""
        return self.filter(_meant_for(user))


class Event(models.Model):
    """Something that happened to a case. Append-only; written by `sla.actions.happen` alone."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="events")
    kind = models.CharField(max_length=50)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True, help_text="when a phone out of signal says it happened")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True)
    data = models.JSONField(default=dict)
    text = models.TextField(blank=True)
    for_resident = models.BooleanField(default=False)

    objects = EventQuerySet.as_manager()

    class Meta:
        ordering = ["at", "pk"]
        verbose_name = _("case event")
        verbose_name_plural = _("case events")
        indexes = [
            models.Index(fields=["case", "at"], name="event_case_at"),
            models.Index(fields=["by", "-at"], name="event_by_at", condition=Q(by__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.kind}"


class CaseAccess(models.Model):
    """A right to see one case, given by an action to a person or a department."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="access")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True)
    department = models.ForeignKey(Department, models.PROTECT, related_name="+", null=True)
    granted_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "user"], condition=Q(ended_at=None, user__isnull=False), name="access_once_per_user"
            ),
            models.UniqueConstraint(
                fields=["case", "department"],
                condition=Q(ended_at=None, department__isnull=False),
                name="access_once_per_department",
            ),
            models.CheckConstraint(
                condition=Q(user__isnull=False) ^ Q(department__isnull=False), name="access_of_a_person_or_a_department"
            ),
        ]
        indexes = [models.Index(fields=["user", "case"], name="access_user", condition=Q(ended_at=None))]

    def __str__(self) -> str:
        return f"{self.case_id} → {self.user_id or self.department_id}"


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    """Reads of photos and papers."""

    def meant_for(self, user: User) -> Self:
        """Of cases that the person sees: staff get everything, residents what is meant for them."""
        return self.filter(_meant_for(user))


class Attachment(models.Model):
    """A photo, signature or paper of a case."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="attachments")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    label = models.CharField(max_length=12, choices=PhotoLabel.choices)
    for_resident = models.BooleanField(default=True)
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True)

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.case_id} {self.label}"


class Awaited(models.Model):
    """A case whose end another one waits for, though it was opened for somebody else.

    A complaint about a fault that was reported already: it hears of that repair like of one of its own.
    """

    case = models.ForeignKey(Case, models.PROTECT, related_name="+", help_text="the one that goes on")
    by_case = models.ForeignKey(Case, models.PROTECT, related_name="awaits", help_text="the one that waits for it")
    since = models.DateTimeField()
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "by_case"], name="awaited_once")]

    def __str__(self) -> str:
        return f"{self.case_id} ← {self.by_case_id}"


class Presence(models.Model):
    """Who is filling in which form of a case right now; no record, only a sign that others see and that expires.

    The one table whose rows are thrown away: nothing was decided yet, and what comes of it is an event.
    """

    LONGEST = 60

    case = models.ForeignKey(Case, models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    doing = models.CharField(max_length=LONGEST, help_text="the form, in the words of its button")
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "user"], name="presence_once")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.user_id} {self.doing}"
