"""The dashboard and the alerts: each expression parses, and names what the program prints.

  python3 monitoring_test.py CORSAC_PROGRAM MONITORING_FOLDER
"""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

from observed import Observed
from tap import Cases, Skip, contains, equal

PROGRAM, FOLDER = map(os.path.abspath, sys.argv[1:3])
PROMTOOL = shutil.which("promtool")
METRIC = re.compile(r"\bcorsac_\w+")
SELECTOR = re.compile(r"\b(corsac_\w+)\{([^}]*)\}")
LABEL = re.compile(r"(\w+)\s*(?:=~|!~|!=|=)\s*\"([^\"]*)\"")
# The label that Prometheus adds itself.
ADDED = {"instance"}
VARIABLES = {"$instance": ".*", "${datasource}": "x"}


def dashboard():
    with open(os.path.join(FOLDER, "corsac_dashboard.json"), encoding="utf-8") as file:
        return json.load(file)


def dashboard_expressions():
    return [(f"{panel['title']} {target['refId']}", target["expr"])
            for panel in dashboard()["panels"] for target in panel["targets"]]


def alerts_text():
    with open(os.path.join(FOLDER, "corsac_alerts.yml"), encoding="utf-8") as file:
        return file.read()


def promtool(*arguments, **options):
    if PROMTOOL is None:
        raise Skip("there is no promtool: apt-get install prometheus (server/packages tests)")
    return subprocess.run([PROMTOOL, *arguments], text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=60, check=False, **options)


def alerts_parse():
    run = promtool("check", "rules", os.path.join(FOLDER, "corsac_alerts.yml"))
    equal(run.returncode, 0, run.stdout)
    count = len(re.findall(r"^ *- alert:", alerts_text(), re.M))
    contains(run.stdout, f"{count} rules found")


def expressions_of_the_dashboard_parse():
    lines = ["groups:", "- name: dashboard", "  rules:"]
    for number, (_, expression) in enumerate(dashboard_expressions()):
        for variable, value in VARIABLES.items():
            expression = expression.replace(variable, value)
        lines += [f"  - record: panel:{number}", f"    expr: {json.dumps(expression)}"]
    with tempfile.NamedTemporaryFile("w", suffix=".yml") as file:
        file.write("\n".join(lines) + "\n")
        file.flush()
        run = promtool("check", "rules", file.name)
    equal(run.returncode, 0, run.stdout)
    contains(run.stdout, f"{len(dashboard_expressions())} rules found")


def a_wrong_expression_is_found():
    with tempfile.NamedTemporaryFile("w", suffix=".yml") as file:
        file.write("groups: [{name: x, rules: [{record: 'x:y', expr: 'sum(rate(corsac_x[5m])'}]}]")
        file.flush()
        run = promtool("check", "rules", file.name)
    assert run.returncode != 0, "promtool takes everything"


def what_the_program_prints_is_well_formed(text):
    run = promtool("check", "metrics", input=text)
    equal((run.returncode, run.stdout), (0, ""))


def printed_series(text):
    """{name: {label: values}} of the samples."""
    series = {}
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        name, labels = re.match(r"(\w+)(?:\{(.*)\})? ", line).groups()
        known = series.setdefault(name, {})
        for label, value in re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', labels or ""):
            known.setdefault(label, set()).add(value)
    return series


def every_metric_is_printed(expressions, series):
    assert expressions, "there is nothing to look at"
    for where, expression in expressions:
        for name in METRIC.findall(expression):
            assert name in series, f"{where}: the program prints no {name}"
        for name, labels in SELECTOR.findall(expression):
            for label, value in LABEL.findall(labels):
                if label in ADDED:
                    continue
                assert label in series[name], f"{where}: {name} has no label {label}"
                for part in value.split("|"):
                    assert part in series[name][label], f"{where}: {name} has no {label}={part}"


def every_label_that_is_summed_by_exists(expressions, series):
    for where, expression in expressions:
        names = METRIC.findall(expression)
        known = set().union(*(series[name] for name in names)) | ADDED
        for labels in re.findall(r"\bby\s*\(([^)]*)\)", expression):
            for label in labels.split(","):
                assert label.strip() in known, f"{where}: none of {names} has {label.strip()}"


def histogram_adds_up(text):
    counts = [int(n) for n in re.findall(r'^corsac_decision_seconds_bucket\{.*\} (\d+)$', text,
                                         re.M)]
    equal(counts, sorted(counts), "buckets are cumulative")
    total = int(re.search(r"^corsac_decision_seconds_count (\d+)$", text, re.M).group(1))
    equal(counts[-1], total)
    assert total > 0, "nothing was timed under debug"


def alert_expressions():
    folded = re.sub(r"expr: >-\n((?: {10}.*\n)+)",
                    lambda m: "expr: " + " ".join(m.group(1).split()) + "\n", alerts_text())
    return re.findall(r"alert: (\w+)\n\s+expr: (.*)", folded)


def main():
    cases = Cases()
    cases.add("the alerts parse", alerts_parse)
    cases.add("the dashboard's expressions parse", expressions_of_the_dashboard_parse)
    cases.add("and one that is wrong does not", a_wrong_expression_is_found)
    with Observed(PROGRAM) as running:
        running.meet_every_series()
        text = running.get("/metrics").decode()
        series = printed_series(text)
        cases.add("/metrics is well-formed", what_the_program_prints_is_well_formed, text)
        cases.add("its histogram adds up", histogram_adds_up, text)
        for name, expressions in (("dashboard", dashboard_expressions()),
                                  ("alerts", alert_expressions())):
            cases.add(f"{name}: metrics exist", every_metric_is_printed, expressions, series)
            cases.add(f"{name}: labels exist", every_label_that_is_summed_by_exists, expressions,
                      series)
        cases.run()


if __name__ == "__main__":
    main()
