"""The commands check, explain and test of the real program: output and exit status.

  python3 commands_test.py CORSAC_PROGRAM
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile

from tap import Cases, Skip, contains, equal

PROGRAM = os.path.abspath(sys.argv[1])

GOOD = """version = 1
[cors]
allowed_origins = ["https://app.example.com"]
allowed_methods = ["GET", "PUT"]
allowed_headers = ["Content-Type"]
[hosts]
allowed = ["api.example.com"]
"""

GUARDED = """version = 1
[csrf]
trusted_origins = ["https://app.example.com"]
[redirects]
allowed_origins = ["https://app.example.com"]
parameters = ["to"]
[hosts]
allowed = ["api.example.com"]
"""

TESTED = GOOD + """
[[test]]
name = "the app may write"
origin = "https://app.example.com"
method = "PUT"
headers = ["content-type"]
expect = "allow"
"""


def run(*arguments, policy=None, name="policy.toml"):
    """Runs the program in a folder that holds `policy`; the answer has returncode, stdout, stderr."""
    with tempfile.TemporaryDirectory() as folder:
        if policy is not None:
            path = os.path.join(folder, name)
            with open(path, "wb") as file:
                file.write(policy if isinstance(policy, bytes) else policy.encode())
            os.chmod(path, 0o600)
        return subprocess.run([PROGRAM, *arguments], cwd=folder, capture_output=True, timeout=60,
                              text=True, stdin=subprocess.DEVNULL, check=False)


ALLOWED = "[[lint.allow]]\ncode = 'max-age-long'\n"
# description, policy, arguments behind `check policy.toml`, exit status, parts of standard output
CHECK_ROWS = [
    ("M60, M64: all that is wrong with edX's cookie, and its switch for development",
     GOOD + "[csrf.referer]\nenabled = true\ndangerously_allow_insecure = true\n"
            '[csrf.cookie]\ndomain = ".com"\npath = "a"\n', [], 1,
     ["policy.toml:10:30: warning[dangerous-switch]: csrf.referer.dangerously_allow_insecure",
      "policy.toml:11:1: error[field-missing]: csrf.cookie.name",
      "policy.toml:12:10: error[cookie-domain-not-shared]: csrf.cookie.domain",
      "policy.toml:13:8: error[cookie-path-malformed]: csrf.cookie.path"]),
    ("a wrong type is told once, and nothing that follows from it",
     GOOD + '[csrf.referer]\nenabled = "true"\n[csrf.cookie]\nname = 5\n'
            'domain = [".example.com"]\n', [], 1,
     ["policy.toml:9:11: error[field-type]: csrf.referer.enabled", "error[field-type]: csrf.cookie.name",
      "error[field-type]: csrf.cookie.domain", "3 errors, 0 warnings"]),
    ("an allowed warning without a reason", GOOD + ALLOWED + "path = 'cors'\n", [], 1,
     ["policy.toml:8:1: error[lint-allow-reason]: lint.allow[0].reason\n    it is missing; write why",
      "1 error, 0 warnings"]),
    ("an allowed warning without a path", GOOD + ALLOWED + "reason = 'a contract'\n", [], 1,
     ["policy.toml:8:1: error[lint-allow-path]: lint.allow[0].path\n    it is missing; write the path",
      "1 error, 0 warnings"]),
    ("an allowed warning without a code",
     GOOD + "[[lint.allow]]\npath = 'cors'\nreason = 'x'\n", [], 1,
     ["policy.toml:8:1: error[lint-allow-code]: lint.allow[0].code\n    it is missing; write the code",
      "1 error, 0 warnings"]),
    ("an allowed warning with a code that is empty",
     GOOD + "[[lint.allow]]\ncode = ''\npath = 'cors'\nreason = 'x'\n", [], 1,
     ["error[lint-allow-code]: lint.allow[0].code\n", "1 error, 0 warnings"]),
    ("an allowed warning with a blank reason", GOOD + ALLOWED + "path = 'cors'\nreason = '  '\n",
     [], 1, ["error[lint-allow-reason]: lint.allow[0].reason = \"  \"\n", "1 error, 0 warnings"]),
    ("an allowed warning with a reason of a wrong type", GOOD + ALLOWED + "path = 'cors'\nreason = 5\n",
     [], 1, ["policy.toml:11:10: error[field-type]: lint.allow[0].reason", "1 error, 0 warnings"]),
    ("an allowed warning with a path that is empty", GOOD + ALLOWED + "path = ''\nreason = 'x'\n",
     [], 1, ["error[lint-allow-path]: lint.allow[0].path", "1 error, 0 warnings"]),
    ("a cookie's domain with international letters",
     GOOD + '[csrf.cookie]\nname = "a"\ndomain = ".m\u00fcnchen.example"\n', [], 1,
     ["error[cookie-domain-malformed]", 'write ".xn--mnchen-3ya.example"']),
    ("a section that is misspelt", GOOD + "[csrf.cooky]\n", [], 1, ["write cookie"]),
    ("a number beyond 64 bits", GOOD.replace("[hosts]", f"max_age_seconds = {10 ** 20}\n[hosts]"),
     [], 1, ["policy.toml:6:40: error[toml-syntax]", "give max_age_seconds a number of"]),
    ("a cookie that no browser keeps",
     GOOD + '[csrf.referer]\nenabled = true\n[csrf.cookie]\nname = "a"\n'
            'domain = ".unrelated.org"\n', [], 0, ["warning[cookie-domain-other]: csrf.cookie.domain"]),
    ("a clean policy", GOOD, [], 0, ["0 errors, 0 warnings"]),
    ("a clean policy under --strict", GOOD, ["--strict"], 0, []),
    ("a trailing slash, with its place and fix",
     GOOD.replace("app.example.com\"", "app.example.com/\""), [], 1,
     ["policy.toml:3:20: error[origin-trailing-slash]: cors.allowed_origins[0] = "
      "\"https://app.example.com/\"", "write \"https://app.example.com\"", "1 error,"]),
    ("every error at once", GOOD + "[cors.x]\n[nonsense]\n", [], 1,
     ["policy.toml:8:", "policy.toml:9:", "field-unknown"]),
    ("a typing slip in a field", GOOD.replace("allowed_methods", "allowed_method"), [], 1,
     ["allowed_methods"]),
    ("an entry behind one that is no text",
     GOOD.replace("[\"https://app.example.com\"]", "[\"https://a.example\", 42, \"b.example\"]"), [],
     1, ["allowed_origins[1] = \"42\"", "allowed_origins[2] = \"b.example\""]),
    ("a field by its name elsewhere",
     GOOD.replace("[hosts]", "preflightMaxAgeInSeconds = 1\n[hosts]"), [], 1,
     ["cors.preflightMaxAgeInSeconds", "write max_age_seconds"]),
    ("a field by its short name", GOOD.replace("[hosts]", "max_age = 1\nmaxAge = 1\n[hosts]"), [],
     1, ["policy.toml:6:1", "policy.toml:7:1", "write max_age_seconds"]),
    ("a syntax error, with line and column", "version = 1\n[cors\n", [], 1,
     ["policy.toml:2:", "toml-syntax"]),
    ("an empty file", "", [], 1, ["version"]),
    ("a candidate", GOOD + "[shadow]\nfile = 'next.toml'\n", [], 0, []),
    ("a candidate without its file", GOOD + "[shadow]\n", [], 1, ["field-missing", "next.toml"]),
    ("a warning", GOOD.replace("[hosts]\nallowed = [\"api.example.com\"]\n", ""), [], 0,
     ["warning[own-origin-by-host]"]),
    ("a warning under --strict", GOOD.replace("[hosts]\nallowed = [\"api.example.com\"]\n", ""),
     ["--strict"], 3, ["warning[own-origin-by-host]"]),
    ("credentials with `*`",
     GOOD.replace("\"https://app.example.com\"", "\"*\"").replace(
         "[hosts]", "allow_credentials = true\n[hosts]"), [], 1, ["origin-any-credentials"]),
    ("bytes that are no text", b"version = 1\n\xff\xfe\x00\n", [], 1,
     ["policy.toml:1:12", "toml-syntax"]),
    ("a test that passes", TESTED, [], 0, ["0 errors"]),
    ("a test that fails", TESTED.replace("allow\"", "deny\""), [], 1,
     ["policy.toml:9:1: error[test-failed]: test[0] = \"the app may write\"", "expected deny",
      "1 error,"]),
]


def check_row(policy, arguments, status, parts):
    answer = run("check", "policy.toml", *arguments, policy=policy)
    for part in parts:
        contains(answer.stdout, part)
    equal(answer.returncode, status, answer.stdout + answer.stderr)


def check_json():
    answer = run("check", "policy.toml", "--json",
                 policy=GOOD.replace("app.example.com\"", "APP.example.com\""))
    equal(answer.returncode, 1)
    problems = json.loads(answer.stdout)
    equal(len(problems), 1, problems)
    equal((problems[0]["code"], problems[0]["line"], problems[0]["column"]),
          ("origin-upper-case", 3, 20))
    contains(problems[0]["fix"], "https://app.example.com")
    problems = json.loads(run("check", "policy.toml", "--json", policy="").stdout)
    equal([(problem["source"], "line" in problem) for problem in problems], [("policy.toml", False)])


def check_missing_file():
    answer = run("check", "nowhere.toml")
    equal(answer.returncode, 1)
    contains(answer.stdout + answer.stderr, "nowhere.toml")


def check_group_writable():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "policy.toml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(GOOD)
        os.chmod(path, 0o660)
        for arguments, status in [([], 0), (["--strict"], 3)]:
            answer = subprocess.run([PROGRAM, "check", path, *arguments], capture_output=True,
                                    timeout=60, text=True, check=False)
            contains(answer.stdout, "can be written by its group; run chmod g-w")
            contains(answer.stdout, "0 errors, 1 warning")
            equal(answer.returncode, status)


def check_group_writable_plugin():
    found = [os.path.join(folder, "corsac_toml.so")
             for folder in os.environ.get("CORSAC_PLUGIN_PATH", "").split(":")]
    found = [file for file in found if os.path.exists(file)]
    if not found:
        raise Skip("CORSAC_PLUGIN_PATH names no folder with the plugin")
    with tempfile.TemporaryDirectory() as folder:
        plugin = shutil.copy(found[0], folder)
        os.chmod(plugin, 0o664)
        policy = os.path.join(folder, "policy.toml")
        with open(policy, "w", encoding="utf-8") as file:
            file.write(GOOD)
        os.chmod(policy, 0o600)
        answer = subprocess.run([PROGRAM, "check", policy, "--strict"], capture_output=True,
                                timeout=60, text=True, check=False,
                                env={**os.environ, "CORSAC_PLUGIN_PATH": folder})
        contains(answer.stdout, "warning[plugin-group-writable]")
        equal(answer.returncode, 3, answer.stdout)


def check_directory():
    answer = run("check", ".")
    equal(answer.returncode, 1)
    contains(answer.stdout + answer.stderr, "file-not-regular")


# description, arguments behind `explain policy.toml`, exit status, parts of standard output
EXPLAIN_ROWS = [
    ("a listed origin", ["--origin", "https://app.example.com"], 0,
     ["Access-Control-Allow-Origin", "https://app.example.com"]),
    ("a preflight goes first for PUT", ["--origin", "https://app.example.com", "--method", "PUT"], 0,
     ["PREFLIGHT", "REQUEST", "Access-Control-Allow-Methods"]),
    ("an origin that is not listed", ["--origin", "https://evil.example"], 2,
     ["origin_not_allowed", "policy.toml:3"]),
    ("a port that differs is a near miss", ["--origin", "https://app.example.com:8443"], 2,
     ["https://app.example.com", "8443"]),
    ("a method that is not listed, and nothing after the preflight",
     ["--origin", "https://app.example.com", "--method", "DELETE"], 2,
     ["requested_method_not_allowed", "DELETE"]),
    ("a method in lower case", ["--origin", "https://app.example.com", "--method", "patch"], 2,
     ["PATCH"]),
    ("a header that is not listed", ["--origin", "https://app.example.com", "--header", "X-Custom"],
     2, ["requested_header_not_allowed", "x-custom"]),
    ("a header that is listed", ["--origin", "https://app.example.com", "--header", "Content-Type"],
     0, ["PREFLIGHT", "Access-Control-Allow-Headers"]),
    ("a wrong Host", ["--origin", "https://app.example.com", "--header", "Host: evil.example"], 2,
     ["host_not_allowed"]),
    ("--host says another Host", ["--origin", "https://app.example.com", "--host", "evil.example"],
     2, ["host_not_allowed", "asked with Host: evil.example (as asked)"]),
    ("without --host one of hosts.allowed", ["--origin", "https://app.example.com"], 0,
     ["asked with Host: api.example.com (of hosts.allowed"]),
    ("without --host that of --public-origin",
     ["--origin", "https://app.example.com", "--public-origin", "https://other.example:8443"], 2,
     ["host_not_allowed", "asked with Host: other.example:8443 (of the public origin)"]),
    ("two Hosts are refused", ["--origin", "https://app.example.com", "--host", "api.example.com",
                               "--header", "Host: api.example.com"], 2, ["REFUSED with 400"]),
    ("a header with its value makes a preflight",
     ["--origin", "https://app.example.com", "--header", "X-Foo: 1"], 2,
     ["PREFLIGHT", "requested_header_not_allowed", "x-foo"]),
    ("JSON makes a preflight", ["--origin", "https://app.example.com", "--method", "POST",
                                "--header", "Content-Type: application/json"], 0,
     ["PREFLIGHT", "Access-Control-Allow-Headers: content-type"]),
    ("Authorization makes a preflight",
     ["--origin", "https://app.example.com", "--header", "Authorization: Bearer x"], 2,
     ["PREFLIGHT", "authorization"]),
    ("several unsafe headers stand sorted, each once",
     ["--origin", "https://app.example.com", "--header", "X-B: 1", "--header", "X-A", "--header",
      "x-b: 2"], 2, ["PREFLIGHT", "x-a"]),
    ("an own origin", ["--origin", "https://own.example", "--public-origin", "https://own.example",
                       "--method", "POST", "--header", "Host: api.example.com"], 0, []),
    ("what the browser does, and its words",
     ["--origin", "https://evil.example", "--public-origin", "https://api.example.com"], 2,
     ["BROWSER", "answer     not readable: the answer has no Access-Control-Allow-Origin",
      "console    Access to fetch at 'https://api.example.com/' from origin 'https://evil.example' "
      "has been blocked by CORS policy: No 'Access-Control-Allow-Origin' header is present on the "
      "requested resource.\n"]),
    ("credentials that the policy does not allow",
     ["--origin", "https://app.example.com", "--credentials", "include"], 2,
     ["BLOCKED BY THE BROWSER: not readable: Access-Control-Allow-Credentials is not true"]),
    ("a form, which needs no grant", ["--origin", "https://app.example.com", "--mode", "navigate",
                                      "--method", "POST"], 0, ["mode navigate has no preflight"]),
    ("what no-cors drops", ["--origin", "https://app.example.com", "--mode", "no-cors", "--method",
                            "POST", "--header", "X-Trace: 1", "--header",
                            "Content-Type: application/json", "--header", "Accept: */*"], 0,
     ["dropped    X-Trace, Content-Type: mode no-cors sends Accept,", "leave the mode out"]),
    ("an image", ["--origin", "https://app.example.com", "--mode", "no-cors"], 0, ["opaque"]),
    ("a WebSocket", ["--origin", "https://app.example.com", "--mode", "websocket"], 2,
     ["upgrade_not_allowed", "WebSocket connection to 'wss://api.example.com/' failed"]),
    ("an escape sequence stays harmless", ["--origin", "\x1b[31mred"], 2,
     ["origin_malformed", "\\x1B[31mred"]),
]


# description, arguments behind --origin, parts of standard error
EXPLAIN_SLIPS = [
    ("no header", ["--header", ""], ["--header: it is empty"]),
    ("no name before a value", ["--header", ": x"], ["error[option-value]: --header",
                                                     "write a name, like X-Custom"]),
    ("two words for a header", ["--header", "X Custom"], ["--header = \"X Custom\""]),
    ("no path", ["--path", "api"], ["error[option-value]: --path = \"api\"", "/api/users"]),
    ("a URL for a path", ["--path", "https://u:secret@api.example.com/"], ["--path", "without scheme"]),
    ("two words for a method", ["--method", "GET /"], ["error[option-value]: --method"]),
    ("TRACE", ["--method", "TRACE"], ["--method = \"TRACE\"", "let no page send"]),
    ("a path with a space", ["--path", "/a b"], ["--path = \"/a b\"", "%20"]),
    ("a path with a fragment", ["--path", "/a#frag"], ["--path = \"/a#frag\"", "leave out #"]),
    ("a line break in a header", ["--header", "X-A: secret\nX-B: 2"], ["--header = \"X-A\"",
                                                                     "no line break"]),
    ("a name that a page cannot set", ["--header", "Cookie"], ["--header = \"Cookie\"",
                                                               "let no page set"]),
    ("no public origin", ["--public-origin", "foo"],
     ["error[option-public-origin]: --public-origin = \"foo\"", "https://foo"]),
    ("a public origin that is many", ["--public-origin", "https://*.example.com"],
     ["--public-origin", "exactly one origin"]),
    ("no mode", ["--mode", "fetch"], ["--mode"]),
    ("no credentials", ["--credentials", "true"], ["--credentials"]),
    ("a form that puts", ["--mode", "navigate", "--method", "PUT"],
     ["error[option-value]: --method = \"PUT\"", "leave the mode out"]),
    ("each of them at once", ["--path", "api", "--header", "a b", "--public-origin", "foo"],
     ["--path", "--header", "--public-origin"]),
]


def explain_slip(arguments, parts):
    answer = run("explain", "policy.toml", "--origin", "https://app.example.com", *arguments,
                 policy=GOOD)
    equal((answer.returncode, answer.stdout), (1, ""), answer.stderr)
    for part in parts:
        contains(answer.stderr, part)
    assert "secret" not in answer.stderr, answer.stderr


# description, arguments of a request that needs no preflight
PLAIN_ROWS = [
    ("a form", ["--method", "POST", "--header",
                "Content-Type: application/x-www-form-urlencoded;charset=UTF-8"]),
    ("text", ["--method", "POST", "--header", "content-type: Text/Plain"]),
    ("what only a browser sets", ["--header", "Sec-Fetch-Site: cross-site", "--header",
                                  "Cookie: a=b", "--header", "Referer: https://app.example.com/"]),
    ("languages and a range", ["--header", "Accept-Language: en, de;q=0.5", "--header",
                               "Range: bytes=0-99"]),
    ("an own origin", ["--public-origin", "https://app.example.com", "--host", "api.example.com",
                       "--method", "DELETE", "--header", "X-Foo: 1"]),
]


def explain_plain_row(arguments):
    answer = run("explain", "policy.toml", "--origin", "https://app.example.com", *arguments,
                 policy=GOOD)
    assert "PREFLIGHT" not in answer.stdout, answer.stdout
    equal(answer.returncode, 0, answer.stdout + answer.stderr)


def explain_row(arguments, status, parts):
    answer = run("explain", "policy.toml", *arguments, policy=GOOD)
    for part in parts:
        contains(answer.stdout, part)
    assert "\x1b" not in answer.stdout, answer.stdout
    equal(answer.returncode, status, answer.stdout + answer.stderr)
    as_json = run("explain", "policy.toml", "--json", *arguments, policy=GOOD)
    equal(as_json.returncode, status)
    told = json.loads(as_json.stdout)
    equal(told["allowed"], status == 0)
    assert told["host"], as_json.stdout


# description, arguments of a request that a guard refuses, its reason, near miss and place
GUARD_ROWS = [
    ("a Host", ["--host", "api.example.com:81"], "host_not_allowed",
     '"api.example.com" is allowed; the request has port 81; write "api.example.com:81" to allow it '
     "too", "policy.toml:8:11"),
    ("a write", ["--method", "POST"], "cross_site_write",
     '"https://app.example.com" is listed; the request has port 81; write '
     '"https://app.example.com:81" to allow it too', "policy.toml:3:19"),
    ("a redirect", ["--path", "/in?to=https%3A%2F%2Fwww.app.example.com/x"], "redirect_not_allowed",
     '"https://app.example.com" is listed, which covers no subdomain such as '
     '"https://www.app.example.com"; write "https://www.app.example.com" to allow it too',
     "policy.toml:5:19"),
]


def explain_guard_row(arguments, reason, near, place):
    arguments = ["explain", "policy.toml", "--origin", "https://app.example.com:81", *arguments]
    answer = run(*arguments, policy=GUARDED)
    equal(answer.returncode, 2, answer.stdout + answer.stderr)
    contains(answer.stdout, f"  near miss  {near}\n")
    told = json.loads(run(*arguments, "--json", policy=GUARDED).stdout)["request"]
    equal((told["reason"], told["near_miss"], told["place"]), (reason, near, place))


def explain_stops_after_a_refused_preflight():
    answer = run("explain", "policy.toml", "--json", "--origin", "https://app.example.com",
                 "--method", "DELETE", "--header", "Host: api.example.com", policy=GOOD)
    told = json.loads(answer.stdout)
    equal(told["request"], None)
    assert told["preflight"] is not None


# description, public origin, Referer, what an application would be told
REFERERS = [
    ("a listed page", "https://api.example.com", "https://app.example.com/a", "trusted"),
    ("a stranger", "https://api.example.com", "https://evil.example/", "not_listed"),
    ("a server without TLS", "http://api.example.com", "https://app.example.com/a", "not_tls"),
]


def explain_referer_row(public_origin, referer, word):
    policy = GOOD + ('[csrf]\nenabled = false\ntrusted_origins = ["https://app.example.com"]\n'
                     "[csrf.referer]\nenabled = true\n")
    answer = run("explain", "policy.toml", "--origin", "https://app.example.com", "--public-origin",
                 public_origin, "--header", "Referer: " + referer, policy=policy)
    equal(answer.returncode, 0, answer.stdout + answer.stderr)
    contains(answer.stdout, "trusted_cross_site says " + word)


def explain_wrong_policy():
    answer = run("explain", "policy.toml", "--origin", "https://a.example", policy="version = 2\n")
    equal(answer.returncode, 1)
    contains(answer.stderr, "version-unknown")


def tests_pass():
    answer = run("test", "policy.toml", policy=TESTED)
    equal(answer.returncode, 0, answer.stdout + answer.stderr)
    contains(answer.stdout, "1 passed, 0 failed")


def tests_fail():
    answer = run("test", "policy.toml", policy=TESTED.replace("\"allow\"", "\"deny\""))
    equal(answer.returncode, 1)
    contains(answer.stdout, "FAILED  the app may write")
    contains(answer.stdout, "0 passed, 1 failed")


def tests_missing():
    answer = run("test", "policy.toml", policy=GOOD)
    equal(answer.returncode, 1)
    contains(answer.stderr, "no [[test]]")


# description, policy, exit status, passed, failed, codes of the problems
JSON_ROWS = [
    ("one that passes", TESTED, 0, 1, 0, []),
    ("one that fails", TESTED.replace("\"allow\"", "\"deny\""), 1, 0, 1, []),
    ("none", GOOD, 1, 0, 0, []),
    ("a wrong policy", "version = 2\n", 1, 0, 0, ["version-unknown"]),
]


def tests_as_json(policy, status, passed, failed, codes):
    answer = run("test", "--json", "policy.toml", policy=policy)
    equal(answer.returncode, status, answer.stdout + answer.stderr)
    told = json.loads(answer.stdout)
    equal((told["passed"], told["failed"]), (passed, failed))
    equal([problem["code"] for problem in told["problems"]], codes)
    equal(len(told["tests"]), passed + failed)
    for test in told["tests"]:
        equal(test["name"], "the app may write")
        equal(test["passed"], failed == 0)
        if failed:
            contains(test["place"], "policy.toml:9:")
            assert test["what"], test
        else:
            equal((test["place"], test["what"]), (None, None))


# description, arguments, exit status, part of the output
LINE_ROWS = [
    ("no command", [], 1, "A command is needed"),
    ("an unknown command", ["nonsense"], 1,
     "There is no such command: nonsense\n\"corsac help\" lists the commands\n"),
    ("an unknown command with arguments", ["nonsense", "policy.toml", "--json"], 1,
     "There is no such command: nonsense\n"),
    ("lint", ["lint", "policy.toml"], 1,
     "There is no such command: lint\n\"check\" prints every error and warning of a policy, lints"),
    ("a slip in a command", ["chek", "policy.toml"], 1, "Did you mean \"check\"?"),
    ("--help", ["--help"], 0, "explain"),
    ("--version", ["--version"], 0, "0.1"),
    ("-v", ["-v"], 0, "0.1"),
    ("help", ["help"], 0, "Usage: corsac [OPTIONS] [SUBCOMMAND]"),
    ("help for a command", ["help", "test"], 0, "Usage: corsac test [OPTIONS] policy"),
    ("help for a slip", ["help", "chek"], 1, "Did you mean \"check\"?"),
    ("explain without an origin", ["explain", "policy.toml"], 1, "--origin"),
    ("explain with an empty origin", ["explain", "policy.toml", "--origin", ""], 1,
     "--origin: it is empty: give a value, or leave the option out"),
    ("an empty policy", ["check", ""], 1, "policy: it is empty: give a value\n"),
    ("an empty name of a token", ["token", "new", "", "--scope", "read", "--file", "x"], 1,
     "name: it is empty: give a value\n"),
    ("check of standard input", ["check", "-"], 1, "error[policy-not-a-file]"),
    ("explain of standard input", ["explain", "-", "--origin", "https://a.example"], 1,
     "not from standard input; write it to a file"),
    ("an empty file to import", ["import", "okta", ""], 1, "file: it is empty: give a value\n"),
]


def line_row(arguments, status, part):
    answer = run(*arguments)
    equal(answer.returncode, status, answer.stdout + answer.stderr)
    contains(answer.stdout + answer.stderr, part)


def full_disk():
    with tempfile.TemporaryDirectory() as folder, open("/dev/full", "wb") as full:
        path = os.path.join(folder, "policy.toml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(GOOD)
        os.chmod(path, 0o600)
        for arguments in [["check", path], ["--help"]]:
            answer = subprocess.run([PROGRAM, *arguments], stdout=full, stderr=subprocess.PIPE,
                                    timeout=60, text=True, check=False)
            equal(answer.returncode, 1, answer.stderr)
            contains(answer.stderr, "could not be written: No space left on device")


def main():
    cases = Cases()
    for description, policy, arguments, status, parts in CHECK_ROWS:
        cases.add("check: " + description, check_row, policy, arguments, status, parts)
    cases.add("check: --json", check_json)
    cases.add("check: a file that is not there", check_missing_file)
    cases.add("check: a folder", check_directory)
    cases.add("check: a file that its group can write", check_group_writable)
    cases.add("check: a plugin that its group can write", check_group_writable_plugin)
    for description, arguments, status, parts in EXPLAIN_ROWS:
        cases.add("explain: " + description, explain_row, arguments, status, parts)
    for description, *row in EXPLAIN_SLIPS:
        cases.add("explain: told of " + description, explain_slip, *row)
    for description, arguments in PLAIN_ROWS:
        cases.add("explain: no preflight for " + description, explain_plain_row, arguments)
    for description, *row in GUARD_ROWS:
        cases.add(f"explain: {description} that a guard refuses, and what it lacked",
                  explain_guard_row, *row)
    cases.add("explain: a refused preflight ends it", explain_stops_after_a_refused_preflight)
    for description, *row in REFERERS:
        cases.add("explain: the Referer of " + description, explain_referer_row, *row)
    cases.add("explain: a wrong policy", explain_wrong_policy)
    cases.add("test: passes", tests_pass)
    cases.add("test: fails", tests_fail)
    cases.add("test: nothing to run", tests_missing)
    for description, *row in JSON_ROWS:
        cases.add("test: --json with " + description, tests_as_json, *row)
    for description, arguments, status, part in LINE_ROWS:
        cases.add("command line: " + description, line_row, arguments, status, part)
    cases.add("command line: a full disk is no success", full_disk)
    cases.run()


if __name__ == "__main__":
    main()
