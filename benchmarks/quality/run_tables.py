#!/usr/bin/env python3
"""Nine tasks on six tables: our read-outs against counts, word vectors and classifiers, as Markdown tables.

  run_tables.py --bench DIR --data DIR [--tables mushroom,adult] [--fold test] [--seeds 1,2]

Everything is computed once and kept below --work; a rerun prints. Ours is computed anew when the
program or --train-args changed. MPR is mean rank / number of candidates; ties are shared.
"""
from report import parser
from run import add_options, run
from splits import TABLES


def main():
    options = parser(__doc__)
    add_options(options, seeds="1,2")
    options.add_argument("--tables", default=",".join(TABLES), help="default %(default)s")
    options = options.parse_args()
    for name in options.tables.split(","):
        if name not in TABLES:
            raise SystemExit(f"--tables: expected some of {', '.join(TABLES)}, received {name}")
        try:
            run(name, options)
        except SystemExit as skipped:
            print(f"\n### {name}\n\n{skipped}")


if __name__ == "__main__":
    main()
