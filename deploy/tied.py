"""Run a command that dies with the process that started it, and note its number.

    tied.py [--signal TERM] NAME COMMAND…

A supervisor that is killed cannot stop its children; on Linux the kernel does it for it, so that no
second worker, beat or web process is left behind. The number of the process goes to run/NAME.pid.
"""

import argparse
import os
import signal
from contextlib import suppress
from pathlib import Path

from billiard.util import set_pdeathsig  # type: ignore[attr-defined]

parser = argparse.ArgumentParser()
parser.add_argument("--signal", default="KILL")
parser.add_argument("name")
parser.add_argument("command", nargs=argparse.REMAINDER)
asked = parser.parse_args()

parent = os.getppid()
with suppress(OSError):  # not Linux: an orphan is then stopped by hand
    set_pdeathsig(getattr(signal, f"SIG{asked.signal}"))
if os.getppid() != parent:
    raise SystemExit("the parent died meanwhile")
(Path(os.environ["VAR_DIR"]) / "run" / f"{asked.name}.pid").write_text(f"{os.getpid()}\n")
os.execvp(asked.command[0], asked.command)  # noqa: S606 (the command is the supervisor's own)
