"""Who works in the demonstration project: one account per role, and a few colleagues so that there is a choice."""

from dataclasses import dataclass

from django.conf import settings

from accounts.models import Department, Membership, Project, User
from accounts.states import DepartmentKind, Role

DEPARTMENTS = {
    DepartmentKind.SERVICE: ("客户服务中心", "Customer service"),
    DepartmentKind.MAINTENANCE: ("维修部", "Maintenance"),
    DepartmentKind.CLEANING: ("保洁部", "Cleaning"),
    DepartmentKind.SECURITY: ("秩序维护部", "Security"),
    DepartmentKind.FINANCE: ("财务部", "Finance"),
}


@dataclass(frozen=True)
class Account:
    """A demo account. Those beside the contract's are colleagues."""

    username: str
    name: str
    role: str
    department: str = ""
    project: str = "demo"


ACCOUNTS = [
    Account("frontdesk", "李晓燕", Role.FRONTDESK, DepartmentKind.SERVICE),
    Account("cashier", "周敏", Role.CASHIER, DepartmentKind.FINANCE),
    Account("technician", "王建国", Role.TECHNICIAN, DepartmentKind.MAINTENANCE),
    Account("head", "赵国强", Role.HEAD, DepartmentKind.MAINTENANCE),
    Account("supervisor", "陈静", Role.SUPERVISOR, DepartmentKind.SERVICE),
    Account("gm", "刘志远", Role.GM),
    Account("guard", "孙大勇", Role.GUARD, DepartmentKind.SECURITY),
    Account("quality", "吴倩", Role.QUALITY),
    Account("admin", "管理员", Role.ADMIN),
    Account("resident", "张小明", Role.RESIDENT),
    Account("resident2", "单小红", Role.RESIDENT),
    Account("frontdesk2", "郑丽", Role.FRONTDESK, DepartmentKind.SERVICE, "demo2"),
    Account("electrician", "钱师傅", Role.TECHNICIAN, DepartmentKind.MAINTENANCE),
    Account("plumber", "何师傅", Role.TECHNICIAN, DepartmentKind.MAINTENANCE),
    Account("cleaner", "马阿姨", Role.TECHNICIAN, DepartmentKind.CLEANING),
    Account("colleague", "林小雨", Role.FRONTDESK, DepartmentKind.SERVICE),
]


def make_projects() -> dict[str, Project]:
    """The two projects with their departments."""
    names = {
        "demo": ("翠湖花园（演示）", "Emerald Lake Gardens (demo)"),
        "demo2": ("枫林雅苑（演示）", "Maple Court (demo)"),
    }
    made = {}
    for code, (zh, en) in names.items():
        made[code] = Project.objects.create(
            code=code, name_zh=zh, name_en=en, is_demo=True, phone="0571-88880000", address="杭州市西湖区翠湖路 1 号"
        )
        for kind, (zh_name, en_name) in DEPARTMENTS.items():
            Department.objects.create(project=made[code], kind=kind, name_zh=zh_name, name_en=en_name)
    return made


def make_staff(projects: dict[str, Project]) -> dict[str, User]:
    """The accounts and their memberships."""
    users = {}
    for account in ACCOUNTS:
        user = User(username=account.username, name=account.name, is_demo=True, is_staff=account.role == Role.ADMIN)
        user.set_password(settings.DEMO_PASSWORD)
        user.save()
        project = projects[account.project]
        department = project.departments.filter(kind=account.department).first() if account.department else None
        Membership.objects.create(user=user, project=project, role=account.role, department=department)
        users[account.username] = user
    return users
