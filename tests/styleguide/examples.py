"""Made-up content for `styleguide.html`, so that every part can be looked at without a database."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from django import forms, template
from django.template import Context
from django.utils import timezone

register = template.Library()


@dataclass(frozen=True)
class ExampleClock:
    """A promise in one of its states."""

    label: str
    state: str
    started_at: datetime
    due_at: datetime
    met_at: datetime | None = None
    breached_at: datetime | None = None


class ExampleForm(forms.Form):
    """One field of every kind."""

    unit = forms.CharField(label="房号", help_text="如 3-2-1501；只知道姓名或手机尾号也可以")
    words = forms.CharField(label="业主怎么说", widget=forms.Textarea(attrs={"rows": 3}))
    category = forms.ChoiceField(label="类别", choices=[("water", "给排水"), ("power", "供电"), ("lift", "电梯")])
    urgency = forms.ChoiceField(
        label="紧急程度",
        widget=forms.RadioSelect,
        choices=[("normal", "一般"), ("urgent", "紧急：漏水、停电、困人")],
    )
    day = forms.DateField(label="预约日期", required=False)
    at = forms.TimeField(label="预约时间", required=False, widget=forms.TimeInput)
    inform = forms.BooleanField(label="完工后短信告诉业主", required=False)


@dataclass(frozen=True)
class Examples:
    """Everything the style guide shows."""

    now: datetime
    clocks: list[ExampleClock]
    rows: list[SimpleNamespace]
    events: list[SimpleNamespace]
    chips: list[SimpleNamespace]
    nav: list[SimpleNamespace]
    works: list[SimpleNamespace]
    groups: list[SimpleNamespace]
    form: ExampleForm
    wrong: ExampleForm
    moments: list[datetime] = field(default_factory=list)


def _clocks(now: datetime) -> list[ExampleClock]:
    def clock(label: str, state: str, began: float, due: float, met: float | None = None) -> ExampleClock:
        met_at = None if met is None else now + timedelta(hours=met)
        return ExampleClock(label, state, now + timedelta(hours=began), now + timedelta(hours=due), met_at)

    return [
        clock("维修接单", "met", -3, -2.8, -2.9),
        clock("首次反馈", "running", -3, 21),
        clock("上门", "running", -3, 0.35),
        clock("完工", "running", -3, 69),
        clock("回访", "paused", -3, 45),
        clock("投诉答复", "missed", -50, -0.6),
        clock("转交部门", "missed", -50, -49, -48),
        clock("试漏", "cancelled", -50, 40),
    ]


def _rows(now: datetime, clocks: list[ExampleClock]) -> list[SimpleNamespace]:
    lines: list[tuple[str, str, str, str, str, int, str | None]] = [
        ("BX-20261123-0007", "3-2-1501", "厨房水管漏水，已经滴到楼下", "处理中", "open", 5, None),
        ("BX-20261123-0009", "1-1-301", "客厅插座没电", "已派单", "open", 2, "120"),
        (
            "TS-20261122-0002",
            "5-1-902",
            "楼上半夜装修，第三次反映，希望今天之内有人上门处理并回电",
            "等住户确认",
            "waiting",
            4,
            None,
        ),
        ("BX-20261122-0031", "2-3-1102", "入户门锁芯更换", "处理中", "open", 1, "1234.5"),
        ("BX-20261120-0018", "3-1-601", "卫生间天花板渗水", "已结案", "closed", 0, "86"),
    ]
    return [
        SimpleNamespace(
            url="#row",
            number=number,
            unit=unit,
            title=title,
            state=state,
            phase=phase,
            clock=clocks[which],
            opened_at=now - timedelta(hours=7 * place),
            amount=None if amount is None else Decimal(amount),
        )
        for place, (number, unit, title, state, phase, which, amount) in enumerate(lines)
    ]


def _events(now: datetime) -> list[SimpleNamespace]:
    photos = [SimpleNamespace(url="/static/img/mark.svg", thumbnail="/static/img/mark.svg", name="维修前")] * 2
    return [
        SimpleNamespace(
            at=now - timedelta(hours=3),
            by="前台 小周",
            sentence="登记了报修",
            icon="phone",
            text="厨房水槽下面一直滴水，\n已经滴到楼下了，今天能来吗？",
        ),
        SimpleNamespace(
            at=now - timedelta(hours=2.9), by="主管 陈敏", sentence="派给 李师傅，约今天 16:00–17:00", icon="send"
        ),
        SimpleNamespace(
            at=now - timedelta(hours=1), by="李师傅", sentence="到场并拍了照", icon="camera", photos=photos
        ),
        SimpleNamespace(at=now, by="", sentence="上门时限只剩 20 分钟，已提醒李师傅", icon="bell", hidden=True),
    ]


def _chips() -> list[SimpleNamespace]:
    states = [
        SimpleNamespace(label=n, url="#", active=n == "待派单", count=c) for n, c in [("待派单", 3), ("处理中", 12)]
    ]
    return [
        SimpleNamespace(label="待派单", active=True, choices=states),
        SimpleNamespace(label="报修", url="#", active=True, count=None),
        SimpleNamespace(label="今天到期", url="#", active=False, count=4),
        SimpleNamespace(label="已超时", url="#", active=False, count=1),
        SimpleNamespace(label="我经手的", url="#", active=False, count=None),
    ]


def _nav() -> list[SimpleNamespace]:
    places = [
        ("工作台", "layout-dashboard", 3),
        ("登记", "square-pen", None),
        ("工单", "wrench", 12),
        ("派工", "calendar-clock", None),
        ("投诉", "message-square-warning", 2),
        ("回访", "phone-call", 7),
        ("住户", "house", None),
        ("导入", "file-up", None),
    ]
    return [SimpleNamespace(label=n, url="#", icon=i, count=c, active=n == "工单") for n, i, c in places]


def _works() -> list[SimpleNamespace]:
    return [
        SimpleNamespace(label="导入 hc.xlsx", state="running", done=612, total=1483, cancel_url="#"),
        SimpleNamespace(label="出账 11月", state="queued", done=0, total=0),
        SimpleNamespace(label="导出工单", state="done", words="1,204 行，昨天 18:02 完成", result_url="#"),
    ]


def _groups(clocks: list[ExampleClock]) -> list[SimpleNamespace]:
    people = [
        SimpleNamespace(url="#", title="3-2-1501 张小明", sub="业主 · 138****1234 · 1 件未完", icon="house"),
        SimpleNamespace(url="#", title="3-2-1501 曾丽", sub="租户 · 139****0077", icon="house"),
    ]
    number = SimpleNamespace(url="#", title="BX-20261123-0007", sub="厨房水管漏水", icon="wrench", clock=clocks[2])
    return [SimpleNamespace(label="住户", results=people), SimpleNamespace(label="事项", results=[number])]


@register.simple_tag(takes_context=True)
def examples(context: Context) -> Examples:
    """Give the style guide its content, relative to the page's moment."""
    named: Any = context.get("now")
    now: datetime = named or timezone.now()
    clocks = _clocks(now)
    ago = [0, -26, 26, -50, -24 * 40, -24 * 400]
    return Examples(
        now=now,
        clocks=clocks,
        rows=_rows(now, clocks),
        events=_events(now),
        chips=_chips(),
        nav=_nav(),
        works=_works(),
        groups=_groups(clocks),
        form=ExampleForm(initial={"category": "water", "urgency": "normal"}),
        wrong=ExampleForm({"wrong-words": "水管漏水", "wrong-category": "gas"}, prefix="wrong"),
        moments=[now + timedelta(hours=hours) for hours in ago],
    )
