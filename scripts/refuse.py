"""Refuses what no tracked file may carry: a package registry's address, a path of this machine.

Run from the checkout; exit status 1 with every line that has to go.
"""

import re
import subprocess
import sys
from pathlib import Path

_HOSTS = "|".join(
    ("pypi" + r"\.org", "pythonhosted" + r"\.org", "registry.npmjs" + r"\.org", "crates" + r"\.io",
     "repo1?.maven" + r"\.(apache\.)?org", "proxy.golang" + r"\.org", "deb.debian" + r"\.org")
)  # fmt: skip
REFUSED = {
    "a package registry's address": re.compile(
        rf"({_HOSTS})|--(extra-)?index-url|https?://[^ \"]+\.(whl|tar\.gz|crate|tgz)\b"
    ),
    "a path of this machine": re.compile(r"(^|[\s\"'=(`])/(home/\w+|root|work|Users/\w+)/"),
    "a mark of something unfinished": re.compile(r"\b(TODO|FIXME|XXX|HACK)\b"),
}
_ITSELF = Path(__file__).name


def main() -> int:
    """Look through every tracked text file; 1 if anything is refused."""
    listed = subprocess.run(["git", "ls-files", "-z"], capture_output=True, check=True, text=True)  # noqa: S607
    found = 0
    for name in filter(None, listed.stdout.split("\0")):
        path = Path(name)
        if path.name == _ITSELF or not path.is_file():
            continue
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError:
            continue  # a picture
        for number, line in enumerate(lines, 1):
            for what, pattern in REFUSED.items():
                if pattern.search(line):
                    print(f"{name}:{number}: {what}: {line.strip()[:120]}")
                    found += 1
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
