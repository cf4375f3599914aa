"""The office's own costs of the demonstration: a share that was paid, and a reimbursement that waits."""

from decimal import Decimal

from billing.actions.office import NewCost, ask_for_cost, pay_cost
from billing.states import Method, OfficeKey, OfficeKind
from records.approvals import approve
from servicedesk.demo.prices import Books


def make_office(books: Books) -> None:
    """Last month's electricity of the office, shared by area and paid today; stationery that a colleague laid out."""
    users, month = books.users, books.month(1)
    share = NewCost(
        kind=OfficeKind.SHARED,
        words=f"办公楼{month.start.month}月电费分摊",
        supplier="国网杭州供电公司",
        start=month.start,
        end=month.end,
        whole=Decimal("8642.35"),
        share_by=OfficeKey.AREA,
        weight=Decimal("186.5"),
        weight_all=Decimal(2480),
    )
    paid = ask_for_cost(project=books.project, cost=share, by=users["cashier"], at=books.days_ago(2, "09:40"))
    approve(approval=paid.approval, by=users["supervisor"], at=books.days_ago(2, "11:15"))
    pay_cost(
        cost=paid,
        method=Method.TRANSFER,
        received_by=share.supplier,
        reference="HZ88120233",
        by=users["cashier"],
        at=books.minutes_ago(14),
    )
    stationery = NewCost(
        kind=OfficeKind.REIMBURSED,
        words="前台打印纸、硒鼓",
        supplier="晨光文具 文一路店",
        claimant=users["frontdesk"],
        amount=Decimal("268.50"),
    )
    ask_for_cost(project=books.project, cost=stationery, by=users["frontdesk"], at=books.minutes_ago(28))
