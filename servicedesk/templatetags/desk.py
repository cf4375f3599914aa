"""Tags and filters of every page: `{% load desk %}`."""

from copy import copy
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from xml.etree import ElementTree

import lucide
from django import forms, template
from django.conf import settings
from django.forms import BoundField
from django.forms.widgets import DateTimeBaseInput
from django.template import Context
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from cases.pictures import MOST_PHOTOS
from records.masking import masked_phone
from servicedesk.templatetags import wording
from servicedesk.typed import in_words

register = template.Library()


@lru_cache(maxsize=256)
def _drawing(name: str, size: int) -> SafeString:
    """Build an icon once; its source is the package's own files, so it is safe as it stands."""
    source = ElementTree.fromstring(lucide._render_icon(name, size))  # noqa: S314, SLF001  # our own dependency's drawing
    paths = SafeString("".join(ElementTree.tostring(child, encoding="unicode") for child in source))
    return format_html(
        '<svg class="ico" width="{0}" height="{0}" viewBox="0 0 24 24" fill="none" stroke="currentColor"'
        ' stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">{1}</svg>',
        size,
        paths,
    )


@register.simple_tag
def icon(name: str, size: int = 18) -> SafeString:
    """Draw a lucide icon of `size` px: `{% icon "phone" %}`. It is hidden from screen readers; words go beside it."""
    return _drawing(str(name), size)


def _now(context: Context | None = None) -> datetime:
    """Return the page's moment, so that all of its badges agree; the clock's where a page names none."""
    named = context.get("now") if context is not None else None
    return named if isinstance(named, datetime) else timezone.now()  # noqa: TID251  # the one place where pages read it


@register.filter(expects_localtime=True)
def when(moment: datetime | date | None, now: datetime | None = None) -> str:
    """Say when: 今天 14:30, 昨天 9:00, 周三 9:00, 3月2日; the exact moment on hover. Nothing for no moment."""
    return _when(moment, now)


@register.filter(expects_localtime=True)
def until(moment: datetime | date | None, now: datetime | None = None) -> str:
    """Say until when something has to be done, as `when`; midnight is the end of the day before: 今天 24:00."""
    return _when(moment, now, ends=True)


def _when(moment: datetime | date | None, now: datetime | None, *, ends: bool = False) -> str:
    if not isinstance(moment, date):
        return ""
    here = timezone.localtime(now or _now())
    if not isinstance(moment, datetime):
        return format_html(
            '<time datetime="{0}" title="{0}">{1}</time>',
            moment.isoformat(),
            wording.spoken_day(moment, today=here.date()),
        )
    local = timezone.localtime(moment) if timezone.is_aware(moment) else timezone.make_aware(moment)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        local.isoformat(timespec="seconds"),
        exact(local),
        wording.spoken(local, now=here, ends=ends),
    )


@register.filter(expects_localtime=True)
def exact(moment: datetime | None) -> str:
    """Write the moment in full, for paper and titles: 2026-03-02 09:00:05 +08:00."""
    if moment is None:
        return ""
    written = timezone.localtime(moment).isoformat(sep=" ", timespec="seconds")
    return f"{written[:19]} {written[19:]}"


@register.simple_tag(takes_context=True)
def deadline(context: Context, clock: wording.ClockLike | None, *, countdown: bool = False) -> str:
    """Show how a promise stands as icon, words and colour: `{% deadline clock %}`. Nothing for no clock.

    `countdown=True` says what is left even of a far promise, where the due moment already stands beside it.
    """
    if clock is None:
        return ""
    badge = wording.deadline_badge(clock, now=_now(context), countdown=countdown)
    ticking = SafeString("")
    if clock.due_at is not None and badge.tone in {"run", "soon", "over"}:
        soon = wording.soon_from(clock.started_at, clock.due_at)
        ticking = format_html(' data-due="{}" data-soon="{}"', clock.due_at.isoformat(), soon.isoformat())
    title = exact(clock.due_at)
    return format_html(
        '<span class="due due-{}" title="{}"{}>{}<span>{}</span></span>',
        badge.tone,
        title,
        ticking,
        _drawing(badge.icon, 14),
        badge.words,
    )


@register.filter
def money(amount: Decimal | int | str | None) -> str:
    """Write an amount with two decimals and a thin space before 元; nothing for no amount."""
    if amount is None or amount == "":
        return ""
    try:
        return wording.yuan(Decimal(amount))
    except (InvalidOperation, TypeError):
        return ""


@register.filter
def masked(number: str | None) -> str:
    """Hide most of a phone number: 138****1234."""
    return masked_phone(str(number or ""))


# Dates go to the browser's own pickers, which read nothing but ISO, whatever the language writes.
PICKERS: tuple[tuple[type[DateTimeBaseInput], str, str], ...] = (
    (forms.DateInput, "date", "%Y-%m-%d"),
    (forms.DateTimeInput, "datetime-local", "%Y-%m-%dT%H:%M"),
    (forms.TimeInput, "time", "%H:%M"),
)


def _with_picker(widget: forms.Widget) -> forms.Widget:
    """Return the widget as it is, or a copy of a date's with the browser's picker."""
    for kind, input_type, pattern in PICKERS:
        if isinstance(widget, kind):
            picker = copy(widget)
            picker.input_type = input_type
            picker.format = pattern
            return picker
    return widget


def _control_class(widget: forms.Widget) -> str:
    if isinstance(widget, forms.CheckboxInput):
        return "form-check-input"
    return "form-select" if isinstance(widget, forms.Select) else "form-control"


@register.simple_tag
def control(field: BoundField) -> SafeString:
    """Render a form field's input with the desk's classes: `{% control field %}`; `parts/field.html` adds the rest.

    No length is given to the browser: it would cut what is pasted without a word. The form says that it is too long.
    """
    widget = _with_picker(field.field.widget)
    own = str(widget.attrs.get("class", ""))
    wrong = "is-invalid" if field.errors else ""
    classes = " ".join(part for part in (own, _control_class(widget), wrong) if part)
    return field.as_widget(widget=widget, attrs={"class": classes, "maxlength": False})


@register.simple_tag(takes_context=True)
def posted(context: Context, name: str) -> str:
    """Give back what a field of several values was sent with, apart by blanks, on the page that refuses its form."""
    request = context.get("request")
    return " ".join(request.POST.getlist(name)[:20]) if request is not None and request.method == "POST" else ""


@register.simple_tag(takes_context=True)
def typed_here(context: Context) -> list[tuple[str, str]]:
    """Label and value of what the form of this request brought, in the words of its page."""
    request = context["request"]
    room = request.resolver_match.func.__module__.partition(".")[0] if request.resolver_match else ""
    return in_words([(name, value) for name, values in request.POST.lists() for value in values], room)


@register.simple_tag
def upload_limit() -> dict[str, int]:
    """How large a photo may be: `bytes` for the page's script, `megabytes` for people; and how many go with a form."""
    size = settings.UPLOAD_MAX_BYTES
    return {"bytes": size, "megabytes": size // 1024 // 1024, "photos": MOST_PHOTOS}


@register.filter
def honest(count: int | None, limit: int = 1000) -> str:
    """Write a count with thousands, and as “1,000+” where counting stopped there; nothing for no count."""
    if count is None:
        return ""
    return f"{limit:,}+" if count > limit else f"{count:,}"
