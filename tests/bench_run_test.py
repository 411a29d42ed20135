"""Tests of bench/run for its form, not for its times: every shape is measured on what is there and
the rest is named as absent, the numbers are valid, tables go between their marks. Prints TAP.

  bench_run_test.py BUILD_FOLDER
"""
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from xml.etree import ElementTree

from tap import Cases, contains, equal
from waiting import until

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
RUN = os.path.join(ROOT, "bench", "run")
PEERS = os.path.join(ROOT, "bench", "peers")
sys.path.insert(0, PEERS)

import picture  # noqa: E402
import rounds  # noqa: E402
import script  # noqa: E402
import shapes  # noqa: E402
import subject  # noqa: E402
import table  # noqa: E402

MARKED = "before\n<!-- bench/run: begin -->\nold\n<!-- bench/run: end -->\nafter\n"


def run(*arguments, environment=None):
    return subprocess.run([sys.executable, RUN, *arguments], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, check=False,
                          stdin=subprocess.DEVNULL, env=environment)


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def children(process):
    with open(f"/proc/{process}/task/{process}/children", encoding="utf-8") as file:
        return file.read().split()


class QuickRun:
    """One run that the cases look at."""

    def __init__(self, build, folder):
        self.pages = os.path.join(folder, "pages")
        for name in ("README.md", "bench/README.md"):
            write(os.path.join(self.pages, name), MARKED)
        self.json = os.path.join(folder, "report.json")
        self.done = run("--quick", "--rounds", "2", "--milliseconds", "0.05", "--build", build,
                        "--json", self.json, "--write", "--pages", self.pages)

    def report(self):
        return json.loads(read(self.json))

    def ends_as_it_says(self):
        report = self.report()
        assert not report["wrong"], report["wrong"]
        expected = 1 if report["wins"] else 3 if report["unclear"] else 0
        equal(self.done.returncode, expected, self.done.stderr)
        equal(self.done.stderr, "")

    def measures_every_shape(self):
        names = [one["name"] for one in shapes.shapes()]
        names += [one["name"] for n in shapes.GROWTH if n <= 1_000 for one in shapes.growth(n)]
        equal([one["name"] for one in self.report()["cases"]], names)

    def measures_every_subject_that_is_there(self):
        report = self.report()
        present = {one["name"] for one in report["subjects"] if not one["absent"]}
        assert present & {"corsac", "corsac_newest"}, report["subjects"]
        for one_case in report["cases"]:
            equal(set(one_case["results"]), present, one_case["name"])
            for result in one_case["results"].values():
                equal((len(result["ns"]), len(result["bare_ns"])), (2, 2))
                assert min(result["ns"]) > 0 and result["net"]["min"] > 0, result

    def names_the_machine(self):
        machine = self.report()["machine"]
        assert machine["processor"] and machine["processors"] > 0, machine
        contains(self.done.stdout, machine["processor"])
        contains(read(self.pages + "/README.md"), machine["date"])

    def names_what_is_absent(self):
        for one in self.report()["subjects"]:
            if one["absent"]:
                contains(self.done.stdout, f"{one['title']}: {one['absent']}")

    def writes_tables_between_the_marks(self):
        for name, wanted in (("README.md", table.README_ROWS), ("bench/README.md", None)):
            page = read(os.path.join(self.pages, name))
            assert page.startswith("before\n<!-- bench/run: begin -->\n| shape |"), page
            assert page.endswith("\n<!-- bench/run: end -->\nafter\n"), page
            rows = [line for line in page.splitlines() if re.match(r"\| [a-z0-9]", line)][1:]
            shown = [one["name"] for one in self.report()["cases"]
                     if wanted is None or one["name"] in wanted]
            equal([row.split(" | ")[0].strip("| ?") for row in rows], shown, name)

    def draws_a_line_for_each_subject(self):
        root = ElementTree.parse(self.pages + "/bench/growth.svg").getroot()
        lines = root.findall("{http://www.w3.org/2000/svg}polyline")
        present = [one for one in self.report()["subjects"] if not one["absent"]]
        equal(len(lines), len(present))

    def shows_a_kept_run_again(self):
        again = run("--from-json", self.json)
        equal((again.returncode, again.stdout), (self.done.returncode, self.done.stdout))


def result(median):
    return {"ratio": {"median": median}}


def counts_a_win_only_beyond_the_noise():
    rows = [("slower", 1.2, 0.0, False), ("ahead", 0.8, 0.0, True), ("ahead in noise", 0.8, 0.3, False),
            ("even", 0.96, 0.0, False), ("ahead by less than the noise", 0.92, 0.09, False)]
    for desc, ratio, noise, is_win in rows:
        one_case = {"name": "shape", "noise": {"corsac": noise}, "results": {"peer": result(ratio)}}
        wins, unclear = rounds.verdicts([one_case], {"peer": "corsac"})
        equal((bool(wins), bool(unclear)), (is_win, noise > rounds.NOISE_LIMIT), desc)


def checks_outcomes():
    rows = [("granted", "https://a.example", True, True), ("for all", "*", True, True),
            ("not granted", None, True, False), ("another origin", "https://b.example", True, False),
            ("refused", None, False, True), ("granted by mistake", "*", False, False)]
    for desc, allowed, granted, is_right in rows:
        answer = {} if allowed is None else {"Access-Control-Allow-Origin": allowed}
        try:
            rounds.check_answers({"from": ["https://a.example"], "granted": granted}, [answer])
            seen = True
        except RuntimeError:
            seen = False
        equal(seen, is_right, desc)


# A subject that answers as it must.
SUBJECT = """
import json, sys
for line in sys.stdin:
    command, argument = line.rstrip().split(" ", 1)
    if command == "prepare":
        with open(argument, encoding="utf-8") as file:
            case = json.load(file)
        answer = {{"answers": [{{"Access-Control-Allow-Origin": origin}} if case["granted"] else {{}}
                              for origin in case["from"]]}}
    else:
        answer = {{"ns": {ns}, "bare_ns": 1}}
    {failure}
    print(json.dumps(answer), flush=True)
"""


class OneRun:
    """Two cases on a Corsac, a hook held against it and a last peer; each fails as it is told to."""

    def __init__(self, folder, corsac="", hand="", hand_seconds=60, corsac_ns=10, starts=2, peer_starts=100):
        self.programs = []
        self.peers = 0

        def started(failure, ns=10, seconds=60):
            code = SUBJECT.format(failure=failure or "pass", ns=ns)
            self.programs.append(subject.Program([sys.executable, "-c", code], seconds))
            return self.programs[-1]

        def started_peer():
            if self.peers == peer_starts:
                raise OSError("not here")
            self.peers += 1
            return started("")

        self.measurement = rounds.Measurement(
            [subject.Subject("corsac", "Corsac", None, lambda: started(corsac, corsac_ns)),
             subject.Subject("hand", "hand", "corsac", lambda: started(hand, seconds=hand_seconds)),
             subject.Subject("peer", "peer", "corsac", started_peer)],
            starts, 3, 1, folder, lambda text: None)
        try:
            self.cases = [self.measurement.measure(shapes.one_case(
                name, [f"https://{i}.example" for i in range(count)], ["https://0.example"], True))
                for name, count in (("first", 1), ("second", 2))]
        finally:
            self.measurement.close()

    def outcome(self, name):
        """For each case: why it was left out, "" = measured and compared, "alone" = not compared."""
        return [one["results"][name].get("left_out", "" if "ratio" in one["results"][name] else "alone")
                for one in self.cases]


# description, what a subject does before it answers, why it is left out of both cases
FAILING = [
    ("at once", "sys.exit(1)", ["ended with status 1"] * 2),
    ("when it is measured", 'if command == "measure": sys.exit(1)', ["ended with status 1"] * 2),
    ("in its second case", 'if case["name"] == "second": sys.exit(1)', ["", "ended with status 1"]),
    ("with an answer that is none", 'print("so?", flush=True)',
     ["answered 'so?\\n' to `prepare`"] * 2),
    ("with an answer that lacks a number", 'answer.pop("bare_ns", None)',
     ["answered '{\"ns\": 10}\\n' to `measure`"] * 2),
]


def goes_on_when_one_fails(failure, why):
    with tempfile.TemporaryDirectory() as folder:
        seen = OneRun(folder, hand=failure)
        equal((seen.outcome("hand"), seen.outcome("peer")), (why, ["", ""]))
        equal(seen.measurement.wrong, [(one["name"], "hand", text)
                                       for one, text in zip(seen.cases, why) if text])
        assert all(one.process.poll() is not None for one in seen.programs), "all have ended"
        seen = OneRun(folder, corsac=failure)  # the others have nothing to be held against
        others = ["alone" if text else "" for text in why]
        equal((seen.outcome("corsac"), seen.outcome("hand"), seen.outcome("peer")),
              ([text or "alone" for text in why], others, others))
        assert all(one.process.poll() is not None for one in seen.programs), "all have ended"


def starts_every_program_anew():
    """Two cases on a Corsac, its second process, the hook and the peer; three rounds of each."""
    for starts, expected in ((1, 1), (2, 2), (3, 3), (7, 3)):
        with tempfile.TemporaryDirectory() as folder:
            seen = OneRun(folder, starts=starts)
            equal(len(seen.programs), 2 * 4 * expected, starts)
            equal({len(one["results"][name]["ns"]) for one in seen.cases for name in one["results"]},
                  {3}, starts)


def starts_nothing_again_that_ended():
    with tempfile.TemporaryDirectory() as folder:
        seen = OneRun(folder, hand="sys.exit(1)", starts=3)
        equal(len(seen.programs), 2 * 3 * 3 + 1)


def goes_on_when_one_cannot_be_started_again():
    """In its second start of the first case: a program that somebody builds anew meanwhile."""
    with tempfile.TemporaryDirectory() as folder:
        seen = OneRun(folder, starts=3, peer_starts=1)
        why = "does not start: not here"
        equal((seen.outcome("hand"), seen.outcome("peer")), (["", ""], [why, why]))
        equal(seen.measurement.wrong, [(one["name"], "peer", why) for one in seen.cases])


def tells_how_a_peer_in_go_does_not_build():
    """A compiler that fails with what it says, and a relative path to it."""
    with tempfile.TemporaryDirectory() as folder:
        write(folder + "/bin/go", "#!/bin/sh\n[ \"$1\" = env ] && { echo go1.99; exit; }\n"
              "echo first; echo the last line >&2; exit 1\n")
        os.chmod(folder + "/bin/go", 0o755)
        before = dict(os.environ)
        os.environ["CORSAC_GO"] = os.path.relpath(folder + "/bin/go")
        write(folder + "/sources/middleware.go", "")
        try:
            equal(subject.jub0bs_subject(PEERS, folder, "corsac").absent,
                  "no sources: $CORSAC_JUB0BS_SOURCE names none")
            os.environ["CORSAC_JUB0BS_SOURCE"] = folder + "/sources"
            equal(subject.jub0bs_subject(PEERS, folder, "corsac").absent,
                  "does not build with go1.99: the last line")
            os.environ["CORSAC_GO"] = "/nonexistent/go"
            equal(subject.jub0bs_subject(PEERS, folder, "corsac").absent, "no Go tool chain")
        finally:
            os.environ.clear()
            os.environ.update(before)


def tells_what_the_decision_alone_is_to_the_others():
    def shape(name, **medians):
        return {"name": name, "results": {subject_name: {"net": {"median": median}}
                                          for subject_name, median in medians.items()}}

    report = {"subjects": [{"name": "rs", "title": "rs/cors 1", "absent": ""},
                           {"name": "jub0bs", "title": "jub0bs/cors", "absent": "no sources"}],
              "cases": [shape("one / actual / yes", rs=100, decision=5),
                        shape("multiple / actual / no", rs=70, decision=10),
                        shape("many / actual / yes", rs=900, decision=6),
                        shape("all / preflight / yes", rs=90)]}
    equal(list(table.decision_lines(report)),
          ["rs/cors 1 costs Corsac's decision alone, at least: everywhere 7.0×, with one or two "
           "origins 20×, with 1,000 150×."])


def configures_what_it_builds():
    """As without --build, in a clean checkout: without the tests."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(script.Script.setup_command(folder + "/build"), cwd=ROOT, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
                              stdin=subprocess.DEVNULL)
        equal(done.returncode, 0, done.stdout[-2000:])


def takes_no_late_answer():
    """One that is too late is killed: its answer would come with the next line."""
    late = 'if command == "measure": sys.stdin.readline()'
    with tempfile.TemporaryDirectory() as folder:
        seen = OneRun(folder, hand=late, hand_seconds=5)
        equal((seen.outcome("hand"), seen.outcome("peer")),
              (["no answer to `measure` within 5 s"] * 2, ["", ""]))


def goes_on_when_corsac_is_too_slow():
    with tempfile.TemporaryDirectory() as folder:
        seen = OneRun(folder, corsac_ns=rounds.SLOWEST_NS + 1)
        equal(seen.outcome("corsac"), ["alone", "takes more than 1 ms with fewer origins"])
        equal((seen.outcome("hand"), seen.measurement.wrong), (["", "alone"], []))


def writes_a_report_when_corsac_fails():
    with tempfile.TemporaryDirectory() as folder:
        program = os.path.join(folder, "bench", "httplib_peer")
        write(program, "#!/bin/sh\nexit 7\n")
        os.chmod(program, 0o755)
        for name in ("README.md", "bench/README.md"):
            write(os.path.join(folder, name), MARKED)
        done = run("--quick", "--rounds", "1", "--milliseconds", "0.05", "--build", folder, "--json",
                   folder + "/report.json", "--write", "--pages", folder,
                   environment={"PATH": "/nonexistent"})
        equal((done.returncode, done.stderr), (1, ""))
        report = json.loads(read(folder + "/report.json"))
        equal({why for _, _, why in report["wrong"]}, {"ended with status 7"})
        contains(done.stdout, "WRONG: one / actual / yes: corsac: ended with status 7")


def refuses_a_page_without_marks():
    for page in ("", MARKED + MARKED, MARKED.replace("end", "ende")):
        try:
            table.replaced(page, "text")
        except ValueError:
            continue
        raise AssertionError(page)


def keeps_labels_apart():
    places = sorted(picture.label_places({"a": 400, "b": 401, "c": 402, "d": 455}).values())
    for upper, lower in zip(places, places[1:]):
        assert lower - upper >= picture.LABEL_STEP, places
    assert places[-1] <= picture.BOTTOM, places


def refuses_wrong_options():
    here = os.path.abspath(__file__)
    for arguments, told in (
            (["--rounds", "0"], "--rounds: 0: write 1 or more"),
            (["--starts", "0"], "--starts: 0: write 1 or more"),
            (["--milliseconds", "-1"], "--milliseconds: -1.0: write more than 0"),
            (["--nothing"], "unrecognized arguments: --nothing"),
            (["--build", ""], "--build: '': bench/httplib_peer is not built there"),
            (["--json", "/nosuch/report.json"], "--json: '/nosuch/report.json': cannot be written"),
            (["--json", ROOT], "cannot be written"),
            (["--pages", "/nosuch"], "--pages: needs --write"),
            (["--write", "--pages", "/nosuch"], "--pages: '/nosuch/README.md' is not there"),
            (["--write", "--quick"], "a --quick run is no claim"),
            (["--from-json", "/nosuch"], "--from-json: '/nosuch': No such file or directory"),
            (["--from-json", ""], "--from-json: '': No such file or directory"),
            (["--from-json", here], "name a file that --json wrote")):
        done = run(*arguments)
        equal((done.returncode, done.stdout), (2, ""), arguments)
        contains(done.stderr, told)


def refuses_what_the_environment_names_and_is_not_there():
    for name, value, told in (
            ("CORSAC_GO", "/nosuch/go", "CORSAC_GO: '/nosuch/go': no Go"),
            ("CORSAC_GO", "/bin/true", "CORSAC_GO: '/bin/true': no Go"),
            ("CORSAC_JUB0BS_SOURCE", "/nosuch", "'/nosuch': no middleware.go there")):
        done = run("--build", "", environment=dict(os.environ, **{name: value}))
        equal((done.returncode, done.stdout), (2, ""), value)
        contains(done.stderr, told)


def ends_without_a_word_when_it_is_interrupted():
    with tempfile.TemporaryDirectory() as folder:
        for number, status in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
            started = subprocess.Popen(
                [sys.executable, RUN, "--rounds", "99", "--build", os.path.abspath(sys.argv[1])], cwd=folder,
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
                env=dict(os.environ, TMPDIR=folder))
            until(lambda: children(started.pid), "subjects are started")
            started.send_signal(number)
            out, error = started.communicate(timeout=60)
            equal((started.returncode, out, error), (status, "", ""))


def writes_no_page_of_a_quick_run(quick):
    done = run("--from-json", quick.json, "--write", "--pages", quick.pages)
    equal(done.returncode, 2)
    contains(done.stderr, "--write: this report is of a --quick run")


def refuses_a_report_with_a_part_missing(quick):
    report = quick.report()
    for part in ("results", "noise", "name"):
        cut = json.loads(json.dumps(report))
        del cut["cases"][0][part]
        path = os.path.join(os.path.dirname(quick.json), "cut.json")
        write(path, json.dumps(cut))
        done = run("--from-json", path)
        equal((done.returncode, done.stdout), (2, ""), part)
        contains(done.stderr, "this is no whole report of --json")


def main():
    cases = Cases()
    with tempfile.TemporaryDirectory() as folder:
        quick = QuickRun(sys.argv[1], folder)
        for case in (quick.ends_as_it_says, quick.measures_every_shape,
                     quick.measures_every_subject_that_is_there, quick.names_the_machine,
                     quick.names_what_is_absent, quick.writes_tables_between_the_marks,
                     quick.draws_a_line_for_each_subject, quick.shows_a_kept_run_again,
                     counts_a_win_only_beyond_the_noise, checks_outcomes,
                     refuses_what_the_environment_names_and_is_not_there,
                     ends_without_a_word_when_it_is_interrupted,
                     refuses_a_page_without_marks, keeps_labels_apart, refuses_wrong_options,
                     goes_on_when_one_cannot_be_started_again, tells_how_a_peer_in_go_does_not_build,
                     starts_every_program_anew, starts_nothing_again_that_ended,
                     tells_what_the_decision_alone_is_to_the_others, configures_what_it_builds,
                     takes_no_late_answer, goes_on_when_corsac_is_too_slow,
                     writes_a_report_when_corsac_fails):
            cases.add(case.__name__.replace("_", " "), case)
        for case in (writes_no_page_of_a_quick_run, refuses_a_report_with_a_part_missing):
            cases.add(case.__name__.replace("_", " "), case, quick)
        for description, failure, why in FAILING:
            cases.add("goes on when one fails " + description, goes_on_when_one_fails, failure, why)
        cases.run()


if __name__ == "__main__":
    main()
