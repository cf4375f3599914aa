"""How people are told outside the application: channels, what goes over which, quiet hours, templates."""

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from accounts.models import Project, User
from accounts.states import Role
from core.names import Named
from notifications.rules import DECENT_FROM, DECENT_UNTIL, QUIET_FROM, QUIET_UNTIL
from notifications.states import ROBOTS, ChannelKind, Level, Medium
from records.crypto import encrypt

LONGEST_GATHERING = 12 * 60


def kept_by(user: User) -> Q:
    """Rows that the person administers: of their projects, and of the company where they administer all of it."""
    if user.is_superuser or user.has_role(None, Role.ADMIN):
        return Q()
    return Q(project_id__in=user.projects_as(Role.ADMIN))


class Channel(Named):
    """A way out of the application, set up by an administrator. Secrets are encrypted, or in the environment."""

    project = models.ForeignKey(
        Project,
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("project"),
        help_text=_("Empty: for the whole company."),
    )
    kind = models.CharField(_("kind"), max_length=10, choices=ChannelKind.choices)
    endpoint = models.CharField(
        _("server"),
        max_length=300,
        blank=True,
        help_text=_("E-mail: smtp.example.com:465. SMS: https://… of the gateway."),
    )
    account = models.CharField(
        _("account"), max_length=200, blank=True, help_text=_("User of the mail server or gateway.")
    )
    sender = models.CharField(
        _("sender"), max_length=200, blank=True, help_text=_("E-mail: the address it comes from. SMS: the signature.")
    )
    secret_stored = models.TextField(editable=False, blank=True)
    token_stored = models.TextField(editable=False, blank=True)
    is_active = models.BooleanField(_("in use"), default=True)

    history = HistoricalRecords(excluded_fields=["secret_stored", "token_stored"])

    class Meta:
        ordering = ["project", "pk"]
        verbose_name = _("channel")
        verbose_name_plural = _("channels")

    @property
    def is_robot(self) -> bool:
        """Say whether it writes into a group, and so once for all who are told."""
        return self.kind in ROBOTS

    def keep_secret(self, text: str) -> None:
        """Keep the password or signing key, encrypted."""
        self.secret_stored = encrypt(text)

    def keep_token(self, text: str) -> None:
        """Keep a robot's token, encrypted."""
        self.token_stored = encrypt(text)


class TellingRule(models.Model):
    """What goes over which channels in a project (or the company), and when people are left in peace."""

    project = models.OneToOneField(
        Project,
        models.PROTECT,
        related_name="telling",
        null=True,
        blank=True,
        verbose_name=_("project"),
        help_text=_("Empty: for every project without a rule of its own."),
    )
    info_over = models.ManyToManyField(Channel, related_name="+", blank=True, verbose_name=_("information over"))
    warning_over = models.ManyToManyField(Channel, related_name="+", blank=True, verbose_name=_("warnings over"))
    escalation_over = models.ManyToManyField(Channel, related_name="+", blank=True, verbose_name=_("escalations over"))
    quiet_from = models.TimeField(_("quiet from"), default=QUIET_FROM)
    quiet_until = models.TimeField(
        _("quiet until"),
        default=QUIET_UNTIL,
        help_text=_("In the project's own time. The same time twice: no quiet hours."),
    )
    residents_from = models.TimeField(_("residents are written to from"), default=DECENT_FROM)
    residents_until = models.TimeField(
        _("residents are written to until"),
        default=DECENT_UNTIL,
        help_text=_("An SMS to somebody without an account waits for these hours. The same time twice: the whole day."),
    )
    escalations_wait = models.BooleanField(
        _("escalations wait too"), default=False, help_text=_("Otherwise they go at once, at night as well.")
    )
    gather_minutes = models.PositiveSmallIntegerField(
        _("gather for minutes"),
        default=0,
        validators=[MaxValueValidator(LONGEST_GATHERING)],
        help_text=_("Information and warnings wait so long for others, and go to each person as one message."),
    )
    on_call_instead = models.BooleanField(
        _("outside working hours tell who is on call instead of everyone in the role"),
        default=False,
        help_text=_("Otherwise who is on call is told too. Where nobody is on call, everyone is told."),
    )

    history = HistoricalRecords(m2m_fields=["info_over", "warning_over", "escalation_over"])

    class Meta:
        ordering = ["project"]
        verbose_name = _("rule for telling")
        verbose_name_plural = _("rules for telling")
        # NULLs differ from each other in a unique column: of the company's rule there is one all the same.
        constraints = [models.UniqueConstraint(Coalesce("project", 0), name="telling_rule_once")]

    def __str__(self) -> str:
        return str(self.project) if self.project else str(_("The whole company"))

    def over(self, level: str) -> list[Channel]:
        """The channels in use for a level."""
        chosen: models.Manager[Channel] = getattr(self, f"{Level(level)}_over")
        return [channel for channel in chosen.all() if channel.is_active]


class MessageTemplate(models.Model):
    """The company's own words for a message, instead of the built-in sentence."""

    key = models.CharField(_("message"), max_length=60)
    medium = models.CharField(_("used for"), max_length=10, choices=Medium.choices, default=Medium.ANY, blank=True)
    language = models.CharField(
        _("language"), max_length=10, choices=[("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
    )
    subject = models.CharField(_("subject"), max_length=120, blank=True, help_text=_("For e-mail alone."))
    body = models.TextField(_("text"), max_length=1000)
    is_active = models.BooleanField(_("in use"), default=True)
    broken_at = models.DateTimeField(_("found broken"), null=True, editable=False)
    broken_why = models.CharField(max_length=200, blank=True, editable=False)

    history = HistoricalRecords(excluded_fields=["broken_at", "broken_why"])

    class Meta:
        ordering = ["key", "medium", "language"]
        verbose_name = _("message template")
        verbose_name_plural = _("message templates")
        constraints = [models.UniqueConstraint(fields=["key", "medium", "language"], name="template_once")]

    def __str__(self) -> str:
        return f"{self.key} {self.medium} {self.language}".replace("  ", " ")


def check_channels(project: Project | None, channels: list[Channel]) -> None:
    """Refuse channels of another project in a rule."""
    foreign = [channel for channel in channels if channel.project_id not in (None, project.pk if project else None)]
    if foreign:
        raise ValidationError(_("“%(channel)s” belongs to another project."), params={"channel": foreign[0]})
