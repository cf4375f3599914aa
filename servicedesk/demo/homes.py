"""The homes of the demonstration project: three buildings of different age, so that every warranty case occurs."""

from datetime import date, datetime
from decimal import Decimal

from accounts.models import Project, User
from estate.models import Building, Household, HouseholdMember, ParkingSpace, Person, PersonPhone, Unit, Vehicle
from estate.states import Relation, SpaceKind, UnitKind, UnitStatus

SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎"
    "余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段单仇解"
)
GIVEN = [
    "建华", "秀英", "志强", "丽娟", "晓东", "桂兰", "海燕", "文博", "雪梅", "国庆",
    "子涵", "梓萱", "浩然", "雨桐", "俊杰", "美玲", "永强", "淑珍", "家豪", "思琪",
    "振华", "春梅", "立新", "佳怡", "明辉", "玉兰", "天宇", "欣然", "德胜", "慧敏",
]  # fmt: skip
FLOORS = 15
# Building → completion and handover: long ago, four years ago, last year.
AGES = {
    "1": (date(2012, 3, 1), date(2012, 6, 1)),
    "2": (date(2022, 9, 1), date(2022, 12, 1)),
    "3": (date(2025, 5, 1), date(2025, 7, 1)),
}
KNOWN = {"3-2-1501": ("张小明", "13812341234", "resident"), "3-2-1502": ("单小红", "13912345678", "resident2")}


def _name(index: int) -> str:
    return SURNAMES[(index * 37) % len(SURNAMES)] + GIVEN[(index * 17) % len(GIVEN)]


def _phone(index: int) -> str:
    return f"1{(35, 36, 37, 38, 39, 50, 86)[index % 7]}{(index * 7919 + 1234567) % 100_000_000:08d}"


def _unit(project: Project, building: Building, entrance: int, floor: int, room: int) -> Unit:
    completed, handed_over = AGES[building.code]
    number = f"{building.code}-{entrance}-{floor}{room:02d}"
    return Unit(
        project=project,
        building=building,
        number=number,
        entrance=str(entrance),
        room=f"{floor}{room:02d}",
        floor=floor,
        kind=UnitKind.HOME,
        area=Decimal("89.50") if room == 1 else Decimal("118.20"),
        status=UnitStatus.OCCUPIED,
        completed_on=completed,
        # One home never got its handover date: the desk must say so instead of guessing.
        handed_over_on=None if number == "2-1-801" else handed_over,
    )


def make_homes(project: Project, users: dict[str, User], at: datetime) -> list[Unit]:
    """Buildings, units, one owner household each (some let to tenants), cars and parking."""
    units: list[Unit] = []
    for code in AGES:
        building = Building.objects.create(project=project, code=code, name=f"{code}号楼", floors=FLOORS, has_lift=True)
        for entrance in (1, 2):
            units += [
                _unit(project, building, entrance, floor, room) for floor in range(1, FLOORS + 1) for room in (1, 2)
            ]
    Unit.objects.bulk_create(units)
    for index, unit in enumerate(units):
        _settle(project, unit, index, users, at)
    return units


def _settle(project: Project, unit: Unit, index: int, users: dict[str, User], at: datetime) -> None:
    name, phone, username = KNOWN.get(unit.number, (_name(index), _phone(index), ""))
    let = index % 11 == 5 and not username
    household = Household.objects.create(
        project=project, unit=unit, is_owner=True, lives_here=not let, started_on=unit.handed_over_on
    )
    owner = _person(project, name, phone, at, users.get(username))
    HouseholdMember.objects.create(household=household, person=owner, relation=Relation.OWNER)
    if index % 3 == 0:
        member = _person(project, _name(index + 500), _phone(index + 500), at)
        HouseholdMember.objects.create(household=household, person=member, relation=Relation.FAMILY)
    if let:
        tenants = Household.objects.create(project=project, unit=unit, is_owner=False, started_on=date(2026, 3, 1))
        tenant = _person(project, _name(index + 900), _phone(index + 900), at)
        HouseholdMember.objects.create(household=tenants, person=tenant, relation=Relation.TENANT)
    if index % 2 == 0:
        space = ParkingSpace.objects.create(
            project=project, lot="1", code=f"B1-{index + 1:03d}", kind=SpaceKind.BELOW, holder=owner, is_sold=True
        )
        Vehicle.objects.create(project=project, plate=_plate(index), person=owner, unit=unit, space=space)


def _person(project: Project, name: str, phone: str, at: datetime, user: User | None = None) -> Person:
    person = Person.objects.create(project=project, name=name, user=user, reviewed_at=at)
    PersonPhone.objects.create(person=person, number=phone, is_primary=True)
    return person


def _plate(index: int) -> str:
    letters = "ABCDEFGHJKLMNPQRSTUVWXYZ"
    return f"浙A{letters[index % 24]}{(index * 773) % 10000:04d}"


def make_second_project(project: Project, at: datetime) -> None:
    """A few homes of the other project, which nobody of the first one may see."""
    building = Building.objects.create(project=project, code="1", name="1号楼")
    for room in (101, 102, 201, 202):
        unit = Unit.objects.create(
            project=project, building=building, number=f"1-1-{room}", entrance="1", room=str(room), floor=room // 100,
            completed_on=date(2024, 1, 1), handed_over_on=date(2024, 3, 1),
        )  # fmt: skip
        household = Household.objects.create(project=project, unit=unit)
        owner = _person(project, _name(room), _phone(room), at)
        HouseholdMember.objects.create(household=household, person=owner, relation=Relation.OWNER)
