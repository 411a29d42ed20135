"""`corsac schema` beside what the program reads. Prints TAP.

  python3 schema_test.py CORSAC_PROGRAM SOURCE_ROOT

Each policy of the tables is checked by both: by the schema, as an editor does, and by
`corsac check`. Where the schema refuses, the program must too.
"""
import datetime
import glob
import json
import os
import re
import subprocess
import sys
import tempfile

try:
    import jsonschema
except ImportError:  # package python3-jsonschema
    jsonschema = None
import tomllib

from extract_examples import examples
from tap import Cases, Skip, equal

PROGRAM, ROOT = map(os.path.abspath, sys.argv[1:3])
HEAD = "version = 1\n[cors]\n"


def run(*arguments, folder=None):
    return subprocess.run([PROGRAM, *arguments], cwd=folder, capture_output=True, timeout=60,
                          text=True, check=False)


def schema():
    answer = run("schema")
    equal(answer.returncode, 0, answer.stderr)
    return json.loads(answer.stdout)


def as_json(value):
    """TOML's times as texts, as editors hand them to a schema."""
    if isinstance(value, dict):
        return {key: as_json(below) for key, below in value.items()}
    if isinstance(value, list):
        return [as_json(below) for below in value]
    if isinstance(value, datetime.datetime):
        return value.isoformat()
    return value


def faults(document):
    if jsonschema is None:
        raise Skip("no python3-jsonschema")
    validator = jsonschema.Draft7Validator(schema())
    return [f"{list(error.absolute_path)}: {error.message}"
            for error in validator.iter_errors(as_json(document))]


def reads(text):
    """True when the program takes the policy."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "policy.toml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, 0o600)
        return run("check", "policy.toml", folder=folder).returncode == 0


def wrong_options():
    for arguments in [["x"], ["--json"], ["--out", "x"]]:
        answer = run("schema", *arguments)
        equal((answer.returncode, answer.stdout), (1, ""), arguments)


def is_valid_schema():
    if jsonschema is None:
        raise Skip("no python3-jsonschema")
    jsonschema.Draft7Validator.check_schema(schema())


def fields(part, path=""):
    """Every field with its path: cors.rules.paths."""
    for name, below in part.get("properties", {}).items():
        here = f"{path}.{name}" if path else name
        yield here, below
        yield from fields(below, here)
        items = below.get("items", {})
        for form in items.get("anyOf", [items]):
            yield from fields(form, here)


def every_field_has_a_text():
    silent = [path for path, below in fields(schema()) if not below.get("description")]
    equal(silent, [])


def reference():
    """The fields that README, "Policy reference", names: the table of [cors] and that of profiles."""
    with open(os.path.join(ROOT, "README.md"), encoding="utf-8") as file:
        text = file.read()
    part = text[text.index("## Policy reference"):text.index("### What an origin may be")]
    names = set()
    for line in part.split("\n"):
        if not line.startswith("| `"):
            continue
        cell = line.split("|")[1]
        names.update(re.findall(r"`([a-z_]+)`", cell.split(":")[0]))
    return names


def has_every_field_of_the_reference():
    known = {path.rsplit(".", 1)[-1] for path, _ in fields(schema()) if path.startswith("cors.")}
    names = {name for name in reference() if "_" in name or name in ("enabled", "debug", "vary")}
    assert len(names) > 40, sorted(names)
    equal(sorted(names - known - {"leave", "judge"}), [])


def policies():
    """Each policy in the tree that loads: (name, text)."""
    yield "the sample", open(os.path.join(ROOT, "server/sample/policy.toml"), encoding="utf-8").read()
    for page in ["README.md", *glob.glob(os.path.join(ROOT, "lib/docs/*.md"))]:
        for name, text in examples(os.path.join(ROOT, page)).items():
            if name.endswith(".toml") and re.search(r"^version = 1", text, re.M):
                yield f"{os.path.basename(page)}: {name}", text
    # What `corsac import` prints: tests/import/import_test.py.
    for path in sorted(glob.glob(os.path.join(ROOT, "tests/import/samples/*.toml"))):
        with open(path, encoding="utf-8") as file:
            yield os.path.basename(path), file.read()


def takes_what_loads(least):
    count = 0
    for name, text in policies():
        count += 1
        equal(faults(tomllib.loads(text)), [], name)
    assert count >= least, count


# Every field of the schema with a value that loads (in one of these policies).
COMPLETE = [
    """version = 1
[cors]
enabled = true
profile = "fetch"
allowed_origins = ["https://app.example.com", "https://*.example.com", "http://localhost:[3000,8000-8099]"]
allowed_methods = ["GET", "PATCH", "purge"]
allowed_headers = ["Content-Type", "Authorization"]
exposed_headers = ["X-Request-Id"]
allow_credentials = false
max_age_seconds = 0
excluded_paths = ["/admin", "/account*", "/health$"]
preflight = "answer"
on_denied = "mark"
handler_headers = "keep"
websocket = "as_rule"
allow_null_origin = true
allow_private_network = true
timing_allow_origin = true
debug = true
debug_headers = true
report_only = true
dangerously_allow_insecure_origins = false
dangerously_allow_public_suffixes = false
dangerously_echo_any_origin = false
actual_answers = "grant"
enforce_methods = true
preflight_status = 200
refused_preflight_status = 204
check_requested = true
requested_method_case = "fold"
methods_answer = "list"
headers_answer = "requested"
list_separator = ", "
methods_are_exact = true
expose_on_preflight = true
preflight_headers_on_options = true
vary = "always"
preflight_vary = "origin"
same_origin = "judge"
malformed_origin = "ignore"
post_without_content_type = "refuse"
empty_requested_method = "actual"
preflight_needs_origin = false
preflight_outside_paths = "pass"
zero_max_age = "omit"
[[cors.rules]]
name = "a"
paths = ["/users/:id/keys"]
hosts = ["api.example.com"]
methods = ["GET"]
allowed_origins = ["*"]
[[trusted_origins]]
name = "Partner"
origin = "https://portal.example/"
scopes = ["CORS", { type = "IFRAME_EMBED", allowed_okta_apps = ["OKTA_ENDUSER"] }]
status = "INACTIVE"
valid_until = 2027-01-31T00:00:00Z
id = "x"
created = "2026-01-31T00:00:00Z"
created_by = "a"
last_updated = "2026-01-31T00:00:00Z"
last_updated_by = "b"
[hosts]
allowed = ["api.example.com", "localhost:*"]
[csrf]
enabled = true
trusted_origins = ["https://app.example.com"]
exempt_paths = ["/webhooks"]
[csrf.referer]
enabled = true
dangerously_allow_insecure = false
[csrf.cookie]
name = "shared-csrftoken"
domain = ".example.com"
path = "/"
max_age_seconds = 31449600
app_cookie_name = "csrftoken"
[frames]
paths = ["/sign-in"]
enduser_paths = ["/dashboard"]
report_only = false
[redirects]
enabled = true
allowed_origins = []
parameters = ["redirect_uri"]
[shadow]
file = "next.toml"

[[lint.allow]]
code = "debug-headers"
path = "cors.debug_headers"
reason = "for a day"
[[test]]
name = "x"
origin = "https://a.example"
method = "PUT"
path = "/api"
host = "api.example.com"
headers = ["content-type"]
request = "actual"
expect = "deny"
reason = "origin_not_allowed"
at = 2027-01-31T00:00:00+02:00
""",
    HEAD + 'included_paths = ["/api"]\nallowed_origins = ["*"]\n',
    HEAD + 'profile = "cloudflare"\nallowed_origins = ["*"]\nallowed_methods = ["TRACE"]\n'
           "max_age_seconds = -1\n",
    HEAD + 'profile = "django"\nallowed_origins = ["null", "file:///x", "https://a.example"]\n'
           "max_age_seconds = 100000\n",
    HEAD + 'allowed_origins = ["chrome-extension://abc", "http://[::1]:8080"]\n',
]


def the_complete_policies_load():
    for text in COMPLETE:
        equal(faults(tomllib.loads(text)), [], text)


def used(document, part, path=""):
    """The paths of the schema that a document uses."""
    for name, value in document.items():
        here = f"{path}.{name}" if path else name
        yield here
        for below in value if isinstance(value, list) else [value]:
            if isinstance(below, dict):
                yield from used(below, part, here)


def the_complete_policies_use_every_field():
    known = {path for path, _ in fields(schema())}
    seen = set()
    for text in COMPLETE:
        seen.update(used(tomllib.loads(text), schema()))
    # A rule may have what [cors] has; its own are those above.
    rest = {path for path in known - seen
            if not (path.startswith("cors.rules.") and path.replace("rules.", "") in known)}
    rest -= {"cors.allowed_origins_file", "cors.allowed_origin_regexes",
             "cors.excluded_path_regexes", "cors.included_path_regexes"}
    equal(sorted(rest), [])


# description, a policy that neither takes
WRONG = [
    ("no version", "[cors]\n"),
    ("another version", "version = 2\n"),
    ("a version that is a text", 'version = "1"\n'),
    ("an unknown section", "version = 1\n[cor]\n"),
    ("an unknown field", HEAD + "allowed_origin = []\n"),
    ("a field of [cors] in a rule", HEAD + '[[cors.rules]]\npaths = ["/a"]\ndebug = true\n'),
    ("a text for a flag", HEAD + 'enabled = "yes"\n'),
    ("a text for a list", HEAD + 'allowed_origins = "https://a.example"\n'),
    ("a number among texts", HEAD + "allowed_origins = [7]\n"),
    ("a real for a number", HEAD + "max_age_seconds = 1.5\n"),
    ("a max-age below all", HEAD + "max_age_seconds = -2\n"),
    ("a word that there is not", HEAD + 'on_denied = "deny"\n'),
    ("a profile that there is not", HEAD + 'profile = "nginx"\n'),
    ("a separator that there is not", HEAD + 'list_separator = ";"\n'),
    ("a status that browsers do not take", HEAD + "preflight_status = 301\n"),
    ("a status between", HEAD + "refused_preflight_status = 302\n"),
    ("an origin with a slash", HEAD + 'allowed_origins = ["https://a.example/"]\n'),
    ("an origin without a scheme", HEAD + 'allowed_origins = ["a.example"]\n'),
    ("a path that begins elsewhere", HEAD + 'excluded_paths = ["admin"]\n'),
    ("a method with a blank", HEAD + 'allowed_methods = ["GET, PUT"]\n'),
    ("a rule without selectors", HEAD + '[[cors.rules]]\nallowed_origins = ["*"]\n'),
    ("a rule that is a table", HEAD + "[cors.rules]\n"),
    ("a record without an origin", 'version = 1\n[[trusted_origins]]\nname = "a"\nscopes = ["CORS"]\n'),
    ("a scope that there is not",
     'version = 1\n[[trusted_origins]]\nname = "a"\norigin = "https://a.example"\nscopes = ["X"]\n'),
    ("a status that there is not", 'version = 1\n[[trusted_origins]]\nname = "a"\n'
     'origin = "https://a.example"\nscopes = ["CORS"]\nstatus = "ON"\n'),
    ("hosts without a list", "version = 1\n[hosts]\n"),
    ("hosts with an empty list", "version = 1\n[hosts]\nallowed = []\n"),
    ("a cookie without a domain", 'version = 1\n[csrf.cookie]\nname = "x"\n'),
    ("a test without an expectation", 'version = 1\n[[test]]\nname = "a"\n'),
    ("a reason that there is not",
     'version = 1\n[[test]]\nexpect = "deny"\nreason = "no_reason"\n'),
    ("a lint that is allowed for no reason",
     'version = 1\n[[lint.allow]]\ncode = "max-age-long"\npath = "cors"\n'),
    ("one with a blank reason",
     'version = 1\n[[lint.allow]]\ncode = "max-age-long"\npath = "cors"\nreason = " "\n'),
]


def neither_takes(text):
    assert not reads(text), "the program takes it"
    assert faults(tomllib.loads(text)), "the schema takes it"


def main():
    cases = Cases()
    cases.add("it is a JSON Schema", is_valid_schema)
    cases.add("every field has a text", every_field_has_a_text)
    cases.add("every field of the policy reference is in it", has_every_field_of_the_reference)
    cases.add("policies that use every field", the_complete_policies_load)
    cases.add("they do", the_complete_policies_use_every_field)
    cases.add("the sample, examples, and what importers make", takes_what_loads, 20)
    cases.add("wrong options", wrong_options)
    for description, text in WRONG:
        cases.add("wrong: " + description, neither_takes, text)
    cases.run()


if __name__ == "__main__":
    main()
