"""Pages of tickets. Each view reads the clock and the form, calls one action, and renders."""
