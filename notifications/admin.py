"""Telling in the admin site: channels, rules, the company's own words; and messages, to read."""

import secrets
from typing import Any, cast

from django.contrib import admin
from django.core.exceptions import NON_FIELD_ERRORS
from django.db.models import ForeignKey, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from accounts.admin_pages import Historical, ReadOnly, WholeCompany
from accounts.models import Project, User
from accounts.states import Role
from core.errors import DomainError
from notifications.actions import ask_for_test
from notifications.forms import ChannelForm, MessageTemplateForm, TellingRuleForm, TestForm, secret_words
from notifications.models import LOST_AFTER, Channel, Message, MessageTemplate, TellingRule, kept_by
from notifications.previews import preview
from notifications.queries import outcome_words
from notifications.rules import sms_length
from notifications.states import Medium
from records.http import now, redirect_once, user_of

# So many of the last tests of a channel are shown.
SHOWN_TESTS = 10


@admin.register(Message)
class MessageAdmin(ReadOnly):
    """The outbox of the projects that one administers, without what is about cases that one may not see.

    `?state__exact=unknown` waits for a person.
    """

    list_display = ("created_at", "channel", "user", "on_behalf_of", "template", "case", "state", "sent_at", "error")
    list_filter = ("state", "channel", "project")
    list_select_related = ("user", "case", "project", "on_behalf_of")
    search_fields = ("case__number", "user__username")
    show_full_result_count = False

    def rows(self, user: User) -> QuerySet[Message]:
        """Messages of the person's projects; the inbox statement is about one's own."""
        return Message.objects.administered_by(user)


class OwnOrCompany(Historical):
    """Rows of a project, or of the whole company: these only for who administers all of it."""

    def rows(self, user: User) -> QuerySet[Any]:
        """Rows that the person administers."""
        found: QuerySet[Any] = self.model._default_manager.select_related("project")  # noqa: SLF001
        return found.filter(kept_by(user))

    def formfield_for_foreignkey(self, db_field: "ForeignKey[Any, Any]", request: HttpRequest, **kwargs: Any) -> Any:
        """Offer the projects that one administers; the whole company to who administers all of it."""
        user = cast(User, request.user)
        if db_field.remote_field.model is Project:
            everything = user.is_superuser or user.has_role(None, Role.ADMIN)
            kwargs["queryset"] = Project.objects.filter(
                pk__in=user.projects_as(Role.ADMIN) if not everything else [project.pk for project in user.projects]
            )
            kwargs["required"] = not everything
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


@admin.register(Channel)
class ChannelAdmin(OwnOrCompany):
    """Ways out of the application. What is secret goes in and never comes out."""

    form = ChannelForm
    list_display = ("__str__", "project", "kind", "endpoint", "secret_kept", "token_kept", "is_active")
    list_filter = ("kind", "is_active", "project")
    readonly_fields = ("secret_kept", "token_kept")
    change_form_template = "admin/notifications/channel/change_form.html"

    def get_urls(self) -> list[URLPattern]:
        """Beside the usual ones: the page on which a channel is tried."""
        own = path("<int:pk>/test/", self.admin_site.admin_view(self.test_view), name="notifications_channel_test")
        return [own, *super().get_urls()]

    def test_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Have one test sent over the channel, and say what became of it and of the last ones."""
        channel = get_object_or_404(self.get_queryset(request), pk=pk)
        posted = request.POST if request.method == "POST" else None
        form = TestForm(posted, kind=channel.kind, initial={"idempotency_key": secrets.token_hex(8)})
        if posted is not None and form.is_valid():
            try:
                return redirect_once(request, now(), lambda: self._asked(request, channel, form))
            except DomainError as refusal:
                form.add_error("address" if "address" in form.fields else None, str(refusal))
        at, tests = now(), channel.tests.select_related("by", "channel")[:SHOWN_TESTS]
        context = {
            **self.admin_site.each_context(request),
            "title": _("Send a test over “%(channel)s”") % {"channel": channel},
            "opts": self.opts,
            "channel": channel,
            "form": form,
            "tests": [(test, outcome_words(test, at)) for test in tests],
            "waits": any(test.is_open and at < test.at + LOST_AFTER for test in tests),
        }
        status = 422 if form.errors else 200
        return render(request, "admin/notifications/channel/test.html", context, status=status)

    def _asked(self, request: HttpRequest, channel: Channel, form: TestForm) -> str:
        address = form.cleaned_data.get("address", "")
        ask_for_test(channel=channel, address=address, by=user_of(request), at=now())
        return request.path

    @admin.display(description=_("password or signing key"))
    def secret_kept(self, channel: Channel) -> str:
        """Whether there is one."""
        return secret_words(channel.secret_stored)

    @admin.display(description=_("robot's token"))
    def token_kept(self, channel: Channel) -> str:
        """Whether there is one."""
        return secret_words(channel.token_stored)


@admin.register(TellingRule)
class TellingRuleAdmin(OwnOrCompany):
    """What goes over which channels, quiet hours, gathering."""

    form = TellingRuleForm
    list_display = (
        "__str__",
        "quiet_from",
        "quiet_until",
        "residents_from",
        "residents_until",
        "escalations_wait",
        "gather_minutes",
        "on_call_instead",
    )

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer one's own projects' channels and the company's."""
        user = cast(User, request.user)
        offered = Channel.objects.filter(kept_by(user)) | Channel.objects.filter(project=None)
        kwargs["queryset"] = offered.select_related("project")
        return super().formfield_for_manytomany(db_field, request, **kwargs)


@admin.register(MessageTemplate)
class MessageTemplateAdmin(WholeCompany):
    """The company's own words; one that could not be filled says so, and the built-in sentence went out."""

    form = MessageTemplateForm
    change_form_template = "admin/notifications/messagetemplate/change_form.html"
    list_display = ("key", "medium", "language", "body", "sms_parts", "is_active", "broken")
    list_filter = ("medium", "language", "is_active", ("broken_at", admin.EmptyFieldListFilter))
    search_fields = ("key", "body")

    @admin.display(description=_("SMS parts"))
    def sms_parts(self, template: MessageTemplate) -> str:
        """As how many parts the text is billed, before its placeholders are filled."""
        if template.medium not in (Medium.ANY, Medium.SMS):
            return ""
        length = sms_length(template.body)
        return f"{length.parts} ({length.characters})"

    @admin.display(description=_("broken"))
    def broken(self, template: MessageTemplate) -> str:
        """What a message did not have."""
        return template.broken_why if template.broken_at else ""

    def save_model(self, request: HttpRequest, obj: MessageTemplate, form: Any, change: bool) -> None:
        """Save; what was mended is not called broken any more."""
        obj.broken_at, obj.broken_why = None, ""
        super().save_model(request, obj, form, change)

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The form, with what it would read like where that was asked for."""
        more = dict(extra_context or {})
        if MessageTemplateForm.PREVIEW in request.POST:
            asked = {name: request.POST.get(name, "") for name in ("medium", "language", "subject", "body")}
            more["preview"] = preview(request.POST.get("key", ""), **asked, user=cast(User, request.user))
        page = super().changeform_view(request, object_id, form_url, more)
        shown = getattr(page, "context_data", None) or {}
        if "preview" in more and set(shown["adminform"].form.errors) == {NON_FIELD_ERRORS}:
            shown["errors"] = None  # that nothing was saved is no mistake
        return page
