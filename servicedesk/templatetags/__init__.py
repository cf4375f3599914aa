"""Template tags of the frame: how times, deadlines, money, phones and icons look on every page."""
