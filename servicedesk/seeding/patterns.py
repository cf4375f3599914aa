"""The patterns of the copies: a few hundred matters, taken through the actions as the desk would."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import cycle, product

from accounts.models import User
from estate.models import Unit
from tickets.actions import NewTicket, accept, arrive, complete, dispatch, open_ticket
from tickets.models import Ticket
from visits.actions import Outcome, record
from visits.models import Callback
from visits.states import Result

PLACES = ("厨房", "卫生间", "阳台", "客厅", "主卧", "次卧", "楼道", "玄关", "书房", "储物间")
THINGS = ("水管", "地漏", "水龙头", "插座", "吊灯", "门锁", "窗户", "墙面", "暖气片", "对讲机")
FAULTS = ("漏水", "堵塞", "松动", "不亮", "有异响", "关不严", "打不开", "渗水", "跳闸", "脱落")
PATTERNS = 300
OPEN_EVERY = 8  # one pattern in so many stays open
HOUR = timedelta(hours=1)


def texts() -> Iterator[str]:
    """What people say, without end, in an order that mixes the words."""
    for number, (fault, thing, place) in enumerate(cycle(product(FAULTS, THINGS, PLACES))):
        yield f"{place}{thing}{fault}，已经{number % 9 + 1}天了"


def pattern(number: int, said: str, unit: Unit, desk: User, supervisor: User, technician: User, at: datetime) -> None:
    """One ticket, as far as its number says: most are over and called back, some wait at every stage."""
    stays_open = number % OPEN_EVERY == 0
    opened = at - (timedelta(minutes=number) if stays_open else timedelta(days=9, minutes=number))
    new = NewTicket(
        project=unit.project, unit=unit, description=said, contact_name="王芳", contact_phone=_phone(number)
    )
    ticket = open_ticket(new=new, by=desk, at=opened)
    if stays_open and number % (2 * OPEN_EVERY):
        return
    ticket = dispatch(ticket=ticket, technician=technician, by=supervisor, at=opened).ticket
    ticket = accept(ticket=ticket, by=technician, at=opened)
    if stays_open:
        return
    _finish(ticket, desk, technician, opened)


def _finish(ticket: Ticket, desk: User, technician: User, opened: datetime) -> None:
    Ticket.objects.filter(pk=ticket.pk).update(charge="free")
    ticket = arrive(ticket=Ticket.objects.get(pk=ticket.pk), by=technician, at=opened + HOUR)
    complete(ticket=ticket, report="已修好", by=technician, at=opened + 2 * HOUR)
    callback = Callback.objects.filter(case__parent=ticket.case).first()
    if callback is not None:
        content = Outcome(result=Result.SATISFIED, score=5, text="满意")
        record(callback=callback, outcome=content, by=desk, at=opened + 24 * HOUR)


def _phone(number: int) -> str:
    return f"139{number * 104729 % 100_000_000:08d}"
