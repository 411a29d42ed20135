"""Cloudflare Access, whole: the curl line of its documentation against an imported policy, and its
Worker as [[forward]], in the real program.

  python3 cloudflare_test.py CORSAC_PROGRAM
"""
import http.client
import http.server
import json
import os
import shutil
import socket
import subprocess
import sys

from loopback_server import LoopbackServer
from server_process import ServerProcess
from tap import Cases, Skip, contains, equal
from waiting import DEADLINE, until

PROGRAM = os.path.abspath(sys.argv[1])
SECRET = "cfast_s3cr3t-of-the-service-token"
ENVIRONMENT = {"CF_ACCESS_CLIENT_ID": "id.access", "CF_ACCESS_CLIENT_SECRET": SECRET}
GUARDED = "version = 1\n[cors]\nenabled = false\ndebug = true\n"

# The application of the document: its settings "match the response headers sent by your origin".
APPLICATION = {
    "domain": "api.mysite.com", "type": "self_hosted",
    "cors_headers": {"allowed_origins": ["https://example.com"], "allow_credentials": True,
                     "allowed_methods": ["GET", "OPTIONS"], "allowed_headers": ["office"]}}

FORWARD = """file = "policy.toml"
[[forward]]
path_prefix = "/api/protected"
upstream = "http://127.0.0.1:{port}"
strip_prefix = true
headers = {{ "cf-access-client-id" = {{ env = "CF_ACCESS_CLIENT_ID" }}, "cf-access-client-secret" = {{ env = "CF_ACCESS_CLIENT_SECRET" }} }}
[[forward]]
path_prefix = "/token"
upstream = "http://127.0.0.1:{port}"
token_header = {{ name = "Authorization", values = {{ "cf-access-client-id" = {{ env = "CF_ACCESS_CLIENT_ID" }}, "cf-access-client-secret" = {{ env = "CF_ACCESS_CLIENT_SECRET" }} }} }}
[[forward]]
path_prefix = "/gone"
upstream = "http://127.0.0.1:{free}"
"""


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


class Upstream(LoopbackServer):
    """An API behind Access: notes what it is asked, and sets a cookie."""

    def __init__(self):
        self.asked = asked = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                asked.append((self.path, dict(self.headers.items())))
                body = b"protected"
                self.send_response(200)
                self.send_header("Set-Cookie", "CF_Authorization=upstream")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        super().__init__(Handler)


def forwarding(upstream):
    return ServerProcess(PROGRAM, FORWARD.format(port=upstream.port, free=free_port()),
                         [("policy.toml", GUARDED)], ENVIRONMENT)


def ask(port, path, headers):
    connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=DEADLINE)
    try:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read().decode()
    finally:
        connection.close()


def check_curl_line():
    """Status, CORS headers and Vary are those that the document prints."""
    if shutil.which("curl") is None:
        raise Skip("no curl")
    imported = subprocess.run([PROGRAM, "import", "cloudflare", "/dev/stdin"],
                              input=json.dumps(APPLICATION), capture_output=True, text=True,
                              timeout=DEADLINE, check=False)
    assert imported.returncode in (0, 3), imported.stderr
    with ServerProcess(PROGRAM, 'file = "policy.toml"', [("policy.toml", imported.stdout)]) as server:
        said = subprocess.run(
            ["curl", "--head", "--request", "OPTIONS", "http://api.mysite.com",
             "--header", "origin: https://example.com",
             "--header", "access-control-request-method: GET",
             "--silent", "--connect-to", f"::127.0.0.1:{server.port}"],
            capture_output=True, text=True, timeout=DEADLINE, check=True).stdout
    status, *lines = said.strip().splitlines()
    headers = sorted(line.lower() for line in lines
                     if line.lower().startswith(("vary:", "access-control-")))
    equal(status.split()[1], "200")
    equal(headers, sorted([
        "vary: origin, access-control-request-method, access-control-request-headers",
        "access-control-allow-origin: https://example.com",
        "access-control-allow-methods: get",
        "access-control-allow-credentials: true"]))


def check_worker():
    """The document's Worker, with the prefix taken off."""
    with Upstream() as upstream, forwarding(upstream) as server:
        status, headers, body = ask(server.port, "/api/protected/name?a=%2Fb",
                                    {"Sec-Fetch-Site": "same-origin", "Cookie": "session=1"})
        equal((status, body), (200, "protected"))
        equal(headers.get("Set-Cookie"), None)
        (path, asked), = upstream.asked
        equal(path, "/name?a=%2Fb")
        equal(asked["cf-access-client-id"], "id.access")
        equal(asked["cf-access-client-secret"], SECRET)
        equal(asked["Host"], f"127.0.0.1:{upstream.port}")
        equal(asked["Cookie"], "session=1")


def check_token():
    """One header with a JSON object of two keys."""
    with Upstream() as upstream, forwarding(upstream) as server:
        status, _, _ = ask(server.port, "/token/a", {"Sec-Fetch-Site": "none"})
        equal(status, 200)
        (path, asked), = upstream.asked
        equal(path, "/token/a")
        equal(json.loads(asked["Authorization"]),
              {"cf-access-client-id": "id.access", "cf-access-client-secret": SECRET})


def check_refusals_and_secrets():
    """Who is not proved own is refused and told; nothing tells the secret."""
    with Upstream() as upstream, forwarding(upstream) as server:
        foreign, _, body = ask(server.port, "/api/protected/a", {"Sec-Fetch-Site": "cross-site"})
        equal((foreign, body), (403, ""))
        equal(ask(server.port, "/api/protected/a", {"Origin": "https://evil.example"})[0], 403)
        equal(ask(server.port, "/api/protected//a", {"Sec-Fetch-Site": "same-origin"})[0], 400)
        equal(upstream.asked, [])
        status, headers, body = ask(server.port, "/gone/a", {"Sec-Fetch-Site": "same-origin"})
        equal((status, headers["Content-Type"]), (500, "application/json"))
        equal(json.loads(body), {"error": "the upstream cannot be reached"})
        equal(ask(server.port, "/api/protected/a", {"Sec-Fetch-Site": "same-origin"})[0], 200)
        token = {"Authorization": "Bearer " + server.token}
        events = ask(server.admin, "/api/events?reason=forward_not_allowed", token)[2]
        equal(json.loads(events)["total"], 2)
        metrics = ask(server.admin, "/metrics", token)[2]
        contains(metrics, 'reason="forward_not_allowed"} 2')
        told = events + metrics + ask(server.admin, "/api/status", token)[2] + body
        until(lambda: "forward /gone: the upstream cannot be reached" in server.log_text(),
              "the failure in the log")
        equal(server.end()[0], 0)
        told += server.log_text()
        assert SECRET not in told, "the secret was told"


def check_missing_variable():
    with Upstream() as upstream:
        try:
            ServerProcess(PROGRAM, FORWARD.format(port=upstream.port, free=1),
                          [("policy.toml", GUARDED)], {"CF_ACCESS_CLIENT_ID": "id.access"})
            raise RuntimeError("it runs")
        except AssertionError as ended:
            contains(str(ended), "error[forward-env-missing]: "
                                 "forward[0].headers.cf-access-client-secret")
            contains(str(ended), "CF_ACCESS_CLIENT_SECRET")


CASES = Cases()
CASES.add("M116: the curl line of Cloudflare's document", check_curl_line)
CASES.add("M110, M111: its Worker", check_worker)
CASES.add("M114: a token in a single header", check_token)
CASES.add("M112, M113: refusals are told, secrets are not", check_refusals_and_secrets)
CASES.add("a variable that is not set ends the start", check_missing_variable)
CASES.run()
