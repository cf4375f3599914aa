"""Pages of deadlines: the rules and how they change, and one case's clocks explained."""
