"""Tests of count_results.py: what a run must never hide. Prints TAP."""
import os
import sys
import tempfile

import count_results

ROWS = [
    ("passes and skips", ['<testcase name="a"/>', '<testcase name="b"><skipped/></testcase>'],
     (1, 0, 1)),
    ("a failure", ['<testcase name="a"><failure/></testcase>'], (0, 1, 0)),
    ("an error", ['<testcase name="a"><error/></testcase>'], (0, 1, 0)),
    ("no test at all", [], (0, 1, 0)),
]


def count_text(text):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "report.xml")
        with open(path, "w", encoding="utf-8") as report:
            report.write(text)
        passed, failed, skipped = count_results.count(path)
    return passed, len(failed), skipped


def main():
    outcomes = []
    for desc, cases, expected in ROWS:
        text = "<testsuites><testsuite>" + "".join(cases) + "</testsuite></testsuites>"
        outcomes.append((desc, count_text(text) == expected))
    outcomes.append(("a report cut in the middle", count_text("<testsuites><tes") == (0, 1, 0)))
    missing = count_results.count("/nonexistent/report.xml")
    outcomes.append(("a report that is missing", (missing[0], len(missing[1])) == (0, 1)))
    print(f"1..{len(outcomes)}")
    for number, (desc, is_right) in enumerate(outcomes, 1):
        print(f"{'ok' if is_right else 'not ok'} {number} - counts {desc}")


if __name__ == "__main__":
    sys.path.insert(0, os.path.dirname(__file__))
    main()
