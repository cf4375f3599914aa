"""What was decided about telling, read once for a whole pass: rules, quiet hours, the company's own words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from accounts.models import Project
from notifications.models import LOW, Message, MessageTemplate, TellingRule
from notifications.rules import DECENT_FROM, DECENT_UNTIL, Unfilled, after_quiet, fill, in_decent_hours
from notifications.sentences import render, values_of
from notifications.states import Medium


@dataclass(frozen=True)
class Means:
    """The rules of telling by project; the company's own stands under None."""

    rules: dict[int | None, TellingRule]

    @classmethod
    def read(cls) -> "Means":
        """All rules with their channels, in four statements however many there are."""
        rows = TellingRule.objects.prefetch_related("info_over", "warning_over", "escalation_over")
        return cls({rule.project_id: rule for rule in rows})

    def rule_of(self, project: Project) -> TellingRule | None:
        """The project's own rule, else the company's; None where nothing was decided."""
        return self.rules.get(project.pk) or self.rules.get(None)

    def not_before(self, message: Message) -> datetime:
        """When a message may leave once it was written: gathered with others, and after the quiet hours."""
        rule, at = self.rule_of(message.project), message.created_at
        gathered = at + timedelta(minutes=rule.gather_minutes if rule and message.level in LOW else 0)
        return self.awake(message, at if message.presses(gathered) else gathered)

    def awake(self, message: Message, at: datetime) -> datetime:
        """The moment, or the end of the quiet hours it lies in.

        Escalations know none unless the rule says so. What announces something that is due before they end, and what
        somebody stands waiting for, does not wait for their end either: told in the morning, it would be told too late.
        Source: 三(6)⑤ (当天通知项目总).
        """
        rule, project = self.rule_of(message.project), message.project
        if rule is None or (message.level not in LOW and not rule.escalations_wait):
            return at
        end = after_quiet(at, zone=project.tz, since=rule.quiet_from, until=rule.quiet_until)
        return at if message.level in LOW and message.presses(end) else end

    def decent(self, project: Project, at: datetime) -> datetime:
        """The moment, or the beginning of the next hours in which residents are written to; a rule or none."""
        rule = self.rule_of(project)
        since, until = (rule.residents_from, rule.residents_until) if rule else (DECENT_FROM, DECENT_UNTIL)
        return in_decent_hours(at, zone=project.tz, since=since, until=until)

    def leaves(self, message: Message, at: datetime) -> datetime:
        """When a message that is due may leave the application."""
        if message.via_id is None:
            return at
        if message.is_to_stranger:
            return self.decent(message.project, at)
        return self.awake(message, at)


@dataclass
class Wording:
    """The templates in use, and which of them could not be filled."""

    templates: dict[tuple[str, str, str], MessageTemplate]
    broken: dict[int, str] = field(default_factory=dict)

    @classmethod
    def read(cls) -> "Wording":
        """All templates in one statement."""
        rows = MessageTemplate.objects.filter(is_active=True)
        return cls({(row.key, row.medium, row.language): row for row in rows})

    def words(
        self, template: str, data: Mapping[str, Any], *, medium: str, language: str, **more: str
    ) -> tuple[str, str]:
        """Subject (may be empty) and text of a message in the active language.

        A template that cannot be filled never stops a message: the built-in sentence stands in, and `broken` says why.
        """
        own = self.templates.get((template, medium, language)) or self.templates.get((template, Medium.ANY, language))
        if own is None:
            return "", render(template, data)
        values = values_of(data) | more
        try:
            return fill(own.subject, values), fill(own.body, values)
        except Unfilled as problem:
            self.broken[own.pk] = f"{{{problem}}}"
            return "", render(template, data)
