"""What holds for every test: figures without a screen, property tests without a clock."""

from __future__ import annotations

import os

from hypothesis import settings

os.environ.setdefault("MPLBACKEND", "Agg")

# Times vary with the machine, so no example fails for being slow.
# Unattended runs draw the same examples each time.
settings.register_profile("default", deadline=None)
settings.register_profile("unattended", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("unattended" if os.environ.get("CI") else "default")
