"""Chaos on purpose: the real processes are killed while real work is done, then everything is counted.

    python -m crm.chaos --profile embedded --jobs 60 --kills 6 --seed 1

Nothing outside of the ground of a run is touched: it has a folder, a database, a Redis server and ports
of its own on the loopback interface, and is bounded in time. The last line printed is one JSON object.
"""
