"""GET /api/explain of the running program: the policy in force, and the answer of `corsac explain`.
Prints TAP.

  python3 explain_api_test.py CORSAC_PROGRAM
"""
import json
import os
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request

from server_process import ServerProcess
from tap import Cases, contains, equal
from waiting import until

PROGRAM = os.path.abspath(sys.argv[1])

POLICY = """version = 1
[cors]
allowed_origins = ["https://app.example.com"]
allowed_methods = ["PUT"]
allowed_headers = ["Content-Type"]
excluded_paths = ["/admin"]
[hosts]
allowed = ["api.example.com"]
"""
APP = "https://app.example.com"

# description, question: what the command has as options, and the route as parameters
QUESTIONS = [
    ("a listed origin", [("origin", APP)]),
    ("another origin", [("origin", APP + ":8443")]),
    ("a preflight", [("origin", APP), ("method", "PUT"), ("header", "X-A"),
                     ("header", "Content-Type: application/json"), ("path", "/a%20b?c=d&e=+")]),
    ("credentials", [("origin", APP), ("credentials", "include")]),
    ("a form", [("origin", "https://b.example"), ("mode", "navigate"), ("method", "POST")]),
    ("a WebSocket", [("origin", APP), ("mode", "websocket")]),
    ("another Host", [("origin", APP), ("host", "evil.example")]),
    ("an excluded path", [("origin", APP), ("path", "/admin")]),
    ("escapes", [("origin", "\x1b[31m<b>\"")]),
]


def ask(server, question, token=None, method="GET"):
    """Status and object."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{server.admin}/api/explain?{urllib.parse.urlencode(question)}",
        method=method, headers={"Authorization": f"Bearer {token or server.token}"})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as answer:
        with answer:
            return answer.code, json.load(answer)


def says_what_the_command_says(server, question):
    status, told = ask(server, question)
    equal(status, 200)
    command = [PROGRAM, "explain", "policy.toml", "--json"]
    for name, value in question:
        command += ["--" + name, value]
    answer = subprocess.run(command, cwd=server.folder, capture_output=True, text=True, timeout=60,
                            check=False)
    equal(told, json.loads(answer.stdout))
    equal(answer.returncode, 0 if told["allowed"] else 2)
    assert "\x1b" not in answer.stdout


def counts_nothing(server):
    before = server.status()["requests"]
    ask(server, [("origin", "https://b.example")])
    equal(server.status()["requests"], before)


def is_guarded(server):
    equal(ask(server, [("origin", APP)], token="other")[0], 401)
    equal(ask(server, [("origin", APP)], method="POST")[0], 405)
    status, told = ask(server, [("orign", APP), ("path", "x"), ("path", "y")])
    equal(status, 400)
    equal([(each["code"], each["path"]) for each in told["problems"]],
          [("parameter-unknown", "orign"), ("parameter-repeated", "path"),
           ("option-value", "origin"), ("option-value", "path")])
    equal(ask(server, [])[0], 400)
    equal(ask(server, [("origin", "")])[0], 400)
    contains(told["problems"][0]["fix"], "origin method path header host mode credentials")


# description, parameter, value: what no page can send
UNSENT = [
    ("TRACE", "method", "TRACE"),
    ("a space in the path", "path", "/a b"),
    ("a fragment", "path", "/a#frag"),
    ("a line break in a header", "header", "X-A: 1\r\nX-B: 2"),
    ("a header of the browser", "header", "Cookie"),
]


def refuses_what_no_page_sends(server, name, value):
    status, told = ask(server, [("origin", APP), (name, value)])
    equal((status, [(each["code"], each["path"]) for each in told["problems"]]),
          (400, [("option-value", name)]))


def follows_the_policy(server):
    question = [("origin", "https://new.example")]
    equal(ask(server, question)[1]["allowed"], False)
    server.write("policy.toml", POLICY.replace(APP, "https://new.example"))
    until(lambda: ask(server, question)[1]["allowed"], "the new policy was not taken")


def main():
    with ServerProcess(PROGRAM, 'plugin = "toml"\nfile = "policy.toml"',
                       [("policy.toml", POLICY)]) as server:
        cases = Cases()
        for description, question in QUESTIONS:
            cases.add(description, says_what_the_command_says, server, question)
        for description, name, value in UNSENT:
            cases.add("400 for " + description, refuses_what_no_page_sends, server, name, value)
        for function in (counts_nothing, is_guarded, follows_the_policy):
            cases.add(function.__name__.replace("_", " "), function, server)
        cases.run()


if __name__ == "__main__":
    main()
