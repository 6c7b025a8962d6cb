"""Exit 0 when the PostgreSQL or Redis at the given address answers within two seconds."""

import sys

import environ


def main(url: str) -> int:
    """Return 0 when the service answers, 1 when it does not."""
    try:
        if url.startswith("redis"):
            import redis

            redis.Redis.from_url(url, socket_connect_timeout=2, socket_timeout=2).ping()
        else:
            import psycopg2

            parts = environ.Env.db_url_config(url)
            psycopg2.connect(
                host=parts["HOST"],
                port=parts["PORT"] or 5432,
                user=parts["USER"],
                password=parts["PASSWORD"],
                dbname="postgres",
                connect_timeout=2,
            ).close()
    except Exception:
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
