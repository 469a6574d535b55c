"""`make bench`: DESIGN section 8's table, each row beside its reference in the same run.

    .venv/bin/python -m bench [ROW …] [--quick] [--json FILE] [--plot FILE] [--docs]
    .venv/bin/python -m bench --check [--record]
    .venv/bin/python -m bench --soak MINUTES

Rows run one after another; a row and what stands beside it take turns. `--docs` writes the table,
docs/pictures/performance.svg and docs/performance.json; rows that were not chosen stay there as
they were measured last. `--check` sets ratios of CPU time against bench/ratios.json (a minute, no
server): exit status 1 where one is more than a quarter worse. `--record` keeps them instead.
"""

import argparse
import sys
from pathlib import Path

from bench import page, plot, ratios, soak
from bench.rows import ROWS, row
from bench.scale import Scale, progress
from bench.table import Row, text


def main() -> int:
    given = _arguments()
    if given.check or given.record:
        return ratios.main(keep=given.record)
    if given.soak is not None:
        return soak.main(given.soak, given.keep)
    scale = Scale(given.quick, given.rounds or (1 if given.quick else 3))
    found: list[Row] = []
    for name in given.rows or ROWS:
        progress(f"row {name}")
        found.append(row(name)(scale))
        print(text(found[-1:]), flush=True)
    if given.json:
        given.json.write_bytes(page.as_json(found))
    if given.plot:
        given.plot.write_text(plot.svg(found, page.where_and_when()))
    if given.docs:
        page.write(found)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"of {', '.join(ROWS)}; else all")
    parser.add_argument("--quick", action="store_true", help="small sizes, one round")
    parser.add_argument("--rounds", type=int, help="of each row; else 3")
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--plot", type=Path, metavar="FILE", help="an .svg")
    parser.add_argument("--docs", action="store_true", help="write docs/performance.md's table")
    parser.add_argument("--check", action="store_true", help="ratios against bench/ratios.json")
    parser.add_argument("--record", action="store_true", help="keep the ratios as they are now")
    parser.add_argument("--soak", type=float, metavar="MINUTES", help="at city rate, is it flat")
    parser.add_argument("--keep", action="store_true", help="--soak: draw it into the docs")
    given = parser.parse_args()
    unknown = [name for name in given.rows if name not in ROWS]
    if unknown:
        parser.error(f"no row is called {unknown[0]}; there are {', '.join(ROWS)}")
    if given.quick and given.docs:
        parser.error("--docs: figures of --quick are for nobody's docs; leave one out")
    return given


if __name__ == "__main__":
    sys.exit(main())
