"""What can be wrong with a row, as codes with sentences: errors keep the row out, warnings let it in and are shown."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Severity(StrEnum):
    """Whether a row may be written."""

    ERROR = "error"
    WARNING = "warning"


ERRORS: dict[str, Promise] = {
    "required": _("This cell must be filled in."),
    "missing_column": _("No column was found for this. Choose the column, or add it to the sheet."),
    "excel_error": _("Excel shows an error here. Put the value in place of the formula."),
    "formula": _("This is a formula that was never worked out. Put the value in its place."),
    "not_whole": _("A whole number is expected."),
    "not_number": _("A number is expected."),
    "negative": _("This cannot be less than zero."),
    "too_large": _("This is larger than %(limit)s."),
    "too_long": _("This is longer than %(limit)s characters."),
    "not_a_date": _("This is not a date. Write it like 2020-06-10."),
    "date_for_code": _("Excel turned this number into a date. Format the column as text and type the number again."),
    "bad_code": _("A building, entrance or room number is written without blanks, slashes or dashes."),
    "bad_room": _("A room is written like 1001, or in full like 1-1-1001; a shop like 1-0-05."),
    "room_contradicts": _("The full number says %(said)s, but the row's own column says %(column)s."),
    "no_place": _("Building and entrance are missing; a full number like 1-1-1001 would do."),
    "unknown_choice": _("This is not one of: %(choices)s."),
    "not_a_phone": _("This is not a phone number."),
    "digits_lost": _("Excel kept only 15 digits of this number. Format the cell as text and type it again."),
    "no_person": _("An owner of a room needs a name."),
    "fees_unequal": _("%(fees)s charges are named but %(dates)s start dates. Join as many of each with #."),
    "fee_twice": _("Charge %(fee)s is named twice."),
    "unknown_fee": _("Charge %(fee)s is not in the sheet of charges."),
    "charge_stands": _(
        "The unit bears “%(item)s” already for some of these days (%(said)s). End that charge first, or leave this out."
    ),
    "unknown_owner": _("No owner has the number %(owner)s. Add the owner, or leave the cell empty."),
    "owner_stays_out": _(
        "The owner with the number %(owner)s stays out, and so does this person. Put the owner's row right first."
    ),
    "ends_before_start": _("The end is before the start."),
    "handover_first": _("The handover is before the completion."),
    "duplicate": _("The same entry already stands in row %(number)s."),
    "conflict": _("Row %(number)s says %(other)s for the same thing."),
    "no_price": _("The formula needs a unit price."),
    "reference_taken": _("Number %(owner)s belongs to somebody else in the register. Give this person another number."),
    "fee_taken": _("This number already is “%(other)s”. Give this charge another number."),
    "fee_billed": _(
        "Something was billed at another price under this number already. Publish the new price on the page of prices."
    ),
    "fee_followed": _(
        "Another price has followed the one under this number. Publish a new price on the page of prices."
    ),
    "no_amount": _("A fixed charge needs an amount."),
    "part_of_a_cent": _("Money has whole cents: write at most two decimals."),
    "nothing_due": _("Nothing was due and nothing paid: write the amount, or leave the row out."),
    "unknown_room": _("The register has no unit of this number."),
    "unknown_plate": _("The register has no vehicle with this plate."),
    "plate_without_unit": _("The register does not say to which unit this vehicle belongs. Put that right first."),
    "unknown_charge": _(
        "There is no charge of this name. Write it as on the page of prices, or publish it there first."
    ),
    "days_twice": _("Row %(number)s is about the same charge for some of the same days."),
    "days_billed": _("%(other)s is about the same charge for some of these days already."),
    "no_meter": _("Say which meter: by its number, or by the room."),
    "unknown_meter": _("No meter of this number hangs here. Note it down first."),
    "room_without_meter": _("No such meter hangs in this room. Note it down first."),
    "which_meter": _("Several meters fit: %(said)s. Write the meter's number, or its kind."),
    "meter_elsewhere": _("This meter hangs at %(said)s, not here."),
    "day_to_come": _("This day is to come."),
    "meter_down": _("This meter was taken down on %(said)s."),
    "read_twice": _("Row %(number)s says another value for the same meter and day."),
    "taken_over_otherwise": _("%(other)s was taken over for these days with another amount: ¥%(said)s."),
}

WARNINGS: dict[str, Promise] = {
    "rounded": _("Rounded to %(value)s."),
    "phone_unusual": _("Neither a mobile number of 11 digits nor a landline; kept as it is."),
    "id_checksum": _("The check digit of the ID number is wrong; please compare it with the card."),
    "id_unusual": _("Not a resident ID number of 18 digits; kept as another document."),
    "owner_not_listed": _("No owner has the number %(owner)s, so this row comes in without an owner. Add the owner."),
    "owner_left_out": _("The owner with the number %(owner)s stays out, so this row comes in without an owner."),
    "occupants_differ": _(
        "The register names somebody else for this unit; nothing was changed there. Record the sale or move."
    ),
    "room_unclear": _("The owner has several units, or none; say on the household's page where this person lives."),
    "plate_twice": _("This plate already stands in row %(number)s; the vehicle stays with that space."),
    "unsold_with_owner": _("The room is marked unsold but names an owner; the owner is kept."),
    "lived_in_without_owner": _("The room is marked as handed over but names no owner."),
    "unknown_sheet": _("This sheet was not recognised and is not read."),
    "sheet_not_taken": _("Sheets of this kind are not taken over here."),
    "paid_more": _("More was paid than was due. Take the rest down at the till as paid in advance."),
    "owner_came_later": _(
        "The owner is registered from %(said)s on, after these days, and the bill is theirs all the same. Leave the "
        "row out where somebody else owes it."
    ),
    "column_twice": _("Two columns have this name; the first one is read."),
    "phones_more_than_people": _("There are more phone numbers than people; the rest go to the first person."),
    "day_of_no_car": _("This row names no vehicle, so nothing is charged from this day on. Add the plate."),
    "seen_twice": _("The same row already stands in row %(number)s; it is read once."),
}


@dataclass(frozen=True)
class RowError:
    """One thing wrong with one cell or row; for a whole row `column` (the file's header) and `field_name` are empty."""

    sheet: str
    row: int
    column: str
    value: str
    code: str
    field_name: str = ""
    params: dict[str, Any] = field(default_factory=dict, hash=False)

    @property
    def severity(self) -> Severity:
        """Errors keep the row out; warnings do not."""
        return Severity.WARNING if self.code in WARNINGS else Severity.ERROR

    @property
    def is_error(self) -> bool:
        """Whether the row stays out because of this."""
        return self.severity is Severity.ERROR

    @property
    def sentence(self) -> str:
        """What is wrong and what to do, in the reader's language."""
        template = ERRORS.get(self.code) or WARNINGS[self.code]
        return str(template) % self.params

    @property
    def place(self) -> str:
        """Where, as people write it: `房屋信息!7 业主编号`."""
        return f"{self.sheet}!{self.row} {self.column}".rstrip() if self.row else self.sheet
