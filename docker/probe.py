"""What the health checks call: exit with 0 when an address inside the installation answers 200.

With the name of a part (`beat`), only that part of the answer of `/readyz` counts, and only while the database is well:
a web server that is away, or a database, is no fault of the scheduler.
"""

import http.client
import json
import sys
from urllib.parse import urlsplit

SECONDS = 4


def ask(address: str) -> tuple[int, bytes]:
    """Ask once, as the proxy would, so that the answer is not a redirect to TLS; 0 when nobody answers."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=SECONDS)
    try:
        connection.request("GET", parts.path, headers={"Host": "localhost", "X-Forwarded-Proto": "https"})
        answer = connection.getresponse()
        return answer.status, answer.read()
    except (OSError, http.client.HTTPException) as problem:
        return 0, str(problem).encode()
    finally:
        connection.close()


def is_well(status: int, body: bytes, part: str = "") -> bool:
    """Judge an answer: as a whole, or by one part of it."""
    if not part:
        return status == http.HTTPStatus.OK
    try:
        found = json.loads(body)
    except ValueError:
        return True
    return bool(found.get("database") != "ok" or found.get(part) == "ok")


def main(arguments: list[str]) -> int:
    """Return 0 when all is well."""
    status, body = ask(arguments[0])
    sys.stdout.write(body.decode(errors="replace")[:500])
    return 0 if is_well(status, body, *arguments[1:2]) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
