"""The README's JSON-RPC server on localhost, asked as browsers, attackers and programs ask. TAP.

  python3 local_server_test.py PROGRAM README

What a handler did shows in the notes that it keeps: each request tries to add one, and in the end
those of the requests that pass are there and no other.
"""
import json
import re
import shutil
import subprocess
import sys

from example_server import ExampleServer
from extract_examples import examples
from tap import Cases, Skip, contains, equal
from waiting import DEADLINE

PROGRAM, README = sys.argv[1:3]
JSON = ("Content-Type", "application/json")
FORM = ("Content-Type", "application/x-www-form-urlencoded")
TEXT = ("Content-Type", "text/plain;charset=UTF-8")
STRANGER = ("Origin", "https://stranger.example")


class LocalServer(ExampleServer):
    def rpc(self, headers, body="", method="POST"):
        """The answer and its body. PORT in `headers` stands for the port."""
        if not any(name == "Host" for name, _ in headers):
            headers = [("Host", "127.0.0.1:PORT"), *headers]
        headers = [(name, value.replace("PORT", str(self.port))) for name, value in headers]
        return self.ask(method, "/rpc", [*headers, ("Content-Length", str(len(body)))], body)

    def call(self, rpc_method, headers=(), **params):
        request = {"jsonrpc": "2.0", "id": 1, "method": rpc_method, "params": params}
        return self.rpc(headers, json.dumps(request))

    def notes(self):
        return json.loads(self.call("notes/list")[1])["result"]


# Description, headers, and the origin that is granted: None = no grant.
PASSED = [
    ("curl, without Origin", [FORM], None),
    ("a program that calls by localhost", [("Host", "localhost:PORT"), JSON], None),
    ("a forwarded port", [("Host", "127.0.0.1:49152"), JSON], None),
    ("the app's shell", [JSON, ("Origin", "tauri://localhost")], "tauri://localhost"),
    ("the app's shell on Windows", [JSON, ("Origin", "http://tauri.localhost"),
                                    ("Sec-Fetch-Site", "cross-site")], "http://tauri.localhost"),
    ("a page of another loopback port", [JSON, ("Origin", "http://localhost:5173"),
                                         ("Sec-Fetch-Site", "cross-site")],
     "http://localhost:5173"),
    ("a page of its own", [JSON, ("Origin", "http://127.0.0.1:PORT"),
                           ("Sec-Fetch-Site", "same-origin")], "http://127.0.0.1:PORT"),
]

# Proves S29, S30. Description, headers, status.
REFUSED = [
    ("a stranger's fetch without a preflight", [TEXT, STRANGER, ("Sec-Fetch-Site", "cross-site")],
     403),
    ("that of a browser without Sec-Fetch-Site", [TEXT, STRANGER], 403),
    ("a stranger's form", [FORM, STRANGER, ("Sec-Fetch-Site", "cross-site"),
                           ("Sec-Fetch-Mode", "navigate"), ("Sec-Fetch-Dest", "document")], 403),
    ("a form of a sandboxed frame", [FORM, ("Origin", "null"), ("Sec-Fetch-Site", "cross-site")],
     403),
    ("a write whose Origin was taken away", [FORM, ("Sec-Fetch-Site", "cross-site")], 403),
    ("another app's shell", [JSON, ("Origin", "app://other")], 403),
    ("a name that was made to lead here", [("Host", "evil.test:PORT"), JSON,
                                           ("Origin", "http://evil.test:PORT")], 421),
    ("the same where the browser says same-origin", [
        ("Host", "evil.test:PORT"), JSON, ("Origin", "http://evil.test:PORT"),
        ("Sec-Fetch-Site", "same-origin")], 421),
    ("0.0.0.0", [("Host", "0.0.0.0:PORT"), TEXT, ("Origin", "http://0.0.0.0:PORT")], 421),
]


def passes(server, description, headers, origin):
    answer, body = server.call("notes/add", headers, text=description)
    equal(answer.status, 200, body)
    contains(json.loads(body)["result"], description)
    expected = origin and origin.replace("PORT", str(server.port))
    equal(answer.getheader("Access-Control-Allow-Origin"), expected)
    equal(answer.getheader("Access-Control-Allow-Credentials"), None)


def is_refused(server, description, headers, status):
    answer, body = server.call("notes/add", headers, text=description)
    equal((answer.status, body), (status, ""))
    grants = [name for name, _ in answer.getheaders() if name.lower().startswith("access-control")]
    equal(grants, [])


def preflight(server, origin, status, granted):
    answer, _ = server.rpc([("Origin", origin), ("Access-Control-Request-Method", "POST"),
                            ("Access-Control-Request-Headers", "content-type,mcp-session-id")],
                           method="OPTIONS")
    equal(answer.status, status)
    equal(answer.getheader("Access-Control-Allow-Origin"), origin if granted else None)
    equal(answer.getheader("Access-Control-Allow-Headers"),
          "content-type,mcp-session-id" if granted else None)


def answers_as_a_stream(server):
    answer, body = server.call("notes/list", [("Accept", "application/json, text/event-stream"),
                                              ("Origin", "tauri://localhost")])
    equal(answer.getheader("Content-Type"), "text/event-stream")
    equal(answer.getheader("Access-Control-Allow-Origin"), "tauri://localhost")
    found = re.fullmatch(r"event: message\ndata: (.*)\n\n", body)
    assert found, body
    equal(json.loads(found.group(1))["id"], 1)


def tells_errors(server):
    for body, code in [("{", -32700), ("[]", -32600), ("{}", -32600), ('{"method": 1}', -32600),
                       ('{"method": "other"}', -32601), ('{"id": {}, "method": "other"}', -32600),
                       ('{"id": true, "method": "other"}', -32600),
                       ('{"method": "notes/add"}', -32602),
                       ('{"method": "notes/add", "params": []}', -32602),
                       ('{"method": "notes/add", "params": {"text": 1}}', -32602)]:
        answer, text = server.rpc([], body)
        equal((answer.status, json.loads(text)["error"]["code"]), (200, code), body)


# description, the request, in which DEEP stands for 400,000 lists in each other, code
DEEP = [
    ("an id", '{"id": DEEP, "method": "notes/list"}', -32600),
    ("an id of no request", '{"id": DEEP}', -32600),
    ("a method", '{"method": DEEP}', -32600),
    ("params", '{"method": "notes/add", "params": DEEP}', -32602),
    ("a text", '{"method": "notes/add", "params": {"text": DEEP}}', -32602),
    ("a request", 'DEEP', -32600),
]


def survives_deep_nesting(server, request, code):
    body = request.replace("DEEP", "[" * 400_000 + "]" * 400_000)
    answer, text = server.rpc([JSON], body)
    told = json.loads(text)
    equal((answer.status, told["error"]["code"], told["id"]), (200, code, None))


def readme_curl_is_answered(server, readme):
    if shutil.which("curl") is None:
        raise Skip("there is no curl")
    command = examples(readme)["local_server.sh"].replace("PORT", str(server.port))
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=DEADLINE,
                          check=False)
    equal(done.returncode, 0, done.stderr)
    equal(json.loads(done.stdout)["id"], 1)
    # As long as the server takes them, and not as short as a form.
    long = command.replace('"id": 1,', '"id": 1, "params": "' + 20_000 * "x" + '",')
    done = subprocess.run(["sh", "-c", long], capture_output=True, text=True, timeout=DEADLINE,
                          check=False)
    equal(json.loads(done.stdout)["id"], 1)


def ran_for_nobody_else(server):
    equal(server.notes(), [description for description, *_ in PASSED])


def main():
    cases = Cases()
    with LocalServer(PROGRAM) as server:
        for row in PASSED:
            cases.add(f"passes: {row[0]}", passes, server, *row)
        for row in REFUSED:
            cases.add(f"is refused: {row[0]}", is_refused, server, *row)
        cases.add("the shell's preflight is answered", preflight, server, "tauri://localhost", 204,
                  True)
        cases.add("a stranger's is refused", preflight, server, STRANGER[1], 403, False)
        cases.add("answers as a stream of events", answers_as_a_stream, server)
        cases.add("tells errors as JSON-RPC does", tells_errors, server)
        for description, *row in DEEP:
            cases.add(f"survives deep nesting: {description}", survives_deep_nesting, server, *row)
        cases.add("README: curl is answered", readme_curl_is_answered, server, README)
        cases.add("the handler ran for those that pass and for nobody else", ran_for_nobody_else,
                  server)
        cases.run()


if __name__ == "__main__":
    main()
