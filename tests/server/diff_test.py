"""`corsac diff`: pairs of policies, what is printed, and the exit status. Prints TAP.

  python3 diff_test.py CORSAC_PROGRAM
"""
import json
import os
import re
import subprocess
import sys
import tempfile

from tap import Cases, contains, equal

PROGRAM = os.path.abspath(sys.argv[1])

BASE = """version = 1
[cors]
allowed_origins = ["https://app.example.com"]
allowed_methods = ["GET", "PUT"]
allowed_headers = ["Content-Type"]
max_age_seconds = 600
[hosts]
allowed = ["api.example.com"]
"""
RECORD = '[[trusted_origins]]\nname = "a"\norigin = "https://p.example/"\nscopes = ["CORS"]\n'


def diff(old, new, *arguments, files=()):
    with tempfile.TemporaryDirectory() as folder:
        for name, text in [("old.toml", old), ("new.toml", new), *files]:
            if text is None:
                continue
            path = os.path.join(folder, name)
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
            os.chmod(path, 0o600)
        return subprocess.run([PROGRAM, "diff", "old.toml", "new.toml", *arguments], cwd=folder,
                              capture_output=True, timeout=120, text=True, check=False)


def with_origins(*origins):
    return BASE.replace('["https://app.example.com"]', json.dumps(list(origins)))


def with_rule(rule):
    return BASE.replace("[hosts]", "[[cors.rules]]\n" + rule + "\n[hosts]")


# description, old, new, exit status, parts of what is printed
ROWS = [
    ("the same file", BASE, BASE, 0, ["SAME: nobody is allowed more or less"]),
    ("comments, order and what nobody is asked", BASE,
     "# other\n" + BASE.replace('["GET", "PUT"]', '["PUT", "GET"]\ndebug = true'), 0,
     ["SAME: nobody is allowed more or less"]),
    ("an origin more", BASE, with_origins("https://app.example.com", "https://new.example"), 3,
     ["WIDER: some is allowed that was refused", "cors (old.toml:2:1) -> cors (new.toml:2:1)",
      "  + origins: https://new.example; as in GET /"]),
    ("an origin less", with_origins("https://app.example.com", "https://old.example"), BASE, 2,
     ["NARROWER: some is refused that was allowed", "  - origins: https://old.example; as in GET /"]),
    ("one for another", BASE, with_origins("https://new.example"), 3,
     ["WIDER, AND NARROWER", "  + origins: https://new.example;",
      "  - origins: https://app.example.com;"]),
    ("a list becomes any", BASE, with_origins("*"), 3,
     ["  + origins: every origin that is not listed,"]),
    ("a pattern covers what was listed", with_origins("https://a.example.com"),
     with_origins("https://*.example.com"), 3,
     ["WIDER: some is", "  + origins: https://b.a.example.com (of https://*.example.com);"]),
    ("a port more in a list", with_origins("http://localhost:[3000-3010]"),
     with_origins("http://localhost:[3000-3011]"), 3,
     ["WIDER: some is allowed that was refused\n", "  + origins: http://localhost:3011; as in GET /"]),
    ("a pattern that nothing shows", with_origins("https://pr-*.example.com"),
     with_origins("https://pr-*.example.com", "https://pr-a*.example.com"), 3,
     ["CANNOT BE TOLD: whether some is allowed", "not proved: patterns are compared by samples"]),
    ("a method", BASE, BASE.replace('"PUT"', '"PUT", "DELETE"'), 3,
     ["  + methods: DELETE; as in a preflight for DELETE /"]),
    ("a method less", BASE, BASE.replace('"GET", "PUT"', '"GET"'), 2,
     ["  - methods: PUT; as in a preflight for PUT /"]),
    ("a header", BASE, BASE.replace('"Content-Type"', '"Content-Type", "X-Id"'), 3,
     ["  + request headers: x-id;"]),
    ("credentials", BASE, BASE.replace("[hosts]", "allow_credentials = true\n[hosts]"), 3,
     ["  + credentials: https://app.example.com; as in GET /"]),
    ("a shorter max-age", BASE, BASE.replace("600", "60"), 2, ["  - max-age: 600 -> 60;"]),
    ("exposed headers", BASE, BASE.replace("[hosts]", 'exposed_headers = ["ETag"]\n[hosts]'), 3,
     ["  + exposed headers: etag;"]),
    ("an excluded path", BASE, BASE.replace("[hosts]", 'excluded_paths = ["/admin"]\n[hosts]'), 3,
     ["cors (old.toml:2:1) -> excluded paths (new.toml:", "CORS headers of the handler",
      "  - CORS: https://app.example.com; as in GET /admin"]),
    ("a rule that opens a path", BASE,
     with_rule('name = "keys"\npaths = ["/keys"]\nallowed_origins = ["*"]'), 3,
     ["cors (old.toml:2:1) -> keys (new.toml:7:1)",
      "  + origins: every origin that is not listed"]),
    ("a rule for a method", BASE,
     with_rule('paths = ["/keys"]\nmethods = ["PUT"]\nallowed_origins = []'), 2,
     ["  - origins: https://app.example.com; as in PUT /keys"]),
    ("a rule that says what is said already", BASE, with_rule('paths = ["/keys"]\non_denied = "block"'),
     2, ["ambiguous paths"]),
    ("refused requests run", BASE, BASE.replace("[hosts]", 'on_denied = "mark"\n[hosts]'), 3,
     ["  + requests without a grant that go on: every origin that is not listed"]),
    ("a host more", BASE, BASE.replace('["api.', '["new.example.com", "api.'), 3,
     ["  + hosts: new.example.com;"]),
    ("the host guard is taken out", BASE, BASE[:BASE.index("[hosts]")], 3,
     ["  + hosts: ", "stranger.invalid"]),
    ("writes of strange pages", BASE + "[csrf]\n",
     BASE + '[csrf]\ntrusted_origins = ["https://app.example.com"]\n', 3,
     ["  + cross-site writes: https://app.example.com;"]),
    ("an exempt path", BASE + "[csrf]\n", BASE + '[csrf]\nexempt_paths = ["/hook"]\n', 3,
     ["cross-site writes", "/hook"]),
    ("a redirect target", BASE + '[redirects]\nallowed_origins = ["https://a.example"]\n',
     BASE + "[redirects]\n", 2, ["  - redirect targets: https://a.example;"]),
    ("redirects are not judged any more", BASE + "[redirects]\n", BASE, 3,
     ["  + redirects of the application: not judged any more;"]),
    ("frames", BASE + "[frames]\n", BASE, 3,
     ["  + frames: frame-ancestors 'self' -> none;"]),
    ("a record", BASE, BASE + '[[trusted_origins]]\nname = "a"\norigin = "https://p.example/"\n'
     'scopes = ["CORS"]\n', 3, ["  + origins: https://p.example;"]),
    ("a record that is over", BASE, BASE + '[[trusted_origins]]\nname = "a"\n'
     'origin = "https://p.example"\nscopes = ["CORS"]\nvalid_until = 2001-01-01T00:00:00Z\n', 0,
     ["SAME"]),
    ("a record that ends later", BASE + RECORD + "valid_until = 2100-01-01T00:00:00Z\n", BASE + RECORD,
     3, ["  + ends of trust: https://p.example: 2100-01-01T00:00:00Z -> never;"]),
    ("a record that ends sooner", BASE + RECORD, BASE + RECORD + "valid_until = 2100-01-01T00:00:00Z\n",
     2, ["  - ends of trust: https://p.example: never -> 2100-01-01T00:00:00Z;"]),
    ("regular expressions", BASE, BASE.replace(
        "[hosts]", 'allowed_origin_regexes = ["https://x[.]example[.]com"]\n[hosts]'), 3,
     ["not proved: origins that only a regular expression matches are not compared"]),
    ("who may write is said elsewhere", BASE.replace("[hosts]", "allow_credentials = true\n[hosts]")
     + "[csrf]\n", BASE.replace("[hosts]", "allow_credentials = true\n[hosts]")
     + '[csrf]\ntrusted_origins = ["https://app.example.com"]\n', 3,
     ["not proved: who may write is said by a list in one policy"]),
    ("the same, with regular expressions for paths",
     BASE.replace("[hosts]", 'excluded_path_regexes = ["/x.*"]\n[hosts]'),
     BASE.replace("[hosts]", 'excluded_path_regexes = ["/x.*"]\ndebug = true\n[hosts]'), 3, ["not proved"]),
    ("the very same, with regular expressions for paths",
     BASE.replace("[hosts]", 'excluded_path_regexes = ["/x.*"]\n[hosts]'),
     BASE.replace("[hosts]", 'excluded_path_regexes = ["/x.*"]\n[hosts]') + "# more\n", 0, ["SAME"]),
    ("a parameter of redirects", BASE + "[redirects]\n",
     BASE + '[redirects]\nparameters = ["to"]\n', 2, ["  - redirect targets: https://stranger.invalid"]),
    ("more hosts than are compared, and the same",
     with_rule('hosts = [' + ",".join(f'"h{i}.example"' for i in range(300)) + ']\nallowed_origins = []'),
     with_rule('hosts = [' + ",".join(f'"h{i}.example"' for i in range(300)) + ']\nallowed_origins = []'),
     0, ["SAME"]),
    ("more hosts than are compared, and others",
     with_rule('hosts = [' + ",".join(f'"h{i}.example"' for i in range(300)) + ']\nallowed_origins = []'),
     with_rule('hosts = [' + ",".join(f'"h{i}.example"' for i in range(301)) + ']\nallowed_origins = []'),
     3, ["not proved: there are more hosts than are compared"]),
    ("CORS is switched off", BASE, BASE.replace("[hosts]", "enabled = false\n[hosts]"), 3,
     ["cors (old.toml:2:1) -> no policy", "  - CORS: https://app.example.com;"]),
    ("only the answer differs", BASE, BASE.replace("[hosts]", "preflight_status = 200\n[hosts]"), 0,
     ["SAME", "  ~ status: 204 -> 200; as in a preflight for GET /"]),
]


def check_row(old, new, status, lines):
    answer = diff(old, new)
    for line in lines:
        contains(answer.stdout + answer.stderr, line)
    equal(answer.returncode, status, answer.stdout + answer.stderr)
    assert re.search(r"^compared \d+ requests", answer.stdout, re.M), answer.stdout


def json_says_the_same():
    answer = diff(BASE, with_origins("https://app.example.com", "https://new.example"), "--json")
    equal(answer.returncode, 3)
    told = json.loads(answer.stdout)
    equal((told["verdict"], told["widens"], told["narrows"], told["limits"]),
          ("wider", True, False, []))
    equal([(change["aspect"], change["effect"], change["examples"], change["count"])
           for change in told["changes"]], [("origins", "wider", ["https://new.example"], 1)])
    equal(set(told["changes"][0]),
          {"old_rule", "new_rule", "aspect", "effect", "examples", "count", "request"})


def long_lists_are_counted():
    old = BASE.replace("[hosts]", 'allowed_origins_file = "old.txt"\n[hosts]')
    new = old.replace("old.txt", "new.txt")
    origins = [f"https://host-{i}.example.com" for i in range(100000)]
    answer = diff(old, new, files=[("old.txt", "\n".join(origins[:90000])),
                                   ("new.txt", "\n".join(origins[5:]))])
    equal(answer.returncode, 3)
    contains(answer.stdout, "and 9996 more")
    contains(answer.stdout, "  - origins: https://host-0.example.com")


def errors_are_told():
    for old, new in [(BASE, BASE.replace(".com\"", ".com/\"")), (BASE.replace(".com\"", ".com/\""), BASE)]:
        answer = diff(old, new)
        equal((answer.returncode, answer.stdout), (1, ""))
        contains(answer.stderr, "error[origin-trailing-slash]")
    answer = diff(BASE, None)
    equal((answer.returncode, answer.stdout), (1, ""))
    contains(answer.stderr, "new.toml")


def wrong_options():
    for arguments in [[], ["old.toml"], ["", "new.toml"], ["a", "b", "c"], ["a", "b", "--sarif"]]:
        answer = subprocess.run([PROGRAM, "diff", *arguments], capture_output=True, timeout=60,
                                text=True, check=False)
        equal((answer.returncode, answer.stdout), (1, ""), arguments)


def hostile_names_are_escaped():
    rule = 'name = "a\\u001b[31m"\npaths = ["/x"]\nallowed_origins = ["*"]'
    answer = diff(BASE, with_rule(rule))
    assert all(byte == "\n" or " " <= byte <= "~" for byte in answer.stdout), repr(answer.stdout)
    equal(answer.returncode, 3)


def main():
    cases = Cases()
    for description, *row in ROWS:
        cases.add(description, check_row, *row)
    cases.add("--json says the same", json_says_the_same)
    cases.add("long lists are counted", long_lists_are_counted)
    cases.add("errors of either are told", errors_are_told)
    cases.add("wrong options", wrong_options)
    cases.add("hostile names are escaped", hostile_names_are_escaped)
    cases.run()


if __name__ == "__main__":
    main()
