"""What administrators, leaders and readers may enter about telling."""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar, cast
from urllib.parse import urlsplit

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Department, User
from accounts.states import Role
from notifications.models import POSTS, Channel, MessageTemplate, TellingRule, check_channels
from notifications.models.means import LONGEST_GATHERING
from notifications.rules import unknown_placeholders
from notifications.sentences import known_sentences, offered
from notifications.states import ROBOTS, ChannelKind, Delivery, Level
from records.crypto import decrypt
from records.forms import DayField, MomentField

# The framework's classes take a type in its stubs only.
if TYPE_CHECKING:
    ChannelFields = forms.ModelForm[Channel]
    RuleFields = forms.ModelForm[TellingRule]
    TemplateFields = forms.ModelForm[MessageTemplate]
else:
    ChannelFields = RuleFields = TemplateFields = forms.ModelForm

SMTP_SERVER = re.compile(r"[A-Za-z0-9.-]+(:\d{1,5})?")
HERE = ("localhost", "127.0.0.1", "::1")
LONGEST_SECRET = 500


def _picker() -> forms.DateTimeInput:
    return forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


def _secret(label: Any, help_text: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        required=False,
        max_length=LONGEST_SECRET,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


class ChannelForm(ChannelFields):
    """A channel; its secrets go in and never come out again."""

    secret = _secret(
        gettext_lazy("Password or signing key"),
        gettext_lazy("Left empty it stays as it is. env:NOTIFY_… takes it from the environment."),
    )
    token = _secret(
        gettext_lazy("Robot's token"), gettext_lazy("The last part of the robot's address. Left empty it stays.")
    )

    class Meta:
        model = Channel
        fields = ("name_zh", "name_en", "project", "kind", "endpoint", "account", "sender", "is_active")

    def clean(self) -> dict[str, Any]:
        """What each kind needs."""
        data = cast(dict[str, Any], super().clean())
        kind, endpoint = data.get("kind"), data.get("endpoint", "")
        if kind == ChannelKind.MAIL and not SMTP_SERVER.fullmatch(endpoint):
            self.add_error("endpoint", _("Enter the mail server as name:port."))
        if kind == ChannelKind.MAIL and "@" not in data.get("sender", ""):
            self.add_error("sender", _("Enter the address that mails come from."))
        if kind == ChannelKind.SMS and not _is_safe(endpoint):
            self.add_error("endpoint", _("Enter the gateway's address, beginning with https://."))
        if kind in ROBOTS and not (data.get("token") or self.instance.token_stored):
            self.add_error("token", _("A robot needs its token."))
        for name in ("secret", "token"):
            self._check_variable(name, data.get(name, ""))
        return data

    def _check_variable(self, name: str, text: str) -> None:
        if text.startswith("env:") and not re.fullmatch(r"env:NOTIFY_[A-Z0-9_]+", text):
            self.add_error(name, _("Only variables whose name begins with NOTIFY_ are read."))

    def save(self, commit: bool = True) -> Channel:
        """Keep the secrets that were entered, encrypted."""
        if self.cleaned_data.get("secret"):
            self.instance.keep_secret(self.cleaned_data["secret"])
        if self.cleaned_data.get("token"):
            self.instance.keep_token(self.cleaned_data["token"])
        return super().save(commit)


def _is_safe(address: str) -> bool:
    """Say whether an address is one of TLS, or of this very machine."""
    parts = urlsplit(address)
    return bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in HERE))


def secret_words(stored: str) -> str:
    """What may be said of a stored secret."""
    if not stored:
        return _("none")
    try:
        text = decrypt(stored)
    except Exception:  # whatever the reason: it has to be entered again
        return _("cannot be read")
    return text if text.startswith("env:") else _("on file")


class TestForm(forms.Form):
    """Where a test goes; the key makes that a form sent twice sends once."""

    address = forms.CharField(label=gettext_lazy("Send it to"), max_length=200)
    idempotency_key = forms.CharField(max_length=100, widget=forms.HiddenInput)

    def __init__(self, *args: Any, kind: str, **more: Any) -> None:
        super().__init__(*args, **more)
        if kind in ROBOTS:
            del self.fields["address"]
        else:
            mail = kind == ChannelKind.MAIL
            self.fields["address"].help_text = _("An e-mail address.") if mail else _("A phone number.")
            self.fields["address"].widget.input_type = "email" if mail else "tel"


class TellingRuleForm(RuleFields):
    """What goes over which channels, and when people are left in peace."""

    gather_minutes = forms.IntegerField(
        label=gettext_lazy("gather for minutes"),
        min_value=0,
        max_value=LONGEST_GATHERING,
        initial=0,
        help_text=gettext_lazy(
            "Information and warnings wait so long for others, and go to each person as one message."
        ),
    )

    class Meta:
        model = TellingRule
        fields = (
            "project",
            "info_over",
            "warning_over",
            "escalation_over",
            "quiet_from",
            "quiet_until",
            "residents_from",
            "residents_until",
            "escalations_wait",
            "gather_minutes",
            "on_call_instead",
        )
        help_texts: ClassVar = {
            "quiet_until": gettext_lazy(
                "In the project's own time. The same time twice: no quiet hours. What announces something that is due "
                "before they end, and what somebody stands waiting for, goes at once all the same."
            ),
        }
        widgets = dict.fromkeys(("info_over", "warning_over", "escalation_over"), forms.CheckboxSelectMultiple)

    def clean(self) -> dict[str, Any]:
        """A rule uses its own project's channels and the company's."""
        data = cast(dict[str, Any], super().clean())
        for name in ("info_over", "warning_over", "escalation_over"):
            try:
                check_channels(data.get("project"), list(data.get(name) or []))
            except ValidationError as problem:
                self.add_error(name, problem)
        return data


class MessageTemplateForm(TemplateFields):
    """The company's own words for a message."""

    PREVIEW = "_preview"
    key = forms.ChoiceField(label=gettext_lazy("Message"))

    class Meta:
        model = MessageTemplate
        fields = ("key", "medium", "language", "subject", "body", "is_active")

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        cast(forms.ChoiceField, self.fields["key"]).choices = [
            (key, f"{key} · {words}") for key, words in known_sentences()
        ]

    def clean(self) -> dict[str, Any]:
        """Placeholders are those that the message offers; whoever only looks saves nothing."""
        data = cast(dict[str, Any], super().clean())
        names = offered(data.get("key", ""))
        for field in ("subject", "body"):
            for unknown in unknown_placeholders(data.get(field, ""), names):
                self.add_error(
                    field,
                    _("This message has no {%(name)s}. It offers: %(offered)s.")
                    % {"name": unknown, "offered": " ".join(f"{{{name}}}" for name in names)},
                )
        if self.PREVIEW in self.data and not self.errors:
            self.add_error(None, _("This is how it would read. Nothing was saved yet."))
        return data


class ToldFilter(forms.Form):
    """Filters of the page of who was told what; all of them live in the address."""

    state = forms.ChoiceField(label=gettext_lazy("State"), required=False)
    channel = forms.ChoiceField(label=gettext_lazy("Channel"), required=False)
    level = forms.ChoiceField(label=gettext_lazy("Kind"), required=False)
    who = forms.CharField(label=gettext_lazy("Who"), max_length=100, required=False)
    number = forms.CharField(label=gettext_lazy("Case"), max_length=30, required=False)
    since = DayField(label=gettext_lazy("From"), required=False)
    until = DayField(label=gettext_lazy("To"), required=False)
    before = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        every = [("", _("Everything"))]
        outside = [("outside", _("Outside the desk")), ("in_app", _("Inbox"))]
        for name, choices in (
            ("state", Delivery.choices),
            ("channel", outside + list(ChannelKind.choices)),
            ("level", Level.choices),
        ):
            cast(forms.ChoiceField, self.fields[name]).choices = [*every, *choices]


class SettleForm(forms.Form):
    """Why a person says what became of a message."""

    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=200)


class AbsenceForm(forms.Form):
    """Who is away from when to when, and who stands in."""

    user = forms.ModelChoiceField(label=gettext_lazy("Who is away"), queryset=User.objects.none())
    starts_at = MomentField(label=gettext_lazy("From"), widget=_picker())
    ends_at = MomentField(label=gettext_lazy("To"), widget=_picker())
    substitute = forms.ModelChoiceField(
        label=gettext_lazy("Stand-in"),
        queryset=User.objects.none(),
        required=False,
        empty_label=gettext_lazy("Nobody: whoever leads the project"),
    )
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=200, required=False)

    def __init__(self, *args: Any, people: Any, colleagues: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        cast(Any, self.fields["user"]).queryset = people
        cast(Any, self.fields["substitute"]).queryset = colleagues


class DutyForm(forms.Form):
    """Who is on call for what, from when to when, and how often again."""

    ONCE, DAILY, WEEKLY = "0", "1", "7"

    user = forms.ModelChoiceField(label=gettext_lazy("Who is on call"), queryset=User.objects.none())
    post = forms.ChoiceField(label=gettext_lazy("Post"))
    starts_at = MomentField(label=gettext_lazy("From"), widget=_picker())
    ends_at = MomentField(label=gettext_lazy("To"), widget=_picker())
    every = forms.ChoiceField(
        label=gettext_lazy("Repeat"),
        choices=[
            (ONCE, gettext_lazy("Not repeated")),
            (DAILY, gettext_lazy("Every day")),
            (WEEKLY, gettext_lazy("Every week")),
        ],
        initial=ONCE,
    )
    until = DayField(label=gettext_lazy("Repeat until"), required=False)

    def __init__(self, *args: Any, people: Any, departments: Iterable[Department], **more: Any) -> None:
        super().__init__(*args, **more)
        cast(Any, self.fields["user"]).queryset = people
        self.departments = {f"department-{one.pk}": one for one in departments}
        roles = [(str(role), Role(role).label) for role in POSTS]
        named = [(key, str(one)) for key, one in self.departments.items()]
        cast(forms.ChoiceField, self.fields["post"]).choices = [("", "---------"), *roles, *named]

    def clean(self) -> dict[str, Any]:
        """The post as a role or a department."""
        data = cast(dict[str, Any], super().clean())
        department = self.departments.get(data.get("post", ""))
        data["department"], data["role"] = department, "" if department else data.get("post", "")
        data["every"] = int(data.get("every") or 0)
        return data

    @property
    def duty(self) -> dict[str, Any]:
        """What was entered, as the action takes it."""
        return {name: value for name, value in self.cleaned_data.items() if name != "post"}
