"""A few days of work in the demonstration, done through the same actions as real work, so that every page has life."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal

from accounts.models import Project, User
from cases.states import Channel
from estate.models import HouseholdMember, Unit
from reception.actions import Caller, NewContact, log_contact, promise, queue
from reception.actions.tickets import take_ticket
from reception.states import Outcome as Ending
from reception.states import Purpose
from tickets.actions import (
    Line,
    NewTicket,
    accept,
    accept_quote,
    arrive,
    complete,
    dispatch,
    end_leak_test,
    feedback,
    hold,
    override_charge,
    quote,
    return_job,
)
from tickets.models import Category, PriceItem, TechnicianSkill, Ticket
from tickets.states import AcceptedBy, Charge
from visits.actions import Outcome, record
from visits.models import Callback
from visits.states import Result


@dataclass(frozen=True)
class Story:
    """One repair: when it came in, from which home, in which words, and how far it has come.

    `at` is a local time of an earlier day; for today, how many minutes ago.
    """

    days_ago: int
    at: str | int
    unit: str
    words: str
    reaches: str = "opened"
    technician: str = "technician"
    channel: str = Channel.PHONE


# The steps in their order; a story goes up to the one it names.
PATH = ("opened", "dispatched", "accepted", "arrived", "held", "completed", "called back")
STORIES = [
    Story(9, "09:10", "1-1-301", "厨房下水道堵了，水漫出来", "called back", "plumber"),
    Story(8, "14:25", "2-2-702", "客厅灯不亮，换了灯泡也不行", "called back", "electrician"),
    Story(7, "10:40", "3-2-1501", "卫生间天花板渗水，滴到洗手台", "called back", "plumber"),
    Story(6, "16:05", "3-1-402", "入户门锁打不开，钥匙拧不动", "called back"),
    Story(5, "08:35", "1-2-1002", "跳闸，一开空调就断电", "not content", "electrician"),
    Story(4, "11:20", "2-1-501", "卧室窗户关不严，漏风", "completed"),
    Story(3, "09:30", "3-1-1201", "卫生间墙面渗漏，楼下说滴水", "leak test", "plumber", Channel.WALK_IN),
    Story(3, "15:50", "3-2-902", "阳台地漏返水", "completed", "plumber"),
    Story(2, "10:15", "2-2-1302", "可视对讲没有声音", "completed", "electrician"),
    Story(2, "17:20", "1-1-802", "水龙头一直滴水", "not reached", "plumber"),
    Story(1, "09:05", "3-2-1502", "厨房水管接头漏水", "held", "plumber"),
    Story(1, "13:40", "2-1-801", "插座冒火花，不敢用了", "returned", "electrician"),
    Story(1, "16:45", "1-2-601", "马桶冲水停不下来", "accepted", "plumber", Channel.WECHAT),
]
TODAY = [
    Story(0, 26, "3-1-1502", "暖气片不热", "dispatched", "plumber"),
    Story(0, 7, "2-2-101", "单元门禁刷卡没反应", "opened", channel=Channel.WALK_IN),
    Story(0, 3, "1-1-1401", "电梯里有异响，停层不平", "opened"),
]


@dataclass
class Stage:
    """The project and its people while the stories are told."""

    project: Project
    users: Mapping[str, User]
    now: datetime

    def moment(self, story: Story, *, minutes: int = 0) -> datetime:
        """The story's beginning (or later), never in the future."""
        if isinstance(story.at, int):
            begins = self.now - timedelta(minutes=story.at)
        else:
            day = self.now.astimezone(self.project.tz).date() - timedelta(days=story.days_ago)
            begins = datetime.combine(day, time.fromisoformat(story.at), self.project.tz)
        return min(begins + timedelta(minutes=minutes), self.now)


def make_work(project: Project, users: Mapping[str, User], now: datetime) -> None:
    """Skills, repairs in every state, contacts in the log, somebody waiting and a reply promised."""
    _teach(users)
    stage = Stage(project, users, now)
    for story in STORIES:
        _tell(stage, story)
    _talk(stage)
    for story in TODAY:
        _tell(stage, story)
    _wait(stage)


def _teach(users: Mapping[str, User]) -> None:
    skills = {
        "plumber": ["pipe", "drain", "wet_room_leak", "roof_leak", "facade_leak", "heating", "unclog"],
        "electrician": ["power", "lamp", "intercom", "access", "public_light", "gas_alarm"],
        "technician": ["lock", "door_window", "wall_floor", "lift", "fire", "install", "other"],
        "cleaner": ["clean", "housekeeping"],
    }
    categories = {category.code: category for category in Category.objects.all()}
    TechnicianSkill.objects.bulk_create(
        TechnicianSkill(user=users[name], category=categories[code])
        for name, codes in skills.items()
        for code in codes
        if code in categories
    )


def _tell(stage: Stage, story: Story) -> None:
    unit = Unit.objects.get(project=stage.project, number=story.unit)
    member = HouseholdMember.objects.current().filter(household__unit=unit).select_related("person").first()
    name = member.person.name if member else ""
    phone = member.person.phones.first() if member else None
    ticket = take_ticket(
        new=NewTicket(
            project=stage.project,
            unit=unit,
            description=story.words,
            contact_name=name,
            contact_phone=phone.number if phone else "",
            channel=story.channel,
        ),
        by=stage.users["frontdesk"],
        at=stage.moment(story),
    )
    if story.reaches != "opened":
        _go_out(stage, story, ticket)


def _go_out(stage: Stage, story: Story, ticket: Ticket) -> None:
    who = stage.users[story.technician]
    start = stage.moment(story, minutes=60)
    dispatch(
        ticket=ticket,
        technician=who,
        window_from=start,
        window_to=start + timedelta(hours=2),
        by=stage.users["supervisor"],
        at=stage.moment(story, minutes=4),
    )
    if story.reaches == "dispatched":
        return
    accept(ticket=ticket, by=who, at=stage.moment(story, minutes=7))
    if story.reaches == "returned":
        return_job(ticket=ticket, reason="需要换电表箱，要带登高梯", by=who, at=stage.moment(story, minutes=50))
    if story.reaches in ("accepted", "returned"):
        return
    feedback(ticket=ticket, text="已联系业主，按约定时间上门", by=who, at=stage.moment(story, minutes=12))
    _price(stage, story, ticket, who)
    arrive(ticket=ticket, by=who, at=stage.moment(story, minutes=75))
    if story.reaches == "held":
        hold(ticket=ticket, reason="缺 4 分三通，明早到货", by=who, at=stage.moment(story, minutes=95))
        return
    report = "已更换损坏配件，现场试用正常"
    complete(ticket=ticket, report=report, hours=Decimal("1.00"), by=who, at=stage.moment(story, minutes=120))
    _afterwards(stage, story, ticket)


def _price(stage: Stage, story: Story, ticket: Ticket, who: User) -> None:
    """What the warranty leaves open a supervisor decides; paid work is quoted and accepted before it begins."""
    charge = Ticket.objects.get(pk=ticket.pk).charge
    if charge == Charge.UNDECIDED:
        override_charge(
            ticket=ticket,
            charge=Charge.FREE,
            reason="开发商同意承担",
            by=stage.users["supervisor"],
            at=stage.moment(story, minutes=20),
        )
    if charge != Charge.PAID:
        return
    part = PriceItem.objects.offered_in(stage.project).filter(is_hourly=False).first()
    lines = [Line(item=part, quantity=Decimal(1))] if part else []
    quote(ticket=ticket, lines=lines, hours=Decimal(1), by=who, at=stage.moment(story, minutes=30))
    accept_quote(ticket=ticket, how=AcceptedBy.PHONE, by=who, at=stage.moment(story, minutes=35))


def _afterwards(stage: Stage, story: Story, ticket: Ticket) -> None:
    fresh = Ticket.objects.get(pk=ticket.pk)
    if fresh.leak_test_runs and story.reaches != "leak test":
        end_leak_test(
            ticket=fresh, result="闭水 24 小时无渗漏", by=stage.users["plumber"], at=stage.moment(story, minutes=1560)
        )
    outcomes = {
        "called back": Outcome(result=Result.SATISFIED, score=5, text="师傅来得快，修得好"),
        "not content": Outcome(result=Result.DISSATISFIED, score=2, text="晚上又跳闸了"),
        "not reached": Outcome(result=Result.UNREACHABLE),
    }
    callback = Callback.objects.filter(case__parent=fresh.case).first()
    if callback is not None and story.reaches in outcomes:
        at = stage.moment(story, minutes=1800)
        record(callback=callback, outcome=outcomes[story.reaches], by=stage.users["frontdesk"], at=at)


def _talk(stage: Stage) -> None:
    """Contacts: one answered, one with a reply promised."""
    desk, now = stage.users["frontdesk"], stage.now
    unit = Unit.objects.get(project=stage.project, number="2-2-702")
    asked = NewContact(
        project=stage.project,
        said="咨询下月物业费能不能微信缴",
        purpose=Purpose.PAYMENT,
        caller=Caller(name="李女士", phone="13700001111", unit=unit),
    )
    log_contact(new=asked, by=desk, at=now - timedelta(hours=3), outcome=Ending.ANSWERED, done="可以，已发缴费二维码")
    special = NewContact(
        project=stage.project,
        said="楼上装修想改水管走向，问能不能动主管",
        caller=Caller(name="王先生", phone="13600002222", unit=unit),
    )
    contact = log_contact(new=special, by=desk, at=now - timedelta(minutes=50))
    promise(
        contact=contact,
        to=stage.users["head"],
        until=now + timedelta(hours=2),
        question="主立管位置能否改动？",
        by=desk,
        at=now - timedelta(minutes=48),
    )


def _wait(stage: Stage) -> None:
    """Somebody sits in the hall."""
    waiting = NewContact(
        project=stage.project, channel=Channel.WALK_IN, said="来办门禁卡", caller=Caller(name="孙先生")
    )
    queue(new=waiting, by=stage.users["frontdesk"], at=stage.now - timedelta(minutes=1))
