"""The pages' pictures in docs/pictures: each page in a browser on a phone's screen, side by side.

    .venv/bin/python scripts/console_pictures.py

The pages are those of tests/integration/console, which write them where COLDCHAIN_PICTURES says.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
TESTS = "tests/integration/console"
#: A picture -> the pages that stand in it, in order.
PICTURES = {
    "console-zh-CN": ("mine-zh-CN", "alert-zh-CN", "in-hand-zh-CN", "message-zh-CN", "shift-zh-CN"),
    "console-en": ("mine-en", "alert-en", "in-hand-en", "message-en", "shift-en"),
    "console-no-signal": ("no-signal-zh-CN", "not-entered-zh-CN"),
}
#: Pixels between two pages; colours that are enough for flat pages.
GAP, COLOURS = 24, 96


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        found = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", TESTS],
            env=os.environ | {"COLDCHAIN_PICTURES": folder},
            cwd=ROOT,
            check=False,
        )
        if found.returncode:
            sys.exit("the pages' tests fail: no pictures were made")
        for name, pages in PICTURES.items():
            beside(
                [Path(folder, f"{page}.png") for page in pages], ROOT / f"docs/pictures/{name}.png"
            )


def beside(pages: list[Path], to: Path) -> None:
    """Pages beside each other, at half their size."""
    opened = [Image.open(page).convert("RGB") for page in pages]
    small = [
        one.resize((one.width // 2, one.height // 2), Image.Resampling.LANCZOS) for one in opened
    ]
    width = sum(one.width for one in small) + GAP * (len(small) - 1)
    sheet = Image.new("RGB", (width, max(one.height for one in small)), "white")
    at = 0
    for one in small:
        sheet.paste(one, (at, 0))
        at += one.width + GAP
    sheet.quantize(COLOURS).save(to, optimize=True)


if __name__ == "__main__":
    main()
