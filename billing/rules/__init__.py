"""The pure rules of money: no database, no clock, exact until the one rounding."""
