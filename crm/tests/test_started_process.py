"""What a process holds once it has started: every web server and worker pays for it all day."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
#: Large, and used by nightly work and a few pages: loaded there.
LARGE = ("pandas", "scipy", "sklearn", "jieba")
STARTED = f"""
import sys, django
django.setup()
from django.urls import get_resolver
from crm.celery import app
get_resolver().reverse_dict
app.loader.import_default_modules()
print([name for name in {LARGE!r} if name in sys.modules])
"""


def test_pages_and_tasks_load_no_large_library_before_it_is_used() -> None:
    done = subprocess.run(
        [sys.executable, "-c", STARTED], cwd=ROOT, capture_output=True, text=True, check=True, timeout=120
    )
    assert done.stdout.splitlines()[-1] == "[]"
