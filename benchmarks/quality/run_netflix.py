#!/usr/bin/env python3
"""Directors, countries and genres of netflix titles: our read-outs against baselines, as a Markdown table.

  run_netflix.py --bench DIR --data DIR [--fold test] [--seeds 1,2,3] [--train-args "--lr .04"]

Everything is computed once and kept below --work; a rerun prints. Ours is computed anew when the
program or --train-args changed. MPR is mean rank / number of candidates; ties are shared.
"""
from report import parser
from run import add_options, run
from splits import NETFLIX


def main():
    options = parser(__doc__)
    add_options(options, seeds="1,2,3")
    run(NETFLIX, options.parse_args())


if __name__ == "__main__":
    main()
