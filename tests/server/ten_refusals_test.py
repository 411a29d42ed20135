"""Ten refusals that people meet, made at the running program: `corsac explain`, the event, and what
the debug page explains from the event each name the reason, the place in the policy, and what to
change. Prints TAP.

  python3 ten_refusals_test.py CORSAC_PROGRAM FOLDER_OF_REASONS EVENT_QUESTION_JS
"""
import base64
import http.client
import json
import os
import shutil
import subprocess
import sys
import urllib.parse

from server_process import ServerProcess
from tap import Cases, Skip, contains, equal
from waiting import until

PROGRAM, REASONS, QUESTION = os.path.abspath(sys.argv[1]), sys.argv[2], sys.argv[3]

POLICY = """version = 1
[cors]
debug = true
allowed_origins = ["https://app.example.com"]
allowed_methods = ["GET", "PUT", "PATCH"]
allowed_headers = ["Content-Type", "X-Api-Key"]
excluded_paths = ["/admin"]
[[cors.rules]]
name = "partners"
paths = ["/api/slow"]
allowed_origins = ["https://partner.example"]
[[trusted_origins]]
name = "Old portal"
origin = "https://portal.example"
scopes = ["CORS"]
status = "INACTIVE"
[csrf]
enabled = true
trusted_origins = ["https://partner.example"]
[hosts]
allowed = ["127.0.0.1:*", "api.example.com"]
"""
APP = "https://app.example.com"


def line_of(text):
    return [text in line for line in POLICY.splitlines()].index(True) + 1


# description; origin, method and path of the page's request, names of its headers, Host; reason;
# rule; the line of the policy; parts of the near miss (None = there is none) and of the hint; the
# offending value
ROWS = [
    ("another port", (APP + ":8443", "GET", "/api/hello", [], None),
     "origin_not_allowed", "cors", 'allowed_origins = ["https://app',
     'the request has port 8443; write "https://app.example.com:8443"', "to allowed_origins",
     APP + ":8443"),
    ("a record that is not active", ("https://portal.example", "GET", "/api/hello", [], None),
     "origin_not_allowed", "cors", 'allowed_origins = ["https://app',
     'the record "Old portal" (policy.toml:14:10) names "https://portal.example" and gives it '
     "nothing: its status is INACTIVE; write status", "Change the record", "https://portal.example"),
    ("a rule with a list of its own", (APP, "GET", "/api/slow?ms=0", [], None),
     "origin_not_allowed", "partners", 'allowed_origins = ["https://partner',
     'the rule "partners" replaces that list by its own; write', "to allowed_origins", APP),
    ("a client that writes a slash", (APP + "/", "GET", "/api/hello", [], None),
     "origin_malformed", "cors", 'allowed_origins = ["https://app',
     "without a path or a trailing slash", "without a default port", APP + "/"),
    ("a file", ("null", "GET", "/api/hello", [], None),
     "origin_null", "cors", 'allowed_origins = ["https://app', None,
     "serve the page from a real origin", "null"),
    ("patch in lower case", (APP, "patch", "/api/echo", [], None),
     "requested_method_not_allowed", "cors", "allowed_methods",
     'the client sent "patch"; write "PATCH" in fetch()', "to allowed_methods", "patch"),
    ("a slip in a header", (APP, "PUT", "/api/echo", ["X-Api-Kye"], None),
     "requested_header_not_allowed", "cors", "allowed_headers",
     '"x-api-key" is allowed; the client asks for "x-api-kye"', "to allowed_headers", "x-api-kye"),
    ("an excluded path", (APP, "PUT", "/admin", [], None),
     "preflight_on_excluded_path", "excluded paths", "excluded_paths", None,
     "Take the path out of excluded_paths", "/admin"),
    ("another Host", (APP, "GET", "/api/hello", [], "api.example.com:8443"),
     "host_not_allowed", "cors", 'allowed = ["127', '"api.example.com" is allowed; the request has '
     'port 8443; write "api.example.com:8443"', "to hosts.allowed", "api.example.com:8443"),
    ("a write from another site", (APP, "POST", "/api/echo", [], None),
     "cross_site_write", "cors", 'trusted_origins = ["https://partner',
     "is not in csrf.trusted_origins; write", "to csrf.trusted_origins", APP),
]


def send(server, request):
    """The page's request as its browser sends it: the preflight, where there is one."""
    origin, method, path, names, host = request
    headers = {"Origin": origin, "Sec-Fetch-Site": "cross-site"}
    if host:
        headers["Host"] = host
    if method not in ("GET", "POST") or names:
        headers["Access-Control-Request-Method"] = method
        if names:
            headers["Access-Control-Request-Headers"] = ",".join(names).lower()
        method = "OPTIONS"
    if method == "POST":
        headers["Content-Length"] = "0"
    connection = http.client.HTTPConnection("127.0.0.1", int(server.port), timeout=60)
    try:
        connection.request(method, path, headers=headers)
        return connection.getresponse().status
    finally:
        connection.close()


def of_admin(server, path):
    connection = http.client.HTTPConnection("127.0.0.1", int(server.admin), timeout=60)
    try:
        connection.request("GET", path, headers={"Authorization": f"Bearer {server.token}"})
        answer = connection.getresponse()
        text = answer.read()
        equal(answer.status, 200, text)
        return json.loads(text)
    finally:
        connection.close()


def explained(server, request):
    origin, method, path, names, host = request
    command = [PROGRAM, "explain", "policy.toml", "--json", "--origin", origin, "--method", method,
               "--path", path, "--host", host or f"127.0.0.1:{server.port}"]
    for name in names:
        command += ["--header", name]
    answer = subprocess.run(command, cwd=server.folder, capture_output=True, text=True, timeout=60,
                            check=False)
    equal(answer.returncode, 2, answer.stdout + answer.stderr)
    return refusal_of(json.loads(answer.stdout))


def refusal_of(told):
    return next(one for one in (told["preflight"], told["request"]) if one and not one["is_allowed"])


def newest_event(server, behind):
    def found():
        events = of_admin(server, "/api/events?numberOfResults=1")["events"]
        return events[0] if events and events[0]["seq"] > behind else None
    return until(found, server.log_text)


def asked_by_the_page(event):
    """What the debug page asks /api/explain with for "Explain this request": the page's own code."""
    if shutil.which("node") is None:
        raise Skip("node is not installed")
    with open(QUESTION, encoding="utf-8") as file:
        code = base64.b64encode(file.read().encode()).decode()
    script = (f'import("data:text/javascript;base64,{code}").then(({{ questionOf }}) => '
              f'console.log(JSON.stringify(questionOf({json.dumps(event)}))))')
    answer = subprocess.run(["node", "-e", script], capture_output=True, text=True, timeout=60,
                            check=True)
    question = json.loads(answer.stdout)
    headers = question.pop("headers")
    return [*question.items(), *(("header", header) for header in headers)]


def refusal(server, events, description, request, *expected):
    before = of_admin(server, "/api/events?numberOfResults=1")["events"]
    equal(send(server, request), 421 if expected[0] == "host_not_allowed" else 403)
    event = newest_event(server, before[0]["seq"] if before else 0)
    events[description] = event
    event["offending"] = event["value"]
    names_the_cause(event, *expected)


def names_the_cause(told, reason, rule, line, near, hint, offending):
    equal(told["reason"], reason)
    equal((told["rule"], told["offending"]), (rule, offending))
    equal(told["place"].split(":")[:2], ["policy.toml", str(line_of(line))], told["place"])
    if near is None:
        equal(told["near_miss"] or "", "")
    else:
        contains(told["near_miss"], near)
    contains(told["hint"], hint)
    assert os.path.exists(os.path.join(REASONS, reason + ".md")), reason


def page(server, events, description, *expected):
    question = asked_by_the_page(events[description])
    told = of_admin(server, "/api/explain?" + urllib.parse.urlencode(question))
    names_the_cause(refusal_of(told), *expected)


def main():
    cases = Cases()
    with ServerProcess(PROGRAM, 'plugin = "toml"\nfile = "policy.toml"',
                       [("policy.toml", POLICY)]) as server:
        events = {}
        for description, request, *expected in ROWS:
            cases.add(f"explain: {description}",
                      lambda asked, *row: names_the_cause(explained(server, asked), *row), request,
                      *expected)
            cases.add(f"event: {description}", refusal, server, events, description, request,
                      *expected)
            cases.add(f"debug page: {description}", page, server, events, description, *expected)
        cases.run()


if __name__ == "__main__":
    main()
