"""What a page sends while somebody types."""

import json

from django.test import Client


def keep(client: Client, key: str, *, form: str = "intake", page: str = "/intake/", **typed: str) -> None:
    """Keep what was typed into one form, as its page does."""
    data = json.dumps({name: [value] for name, value in typed.items()})
    answer = client.post("/drafts/keep/", {"key": key, "form": form, "page": page, "title": "登记", "data": data})
    assert answer.status_code == 204, answer.content
