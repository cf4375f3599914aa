"""Pages of telling: the inbox, who was told what, who is away."""
