"""Where a message stands."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Delivery(TextChoices):
    """From written to told. `unknown` means it may or may not have arrived: a person decides, never a retry."""

    PENDING = "pending", _("Waiting")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Delivered")
    FAILED = "failed", _("Failed")
    UNKNOWN = "unknown", _("Unknown")


class Level(TextChoices):
    """How loud a message is."""

    INFO = "info", _("Information")
    WARNING = "warning", _("Warning")
    ESCALATION = "escalation", _("Escalation")


class ChannelKind(TextChoices):
    """The ways out of the application that an administrator can set up."""

    MAIL = "mail", _("E-mail")
    SMS = "sms", _("SMS")
    SMS_LOG = "sms_log", _("SMS written to the log (trial)")
    WECOM = "wecom", _("WeCom group robot")
    DINGTALK = "dingtalk", _("DingTalk group robot")
    FEISHU = "feishu", _("Feishu group robot")


ROBOTS = frozenset({ChannelKind.WECOM, ChannelKind.DINGTALK, ChannelKind.FEISHU})


class Medium(TextChoices):
    """What a template is written for."""

    ANY = "", _("Everywhere")
    IN_APP = "in_app", _("Inbox")
    MAIL = "mail", _("E-mail")
    SMS = "sms", _("SMS")
    ROBOT = "robot", _("Group robot")


MEDIUM_OF = {
    ChannelKind.MAIL: Medium.MAIL,
    ChannelKind.SMS: Medium.SMS,
    ChannelKind.SMS_LOG: Medium.SMS,
    **dict.fromkeys(ROBOTS, Medium.ROBOT),
}
