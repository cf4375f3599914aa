"""A program whose threads write to the same file, one transaction after the other, as the desk's do: says what it met.

`python -m tests.servicedesk.writers 4 50`: threads, and transactions of each. A third of them is rolled back.
"""

import json
import sys
import time

import django


def work(count: int) -> list[float]:
    """So many transactions, each as long as a payment takes; how long each waited to begin, in seconds."""
    from django.db import connection, transaction  # noqa: PLC0415  only after the set-up

    waited = []
    for number in range(count):
        began = time.monotonic()
        with transaction.atomic(), connection.cursor() as cursor:
            waited.append(time.monotonic() - began)
            cursor.execute("UPDATE writes SET last = last + 1")
            time.sleep(0.003)
            if number % 3 == 0:
                transaction.set_rollback(True)
    return waited


def main(threads: int, count: int) -> None:
    django.setup()
    from tests.threads import at_once  # noqa: PLC0415  it reads the settings

    answers = at_once(threads, lambda _: work(count), patience=600)
    refused = [str(answer) for answer in answers if isinstance(answer, Exception)]
    waited = [seconds for answer in answers if not isinstance(answer, Exception) for seconds in answer]
    sys.stdout.write(json.dumps({"refused": refused, "longest": max(waited, default=0), "count": len(waited)}))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
