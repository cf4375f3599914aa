"""Say whether the PostgreSQL and the Redis that the suite is to run on are there; make the database if it is missing.

Call it as `python -m tools.services postgres://… redis://…`.
"""

import sys
from urllib.parse import urlsplit

import psycopg2
import redis
from psycopg2 import sql
from psycopg2.extensions import ISOLATION_LEVEL_AUTOCOMMIT

SECONDS = 5


def check_postgres(url: str) -> str:
    """Connect, create the database where there is none, and return the server's version."""
    name = urlsplit(url).path.lstrip("/")
    maintenance = urlsplit(url)._replace(scheme="postgresql", path="/postgres").geturl()
    connection = psycopg2.connect(maintenance, connect_timeout=SECONDS)
    try:
        connection.set_isolation_level(ISOLATION_LEVEL_AUTOCOMMIT)
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
            if cursor.fetchone() is None:
                cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return str(connection.server_version)
    finally:
        connection.close()


def check_redis(url: str) -> str:
    """Connect and return the server's version."""
    client = redis.Redis.from_url(url, socket_connect_timeout=SECONDS)
    return str(client.info("server")["redis_version"])


def main(arguments: list[str]) -> int:
    """Check both; return 1 when one does not answer."""
    if len(arguments) != 2:
        print("usage: python -m tools.services postgres://… redis://…", file=sys.stderr)
        return 2
    missing = 0
    try:
        print(f"PostgreSQL {check_postgres(arguments[0])} answers")
    except psycopg2.Error as problem:
        print(f"✗ PostgreSQL is not running where the suite looks for it: {problem}")
        missing = 1
    try:
        print(f"Redis {check_redis(arguments[1])} answers")
    except redis.RedisError as problem:
        print(f"✗ Redis is not running where the suite looks for it: {problem}")
        missing = 1
    return missing


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
