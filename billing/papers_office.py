"""The form of an office cost for the paper file, with lines to sign: 办公费用分摊单, 办公费用报销单.

Source: 物业客服工作职责标准版本(三) 7 (分摊、报销).
"""

from datetime import date, datetime

from django.utils import translation

from billing.models import OfficeCost
from billing.papers import TEMPLATES
from billing.queries.office import booked_of, paid_of, undone_of
from billing.queries.paper import span_words
from billing.rules.capitals import capitals
from billing.states import Method, OfficeKind
from billing.wording import share_words
from records.papers import FONTS, amount_words, moment_words, printable, set_paper

TEMPLATE = TEMPLATES / "office.typ"
TITLES = {OfficeKind.SHARED: "办公费用分摊单", OfficeKind.REIMBURSED: "办公费用报销单"}


def office_paper(cost: OfficeCost, *, vouchers: int, url: str, at: datetime) -> bytes:
    """Set an office cost as it stands as A4 PDF; `vouchers` is how many are kept. Raises `FontMissingError`."""
    zone = cost.project.tz
    with translation.override("zh-hans"):
        form = {
            "title": TITLES[OfficeKind(cost.kind)],
            "kind": str(cost.kind),
            "project": cost.project.name_zh,
            "service_phone": cost.project.phone,
            "number": cost.number,
            "words": cost.words,
            "supplier": cost.supplier,
            "payee": cost.payee,
            "amount": amount_words(cost.amount),
            "capitals": capitals(cost.amount),
            "state": cost.state_words,
            "asked_by": str(cost.asked_by),
            "asked_at": moment_words(cost.asked_at.astimezone(zone)),
            "vouchers": f"{vouchers} 张",
            "printed_at": moment_words(at.astimezone(zone)),
            **_share(cost),
            **_course(cost),
        }
    return set_paper(TEMPLATE, {name: printable(text) for name, text in form.items()}, url=url, at=at, fonts=FONTS)


def _share(cost: OfficeCost) -> dict[str, str]:
    if cost.period_start is None or cost.period_end is None or cost.whole is None:
        return {"period": "", "whole": "", "share_by": "", "sum": ""}
    return {
        "period": span_words(cost.period_start, cost.period_end),
        "whole": amount_words(cost.whole),
        "share_by": cost.get_share_by_display(),
        "sum": share_words(cost),
    }


def _course(cost: OfficeCost) -> dict[str, str]:
    """What became of it: approved, paid, taken back; empty lines to fill in by hand before that."""
    booked, paid, undone = booked_of(cost), paid_of(cost), undone_of(cost)
    return {
        "approved_by": str(booked.by) if booked else "",
        "approved_at": moment_words(booked.at.astimezone(cost.project.tz)) if booked else "",
        "method": str(Method(paid.method).label) if paid else "",
        "received_by": paid.received_by if paid else "",
        "paid_by": str(paid.by) if paid else "",
        "paid_on": _day(paid.day) if paid else "",
        "reversed": f"{_day(undone.day)} 已冲正：{undone.reason}" if undone else "",
    }


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
