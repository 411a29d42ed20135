"""What `corsac check` prints on a terminal, in a pipe and as SARIF. Prints TAP.

  python3 check_output_test.py CORSAC_PROGRAM
"""
import json
import os
import pty
import re
import select
import subprocess
import sys
import tempfile

try:
    import jsonschema
except ImportError:  # package python3-jsonschema
    jsonschema = None

from tap import Cases, Skip, contains, equal

PROGRAM = os.path.abspath(sys.argv[1])
STRUCTURE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "sarif_structure.json")
HEAD = "version = 1\n[hosts]\nallowed = [\"api.example.com\"]\n[cors]\n"
ALLOWED = """
[[lint.allow]]
code = "loopback-origin"
path = "cors.allowed_origins"
reason = "for \\"tests\\""
"""


def write(folder, policy, name="policy.toml"):
    path = os.path.join(folder, name)
    with open(path, "wb") as file:
        file.write(policy if isinstance(policy, bytes) else policy.encode())
    os.chmod(path, 0o600)


def in_pipe(policy, *arguments, name="policy.toml", **variables):
    with tempfile.TemporaryDirectory() as folder:
        write(folder, policy, name)
        return subprocess.run([PROGRAM, "check", name, *arguments], cwd=folder,
                              capture_output=True, timeout=60, text=True, check=False,
                              env={**os.environ, **variables})


def on_terminal(policy, *arguments, **variables):
    """Standard output on a terminal of its own."""
    with tempfile.TemporaryDirectory() as folder:
        write(folder, policy)
        ours, theirs = pty.openpty()
        environment = {**os.environ, "TERM": "xterm", **variables}
        if "NO_COLOR" not in variables:
            environment.pop("NO_COLOR", None)
        program = subprocess.Popen([PROGRAM, "check", "policy.toml", *arguments], cwd=folder,
                                   stdout=theirs, stderr=theirs, stdin=subprocess.DEVNULL,
                                   env=environment)
        os.close(theirs)
        seen = b""
        while select.select([ours], [], [], 60)[0]:
            try:
                part = os.read(ours, 65536)
            except OSError:  # the other end is closed
                break
            if not part:
                break
            seen += part
        os.close(ours)
        program.wait(timeout=60)
        return seen.decode("utf-8").replace("\r\n", "\n")


def plain(text):
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


# description, the line in which the origin stands, what is shown of it
CARETS = [
    ("a plain line", 'allowed_origins = ["https://a.example/"]',
     'allowed_origins = ["https://a.example/"]'),
    ("behind tabs", '\tallowed_origins =\t["https://a.example/"]',
     ' allowed_origins = ["https://a.example/"]'),
    ("behind UTF-8", 'excluded_paths = ["/\u00e9"] \nallowed_origins = [ # \u00fc\n "https://a.example/"]',
     ' "https://a.example/"]'),
    ("behind UTF-8 in its line", 'allowed_origins = ["\u00e9", "https://a.example/"]',
     'allowed_origins = ["\\xC3\\xA9", "https://a.example/"]'),
    ("before a bidirectional override", 'allowed_origins = ["https://a.example/"] # \u202e',
     'allowed_origins = ["https://a.example/"] # \\xE2\\x80\\xAE'),
]


def caret_row(line, shown):
    lines = plain(on_terminal(HEAD + line + "\n")).split("\n")
    at = next(i for i, text in enumerate(lines) if "origin-trailing-slash" in text)
    source, caret = lines[at + 1], lines[at + 2]
    start = source.index("| ") + 2
    equal(source[start:], shown)
    equal(caret.strip(" |"), "^")
    # Under the quotation mark of the origin that is wrong.
    equal(source[len(caret) - 1:][:20], '"https://a.example/"')


def a_long_line_is_cut():
    origins = ", ".join(f'"https://a{i}.example"' for i in range(20000))
    seen = plain(on_terminal(HEAD + f'allowed_origins = [{origins}, "https://a.example/", {origins}]\n'))
    line = next(text for text in seen.split("\n") if text.startswith("  5 | "))
    assert len(line) < 120, line
    contains(line, '"https://a.example/"')
    assert line[6:].startswith("...") and line.endswith("..."), line
    caret = seen.split("\n")[seen.split("\n").index(line) + 1]
    equal(line[len(caret) - 1:][:20], '"https://a.example/"')


def a_terminal_has_colours():
    policy = HEAD + 'allowed_origins = ["https://a.example/", "http://localhost"]\n'
    seen = on_terminal(policy)
    contains(seen, "\x1b[1;31merror[origin-trailing-slash]\x1b[0m")
    contains(plain(seen), in_pipe(policy).stdout.split("\n")[0])
    body = in_pipe(policy).stdout
    shown = [line for line in plain(seen).split("\n") if not re.match(r" *\d* *\| ", line)]
    equal("\n".join(shown), body, "the same text, but for the source")


def no_colour(variables):
    seen = on_terminal(HEAD + 'allowed_origins = ["https://a.example/"]\n', **variables)
    assert "\x1b" not in seen, seen
    contains(seen, "  5 | allowed_origins")


def a_pipe_is_plain():
    seen = in_pipe(HEAD + 'allowed_origins = ["https://a.example/"]\n', TERM="xterm").stdout
    equal(seen, 'policy.toml:5:20: error[origin-trailing-slash]: cors.allowed_origins[0] = '
                '"https://a.example/"\n    an origin has no path; write "https://a.example"\n'
                "policy.toml: 1 error, 0 warnings\n")


def nothing_escapes_to_the_terminal():
    policy = HEAD.encode() + b'allowed_origins = ["https://a.example/"] # \xc2\x9b31m \xe2\x80\xae\n'
    seen = plain(on_terminal(policy))
    assert all(byte == "\n" or " " <= byte <= "~" for byte in seen), repr(seen)


def sarif(policy, status, **arguments):
    answer = in_pipe(policy, "--sarif", **arguments)
    equal(answer.returncode, status, answer.stdout + answer.stderr)
    assert answer.stdout.isascii()
    return json.loads(answer.stdout)


# description, policy, exit status, [(ruleId, level, line, column, reason of the suppression)]
SARIF_ROWS = [
    ("a clean policy", HEAD + 'allowed_origins = ["https://a.example"]\n', 0, []),
    ("an error", HEAD + 'allowed_origins = ["https://a.example/"]\n', 1,
     [("origin-trailing-slash", "error", 5, 20, None)]),
    ("columns are characters",
     HEAD + 'allowed_headers = [] # x\nallowed_origins = ["https://a.example", "\u00e9\u00e9", '
            '"https://b.example/"]\n', 1,
     [("origin-no-scheme", "error", 6, 41, None), ("origin-trailing-slash", "error", 6, 47, None)]),
    ("a lint", HEAD + 'allowed_origins = ["http://localhost"]\n', 0,
     [("loopback-origin", "warning", 5, 20, None)]),
    ("one that is allowed", HEAD + 'allowed_origins = ["http://localhost"]\n' + ALLOWED, 0,
     [("loopback-origin", "warning", 5, 20, 'for "tests"')]),
    ("a warning about more than the document",
     HEAD + 'allowed_origins = ["https://a.example"]\n[shadow]\nfile = "nowhere.toml"\n', 0,
     [("shadow-not-usable", "warning", 7, 8, None)]),
    ("no place", "", 1, [("field-missing", "error", 1, None, None)]),
    ("a test that fails",
     HEAD + 'allowed_origins = ["https://a.example"]\n[[test]]\norigin = "https://b.example"\n'
            'expect = "allow"\n', 1, [("test-failed", "error", 6, 1, None)]),
]


def sarif_row(policy, status, expected):
    log = sarif(policy, status)
    run = log["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    seen = []
    for result in run["results"]:
        rule = rules[result["ruleIndex"]]
        equal(rule["id"], result["ruleId"])
        if rule["id"] != "test-failed":  # a warning where trust was taken away
            equal(rule["defaultConfiguration"]["level"], result["level"])
        region = result["locations"][0]["physicalLocation"]["region"]
        suppressions = result.get("suppressions", [])
        seen.append((result["ruleId"], result["level"], region["startLine"],
                     region.get("startColumn"),
                     suppressions[0]["justification"] if suppressions else None))
    equal(seen, expected, json.dumps(run["results"], indent=1))


def sarif_has_the_structure(policy, status, expected):
    if jsonschema is None:
        raise Skip("no python3-jsonschema")
    with open(STRUCTURE, encoding="utf-8") as file:
        structure = json.load(file)
    jsonschema.Draft7Validator.check_schema(structure)
    errors = list(jsonschema.Draft7Validator(structure).iter_errors(sarif(policy, status)))
    equal([error.message for error in errors], [])


def sarif_names_files_as_uris():
    log = sarif(HEAD + 'allowed_origins = ["http://localhost"]\n', 0, name="a policy \u00e9%.toml")
    location = log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
    equal(location["artifactLocation"]["uri"], "a%20policy%20%C3%A9%25.toml")


def names_files_as_the_current_folder_sees_them():
    policy = HEAD + 'allowed_origins_file = "origins.txt"\n'
    with tempfile.TemporaryDirectory() as folder:
        os.mkdir(os.path.join(folder, "conf"))
        write(folder, policy, "conf/policy.toml")
        write(folder, "https://a.example\nhttps://b.example/x\n", "conf/origins.txt")
        absolute = os.path.join(folder, "conf", "policy.toml")
        for named, shown in (("conf/policy.toml", "conf/origins.txt"),
                             ("./conf/policy.toml", "./conf/origins.txt"),
                             (absolute, os.path.join(folder, "conf", "origins.txt"))):
            def run(*arguments, named=named):
                return subprocess.run([PROGRAM, "check", *arguments, named], cwd=folder,
                                      stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=False,
                                      text=True).stdout
            contains(run(), shown + ":2:1: error[origin-path]: ")
            equal(json.loads(run("--json"))[0]["source"], shown)
            results = json.loads(run("--sarif"))["runs"][0]["results"]
            where = results[0]["locations"][0]["physicalLocation"]
            assert where["artifactLocation"]["uri"].endswith(shown.lstrip("./")), where
            equal(where["region"], {"startLine": 2, "startColumn": 1})


def sarif_has_every_warning_as_a_rule():
    rules = sarif(HEAD + "allowed_origins = []\n", 0)["runs"][0]["tool"]["driver"]["rules"]
    ids = [rule["id"] for rule in rules]
    equal(ids, sorted(set(ids)))
    for code in ["max-age-long", "loopback-origin", "debug-headers", "lint-allow-unused"]:
        assert code in ids, ids


# description, shadow.file, the candidate, exit status, parts of the output
SHADOWS = [
    ("a good one", "next.toml", HEAD + 'allowed_origins = ["https://b.example"]\n', 0, []),
    ("a missing one", "nowhere.toml", None, 0,
     ["warning[shadow-not-usable]: shadow.file = \"nowhere.toml\"", "the candidate is absent",
      "0 errors, 1 warning"]),
    ("one in a folder that is missing", "no/next.toml", None, 0, ["the candidate is absent"]),
    ("one with errors", "next.toml", HEAD + 'allowed_origins = ["b"]\n', 0,
     ["warning[shadow-not-usable]", "the candidate has 1 error; a server judges by the last good one"]),
    ("the policy itself", "policy.toml", None, 0,
     ["warning[shadow-not-usable]", "the candidate is this policy itself"]),
    ("no name", "", None, 1, ["error[value-unknown]: shadow.file", "this names no file"]),
    ("the folder", ".", None, 1, ["error[value-unknown]: shadow.file"]),
]


def shadow_row(file, candidate, status, parts):
    policy = HEAD + f'allowed_origins = ["https://a.example"]\n[shadow]\nfile = "{file}"\n'
    with tempfile.TemporaryDirectory() as folder:
        write(folder, policy)
        if candidate:
            write(folder, candidate, file)
        # From elsewhere: the candidate is named from the policy's folder.
        answer = subprocess.run([PROGRAM, "check", os.path.join(folder, "policy.toml")],
                                capture_output=True, text=True, timeout=60, check=False)
    equal(answer.returncode, status, answer.stdout + answer.stderr)
    equal("shadow" in answer.stdout, bool(parts), answer.stdout)
    for part in parts:
        contains(answer.stdout, part)


def one_form_only():
    answer = in_pipe(HEAD, "--sarif", "--json")
    equal(answer.returncode, 1, answer.stdout)
    contains(answer.stderr, "--sarif")


def main():
    cases = Cases()
    for description, line, shown in CARETS:
        cases.add("the caret: " + description, caret_row, line, shown)
    cases.add("a huge line is cut around the column", a_long_line_is_cut)
    cases.add("a terminal has colours", a_terminal_has_colours)
    cases.add("NO_COLOR has none", no_colour, {"NO_COLOR": "1"})
    cases.add("TERM=dumb has none", no_colour, {"TERM": "dumb"})
    cases.add("a pipe is plain", a_pipe_is_plain)
    cases.add("nothing escapes to the terminal", nothing_escapes_to_the_terminal)
    for description, *row in SARIF_ROWS:
        cases.add("SARIF: " + description, sarif_row, *row)
        cases.add("SARIF's structure: " + description, sarif_has_the_structure, *row)
    cases.add("files are named as the current folder sees them",
              names_files_as_the_current_folder_sees_them)
    cases.add("SARIF: file names are URIs", sarif_names_files_as_uris)
    cases.add("SARIF: every warning is a rule", sarif_has_every_warning_as_a_rule)
    for description, *row in SHADOWS:
        cases.add("[shadow]: " + description, shadow_row, *row)
    cases.add("SARIF beside JSON is refused", one_form_only)
    cases.run()


if __name__ == "__main__":
    main()
