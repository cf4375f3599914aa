"""What the API's description says of every operation alike: how it refuses."""

from typing import Any

REFUSAL = "Refusal"
SCHEMA = {
    "type": "object",
    "description": "Why not, in a sentence for people; a conflict adds the values it is about.",
    "properties": {
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "fields": {"type": "object", "additionalProperties": {"type": "string"}},
    },
    "required": ["code", "detail", "fields"],
}
EVERYWHERE = {
    "400": "Something of it cannot be read or does not fit; `fields` says what.",
    "401": "Nobody is signed in.",
    "403": "Seen, but not to be done by this person.",
    "404": "There is no such thing, or it is not this person's to see.",
    "406": "Answers are JSON.",
}
ON_WRITES = {
    "409": "Not now, or somebody else changed it since it was read.",
    "413": "Larger than is taken.",
    "415": "Bodies are JSON, or a form where a file is sent.",
    "422": "The idempotency key came with another request before.",
    "429": "Too many in too short a time.",
}
WRITES = ("post", "put", "patch", "delete")


def describe_refusals(result: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
    """Add every refusal to every operation that does not describe it itself."""
    result["components"]["schemas"][REFUSAL] = SCHEMA
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{REFUSAL}"}}}
    for methods in result["paths"].values():
        for method, operation in methods.items():
            for status, words in (EVERYWHERE | ON_WRITES if method in WRITES else EVERYWHERE).items():
                operation["responses"].setdefault(status, {"description": words, "content": content})
    return result
