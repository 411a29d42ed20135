"""`corsac serve` itself, on port 0, asked over raw sockets.

  python3 program_test.py CORSAC_PROGRAM SAMPLE_FOLDER CPP_HTTPLIB_VERSION BROKEN_PLUGIN_FOLDER
"""
import ctypes
import gzip
import hashlib
import http.client
import http.server
import json
import os
import re
import resource
import shutil
import signal
import socket
import subprocess
import sys
import time

from loopback_server import LoopbackServer
from server_process import Served
from tap import Cases, Skip, contains, equal
from waiting import until

PROGRAM, SAMPLE = map(os.path.abspath, sys.argv[1:3])
# From 0.53 on cpp-httplib reads every body, or closes.
READS_BODIES = tuple(int(part) for part in sys.argv[3].split(".")[:2]) >= (0, 53)
MISBEHAVING = os.path.join(os.path.abspath(sys.argv[4]), "corsac_misbehaving.so")
DEADLINE = 30.0  # seconds that a condition may take; sanitised builds are slow

CONFIG = """
[server]
listen = "127.0.0.1:0"
second_listen = "127.0.0.1:0"
[store]
file = "policy.toml"
{more}
"""

ADMIN = """
[admin]
listen = "127.0.0.1:0"
"""


class Running(Served):
    """The program with the sample's policy."""

    def __init__(self, policy=None, more="", arguments=(), stderr=subprocess.PIPE, files=(),
                 config=CONFIG, user=None, limit=None, has_pages=True):
        super().__init__("corsac-program-")
        if policy is None:
            with open(os.path.join(SAMPLE, "policy.toml"), encoding="utf-8") as file:
                policy = file.read()
        self.write("policy.toml", policy)
        if has_pages:
            shutil.copytree(os.path.join(SAMPLE, "static"), self.file("static"))
        for name, mode, text in files:
            self.write(name, text)
            os.chmod(self.file(name), mode)
        self.write("server.toml", config.format(more=more))
        if user is not None:
            for path, _, names in os.walk(self.folder):
                for name in [".", *names]:
                    os.chown(os.path.join(path, name), user, -1)
        self.addresses = []
        self.admin = None
        self.start(PROGRAM, arguments, stderr, user=user,
                   preexec_fn=limit and (lambda: resource.setrlimit(*limit)))

    def wait_ready(self, wants_admin=False):
        end = time.monotonic() + DEADLINE
        while len(self.addresses) < 2 or (wants_admin and self.admin is None):
            line = self.lines.get(timeout=max(0.0, end - time.monotonic()))
            assert line is not None, "ended: " + self.log_text()
            found = re.match(r"listening on http://(?:127\.0\.0\.1|0\.0\.0\.0):(\d+)$", line)
            if found:
                self.addresses.append(int(found.group(1)))
            found = re.match(r"admin on http://127\.0\.0\.1:(\d+)$", line)
            if found:
                self.admin = int(found.group(1))
        return self

    def wait_token(self):
        """The token of this run, as the lines behind the listener's say it."""
        token = re.match(r"admin token of this run: (\w+)$", self.lines.get(timeout=DEADLINE))
        assert token, "a token for this run is printed"
        equal(self.lines.get(timeout=DEADLINE),
              f'  curl -H "Authorization: Bearer {token.group(1)}" '
              f"http://127.0.0.1:{self.admin}/api/status")
        for page in ("/", "/trusted-origins/"):
            equal(self.lines.get(timeout=DEADLINE),
                  f"  http://127.0.0.1:{self.admin}{page}#token={token.group(1)}")
        return token.group(1)

    def wait_signals_taken(self):
        """Waits until SIGTERM no longer kills the program, which is before it does anything."""
        end = time.monotonic() + DEADLINE
        while time.monotonic() < end:
            with open(f"/proc/{self.process.pid}/status", encoding="ascii") as status:
                blocked = re.search(r"^SigBlk:\s*(\w+)", status.read(), re.M)
            if int(blocked.group(1), 16) >> (signal.SIGTERM - 1) & 1:
                return self
            time.sleep(0.001)  # between two looks, not instead of one
        raise AssertionError("SIGTERM was never taken")

    def wait_log(self, condition):
        """The first log line for which the condition holds, as an object."""
        end = time.monotonic() + DEADLINE
        while time.monotonic() < end:
            for line in list(self.log):
                if line.startswith("{") and condition(json.loads(line)):
                    return json.loads(line)
            time.sleep(0.01)  # between two looks, not instead of one
        raise AssertionError("no such line in the log:\n" + self.log_text())


def ask_raw(port, request, address="127.0.0.1"):
    """Every byte of the answer to `request` on a connection of its own."""
    with socket.create_connection((address, port), timeout=DEADLINE) as connection:
        answer = b""
        try:
            connection.sendall(request)
        except ConnectionError:
            pass  # an answer that did not wait for the whole body
        while True:
            try:
                part = connection.recv(65536)
            except ConnectionError:
                return answer
            if not part:
                return answer
            answer += part


def parse(answer):
    head, _, body = answer.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    headers = [tuple(line.split(": ", 1)) for line in lines[1:]]
    return int(lines[0].split(" ")[1]), headers, body


def ask(port, method, target, headers=(), body=b""):
    lines = [f"{method} {target} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in headers]
    if body or method in ("POST", "PUT", "PATCH"):
        lines.append(f"Content-Length: {len(body)}")
    return parse(ask_raw(port, ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + body))


CORS_NAMES = re.compile(r"^(access-control-.*|vary|timing-allow-origin|cache-control)$", re.I)


def cors_headers(headers):
    return sorted((name, value) for name, value in headers if CORS_NAMES.match(name))


ORIGIN = "https://app.example.com"
GRANT = [("Access-Control-Allow-Credentials", "true"), ("Access-Control-Allow-Origin", ORIGIN),
         ("Access-Control-Expose-Headers", "X-Request-Id"), ("Vary", "Origin")]
VARY = [("Vary", "Origin")]
PREFLIGHT_VARY = ("Vary", "Origin, Access-Control-Request-Method, Access-Control-Request-Headers")
REFUSED = [("Cache-Control", "no-store"), ("Vary", "Origin")]

# description, method, target, headers, status, whole set of CORS headers
ROWS = [
    ("a listed origin", "GET", "/api/hello", [("Origin", ORIGIN)], 200, GRANT),
    ("HEAD", "HEAD", "/api/hello", [("Origin", ORIGIN)], 200, GRANT),
    ("no Origin", "GET", "/api/hello", [], 200, VARY),
    ("another origin is refused", "GET", "/api/hello", [("Origin", "https://evil.example")], 403,
     REFUSED),
    ("a preflight", "OPTIONS", "/api/echo",
     [("Origin", ORIGIN), ("Access-Control-Request-Method", "PUT"),
      ("Access-Control-Request-Headers", "content-type")], 204,
     [("Access-Control-Allow-Credentials", "true"),
      ("Access-Control-Allow-Headers", "content-type"), ("Access-Control-Allow-Methods", "PUT"),
      ("Access-Control-Allow-Origin", ORIGIN), ("Access-Control-Max-Age", "600"), PREFLIGHT_VARY]),
    ("a preflight for a method that is not listed", "OPTIONS", "/api/echo",
     [("Origin", ORIGIN), ("Access-Control-Request-Method", "PATCH")], 403,
     [("Cache-Control", "no-store"), PREFLIGHT_VARY]),
    ("OPTIONS that is no preflight", "OPTIONS", "/api/echo", [("Origin", ORIGIN)], 200, GRANT),
    ("an error answer", "GET", "/api/error/503", [("Origin", ORIGIN)], 503, GRANT),
    ("a 403 of the application", "GET", "/api/v1/users/me", [("Origin", ORIGIN)], 403, GRANT),
    ("an exception", "GET", "/api/throw", [("Origin", ORIGIN)], 500, GRANT),
    ("no such route", "GET", "/nowhere", [("Origin", ORIGIN)], 404, GRANT),
    ("a stream", "GET", "/api/stream", [("Origin", ORIGIN)], 200, GRANT),
    ("a handler that sets Vary", "GET", "/api/vary?v=Accept", [("Origin", ORIGIN)], 200,
     GRANT[:3] + [("Vary", "Accept, Origin")]),
    ("a handler that does CORS itself", "GET", "/api/own-cors", [("Origin", ORIGIN)], 200, GRANT),
    ("and to a refused origin", "GET", "/api/own-cors", [("Origin", "https://evil.example")], 403,
     REFUSED),
    ("public keys", "GET", "/.well-known/jwks.json", [("Origin", "https://any.example")], 200,
     [("Access-Control-Allow-Origin", "*"), ("Access-Control-Expose-Headers", "X-Request-Id")]),
    ("an excluded path", "GET", "/account", [("Origin", ORIGIN)], 200, []),
    ("a preflight on an excluded path", "OPTIONS", "/admin/users",
     [("Origin", ORIGIN), ("Access-Control-Request-Method", "PUT")], 403,
     [("Cache-Control", "no-store")]),
    ("a static file", "GET", "/static/app.js", [("Origin", ORIGIN)], 200, GRANT),
    ("the page", "GET", "/", [], 200, VARY),
    ("a record's origin", "GET", "/api/hello", [("Origin", "https://portal.example")], 200,
     [(n, "https://portal.example" if n == "Access-Control-Allow-Origin" else v)
      for n, v in GRANT]),
    ("an ambiguous path", "GET", "/api//hello", [("Origin", ORIGIN)], 403, REFUSED),
]


def wire_row(running, method, target, headers, status, expected):
    seen_status, seen, _ = ask(running.addresses[0], method, target, headers)
    equal((seen_status, cors_headers(seen)), (status, sorted(expected)), f"{method} {target}")


def wrong_host(running):
    status, headers, body = parse(ask_raw(
        running.addresses[0],
        b"GET /api/hello HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"))
    equal((status, body), (421, b""))
    contains(dict(headers), "Cache-Control")


LIMIT = 1024 * 1024
CODED = gzip.compress(b"x" * (LIMIT + 1))
CHUNKED = b"%x\r\n" % (LIMIT + 1) + b"x" * (LIMIT + 1) + b"\r\n0\r\n\r\n"
# description, headers, body, status before 0.53
TOO_LARGE_ROWS = [
    ("too large", [("Content-Length", LIMIT + 1)], b"x" * (LIMIT + 1), 413),
    ("too large, chunked", [("Transfer-Encoding", "chunked")], CHUNKED, 411),
    ("too large once decompressed",
     [("Content-Encoding", "gzip"), ("Content-Length", len(CODED))], CODED, 415),
]


def too_large(running, headers, body, status_before_0_53):
    port = running.addresses[0]
    head = ["POST /api/echo HTTP/1.1", f"Host: 127.0.0.1:{port}", f"Origin: {ORIGIN}",
            "Content-Type: text/plain"] + [f"{name}: {value}" for name, value in headers]
    status, seen, _ = parse(ask_raw(port, "\r\n".join(head).encode() + b"\r\n\r\n" + body))
    expected = 413 if READS_BODIES else status_before_0_53
    no_store = [] if expected == 413 else [("Cache-Control", "no-store")]
    equal((status, cors_headers(seen)), (expected, sorted(GRANT + no_store)))


def post_without_length(running):
    started = time.monotonic()
    status, _, _ = parse(ask_raw(
        running.addresses[0],
        f"POST /api/echo HTTP/1.1\r\nHost: 127.0.0.1:{running.addresses[0]}\r\n"
        "Connection: close\r\n\r\n".encode()))
    equal(status, 200 if READS_BODIES else 411)
    assert time.monotonic() - started < 4, "waited for a body that nobody announced"


def refusal_is_an_event(running):
    ask(running.addresses[0], "GET", "/api/hello", [("Origin", "https://event.example"),
                                                   ("Cookie", "secret=1"),
                                                   ("Authorization", "Bearer secret")])
    event = running.wait_log(lambda line: line.get("origin") == "https://event.example")
    equal((event["type"], event["outcome"], event["reason"], event["status"]),
          ("event", "blocked", "origin_not_allowed", 403))
    assert re.match(r".*policy\.toml:\d+", event["place"]), event
    assert event["hint"], event
    contains([name.lower() for name in event["header_names"]], "cookie")
    assert "secret" not in json.dumps(event), event


def checks_itself(running):
    for port in running.addresses:
        running.wait_log(lambda line, port=port: line.get("message") ==
                         f"self-check of http://127.0.0.1:{port}: nothing is wrong")


LOOPBACK = '[hosts]\nallowed = ["127.0.0.1:*"]\n'
# description, policy, what the self-check says about it
SELF_CHECK_ROWS = [
    ("answers to preflights alone show it",
     'version = 1\n[cors]\nprofile = "cloudflare"\nallowed_origins = ["https://app.example.com"]\n'
     'allowed_methods = ["GET"]\n' + LOOPBACK, "nothing is wrong"),
    ("nothing shows it", "version = 1\n" + LOOPBACK,
     "the policy adds nothing to any answer, so there is nothing to see"),
]


def checks_itself_under(policy, said):
    """What its operator cannot change is no warning."""
    with Running(policy=policy).wait_ready() as running:
        for port in running.addresses:
            line = running.wait_log(lambda told, port=port: told.get("message", "").startswith(
                f"self-check of http://127.0.0.1:{port}: "))
            equal((line["level"], line["message"].split(": ", 1)[1]), ("info", said))


def hostile_bytes_stay_on_their_line(running):
    status, _, _ = ask(running.addresses[0], "GET", "/api/hello",
                       [("Origin", "https://x\x1b[31m\"evil\xff")])
    assert "\x1b" not in running.log_text()
    if status == 400:  # the newer cpp-httplib refuses such bytes before any hook
        return
    event = running.wait_log(lambda line: "x1B[31m" in (line.get("origin") or ""))
    equal(event["reason"], "origin_malformed")


def reload_takes_effect(running):
    def is_allowed():
        _, headers, _ = ask(running.addresses[1], "GET", "/api/hello",
                            [("Origin", "https://new.example")])
        return dict(headers).get("Access-Control-Allow-Origin") == "https://new.example"

    assert not is_allowed()
    running.write("policy.toml", 'version = 1\n[cors]\nallowed_origins = ["https://new.example"]\n'
                         '[hosts]\nallowed = ["127.0.0.1:*"]\n')
    end = time.monotonic() + DEADLINE
    while not is_allowed():
        assert time.monotonic() < end, "the new policy never came into force"
    running.write("policy.toml",
                  'version = 1\n[cors]\nallowed_origins = ["https://new.example/"]\n')
    running.process.send_signal(signal.SIGHUP)
    running.wait_log(lambda line: "origin-trailing-slash" in json.dumps(line))
    assert is_allowed(), "a wrong policy must not replace the one in force"


def ends_with_a_request_in_flight():
    with Running().wait_ready() as running:
        with socket.create_connection(("127.0.0.1", running.addresses[0]), DEADLINE) as connection:
            connection.sendall(f"GET /api/slow?ms=600 HTTP/1.1\r\nHost: 127.0.0.1:"
                               f"{running.addresses[0]}\r\n\r\n".encode())
            idle = socket.create_connection(("127.0.0.1", running.addresses[0]), DEADLINE)
            # The request is in flight once another one, sent later, was answered.
            ask(running.addresses[0], "GET", "/api/hello")
            status, took = running.end()
            contains(connection.recv(65536), b"waited_ms")
            idle.close()
        equal(status, 0)
        assert took < 2.5, f"took {took:.2f} s"


def ends_streams_first():
    with Running().wait_ready() as running:
        port = running.addresses[0]
        with socket.create_connection(("127.0.0.1", port), DEADLINE) as connection:
            connection.sendall("GET /api/stream?lines=1000000&ms=20 HTTP/1.1\r\n"
                               f"Host: 127.0.0.1:{port}\r\n\r\n".encode())
            answer = b""
            while b"line  3" not in answer:
                answer += connection.recv(65536)
            leaves_in_time(running)
            while part := connection.recv(65536):
                answer += part
        assert answer.endswith(b"\r\n0\r\n\r\n"), answer[-40:]


def leaves_in_time(running):
    status, took = running.end()
    equal(status, 0)
    assert took < 2.5, f"took {took:.2f} s"  # 2 s are promised; the rest is for a busy machine


def store_that(mode):
    return f'plugin = "{MISBEHAVING}"\nmode = "{mode}"\nhold_ms = 20000\n'


def ends_while_starting():
    with Running(more=store_that("open_ignores_interrupt")) as running:
        leaves_in_time(running.wait_signals_taken())


def ends_with_a_store_that_hangs():
    with Running(more=store_that("close_hangs")).wait_ready() as running:
        leaves_in_time(running)
        contains(running.log_text(), "did not end in time")


def ends_with_a_log_that_nobody_reads():
    reader, writer = os.pipe()
    try:
        os.set_blocking(writer, False)
        try:
            while True:
                os.write(writer, b"x" * 4096)
        except BlockingIOError:
            pass
        os.set_blocking(writer, True)
        with Running(stderr=writer).wait_ready() as running:
            for number in range(200):
                status, _, _ = ask(running.addresses[0], "GET", "/api/hello",
                                   [("Origin", f"https://evil-{number}.example")])
                equal(status, 403)
            leaves_in_time(running)
    finally:
        os.close(reader)
        os.close(writer)


def ends_with_requests_that_do_not():
    with Running().wait_ready() as running:
        port = running.addresses[0]
        host = f"Host: 127.0.0.1:{port}\r\n\r\n"
        open_connections = []
        for part in ("GET /api/he", "GET /api/hello HTTP/1.1\r\nHost: 127",
                     "GET /api/slow?ms=9000 HTTP/1.1\r\n" + host,
                     "POST /api/echo HTTP/1.1\r\nContent-Length: 9\r\n" + host + "body"):
            connection = socket.create_connection(("127.0.0.1", port), DEADLINE)
            connection.sendall(part.encode())
            open_connections.append(connection)
        ask(port, "GET", "/api/hello")  # sent later and answered: the others are under way
        leaves_in_time(running)
        for connection in open_connections:
            connection.close()


PIDFD_GETFD = 438  # the same number on every Linux


def listening_socket(process, port):
    """The process's own listening socket, as a second descriptor of it."""
    with open("/proc/net/tcp", encoding="ascii") as table:
        lines = [line.split() for line in table.readlines()[1:]]
    inode = next(line[9] for line in lines
                 if line[3] == "0A" and int(line[1].split(":")[1], 16) == port)
    for name in os.listdir(f"/proc/{process.pid}/fd"):
        if os.readlink(f"/proc/{process.pid}/fd/{name}") == f"socket:[{inode}]":
            libc = ctypes.CDLL(None, use_errno=True)
            got = libc.syscall(PIDFD_GETFD, os.pidfd_open(process.pid), int(name), 0)
            if got < 0:
                raise Skip("another process's descriptors cannot be had here")
            return socket.socket(fileno=got)
    raise AssertionError("the program does not listen")


def ends_when_it_can_accept_nobody():
    with Running().wait_ready() as running:
        with listening_socket(running.process, running.addresses[1]) as listening:
            listening.shutdown(socket.SHUT_RDWR)
        equal(running.process.wait(timeout=DEADLINE), 1)
        running.log_reader.join(DEADLINE)
        contains(running.log_text(),
                 f"no more connections can be accepted on 127.0.0.1:{running.addresses[1]}")


def stands_many_reloads():
    with Running().wait_ready() as running:
        for _ in range(500):
            running.process.send_signal(signal.SIGHUP)
        equal(ask(running.addresses[0], "GET", "/api/hello")[0], 200)
        leaves_in_time(running)


def ends_by_interrupt():
    with Running().wait_ready() as running:
        equal(running.end(signal.SIGINT)[0], 0)


def admin_listener():
    with Running(more=ADMIN).wait_ready(wants_admin=True) as running:
        port, token = running.admin, running.wait_token()
        equal(ask(port, "GET", "/healthz")[0], 200)
        equal(ask(port, "GET", "/api/status")[0], 401)
        for page, title in (("/", "Why was a page refused?"), ("/trusted-origins/", "Trusted origins")):
            status, headers, body = ask(port, "GET", page)
            equal(status, 200)
            contains(dict(headers)["Content-Security-Policy"], "default-src 'none'")
            contains(body.decode(), f"<title>{title}</title>")
        right = [("Authorization", f"Bearer {token}")]
        status, _, body = ask(port, "GET", "/api/status", right)
        equal(status, 200)
        equal(json.loads(body)["state"], "fresh")
        ask(running.addresses[0], "GET", "/api/hello", [("Origin", "https://evil.example")])
        status, _, body = ask(port, "GET", "/api/events", right)
        equal((status, json.loads(body)["events"][0]["reason"]), (200, "origin_not_allowed"))
        status, _, body = ask(port, "GET", "/metrics", right)
        contains(body.decode(), "origin_not_allowed")
        contains(body.decode(), "\ncorsac_log_lines_lost_total 0\n")
        equal(ask(port, "POST", "/api/reload", right)[0], 200)
        equal(ask(port, "GET", "/api/status", [("Authorization", "Bearer wrong")])[0], 401)
        assert token not in running.log_text(), "a token stands in the log"
        status, _, _ = parse(ask_raw(
            port, b"POST /nowhere HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
                  b"Transfer-Encoding: chunked\r\n\r\n" + CHUNKED))
        equal(status, 404 if READS_BODIES else 411)
        status, _, _ = parse(ask_raw(port, b"GET /healthz HTTP/1.1\r\nHost: evil.example\r\n"
                                           b"Connection: close\r\n\r\n"))
        equal(status, 421)


RECORDS = ADMIN + """
[records]
plugin = "remote"
kind = "okta"
url = "http://127.0.0.1:{port}/api/v1/trustedOrigins"
on_start_failure = "closed"
"""


class OktaPeer(LoopbackServer):
    """An Okta-compatible API that has one record, or answers with `status`."""

    def __init__(self):
        peer = self
        peer.status, peer.origin = 200, "https://partner.example"

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):  # the name is http.server's
                record = {"name": "Partner", "origin": peer.origin, "status": "ACTIVE",
                          "scopes": [{"type": "CORS"}]}
                body = json.dumps([record]).encode()
                self.send_response(peer.status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        super().__init__(Handler)


def admin_listener_tells_of_the_last_loads_and_policies():
    policy = """version = 1
[cors]
allowed_origins = [{origins}]
[hosts]
allowed = ["127.0.0.1:*"]
"""
    with Running(policy.format(origins='"https://a.example"'),
                 more=ADMIN).wait_ready(wants_admin=True) as running:
        right = [("Authorization", f"Bearer {running.wait_token()}")]

        def get(target):
            status, _, body = ask(running.admin, "GET", target, right)
            return status, json.loads(body)

        def reload(origins):
            running.write("policy.toml", policy.format(origins=origins))
            ask(running.admin, "POST", "/api/reload", right)

        reload('"https://a.example", "https://b.example"')
        reload('"https://a.example/"')
        loads = get("/api/status")[1]["last_loads"]
        equal([load["outcome"] for load in loads], ["refused", "taken", "taken"])
        equal((loads[0]["errors"], len(loads[0]["problems"])), (1, 1))
        contains(loads[0]["problems"][0], "policy.toml:3:20: error[origin-trailing-slash]")
        policies = get("/api/policies")[1]["policies"]
        equal([(one["number"], one["is_kept"]) for one in policies], [(2, True), (1, True)])
        status, told = get("/api/policies?number=2")
        equal((status, told["before"], told["has_beside"]), (200, 1, False))
        equal((told["changes"]["verdict"], told["changes"]["changes"][0]["examples"]),
              ("wider", ["https://b.example"]))
        equal(told["document"]["cors"]["allowed_origins"], ["https://a.example", "https://b.example"])
        told = get("/api/policies?number=1")[1]
        equal((told["before"], told["changes"]), (None, None))
        for query, status, error in (("number=3", 404, "policy_not_kept"), ("number=x", 400, "parameter"),
                                     ("number=", 400, "parameter"), ("numbr=1", 400, "parameter"),
                                     ("number=1&number=2", 400, "parameter")):
            answer = get(f"/api/policies?{query}")
            equal((answer[0], answer[1]["error"]), (status, error))
        equal(ask(running.admin, "GET", "/api/policies")[0], 401)


def debug_page(port, headers=(), host=None, address="127.0.0.1"):
    """What the sample says of the debug page's address."""
    lines = ["GET /debug-page HTTP/1.1", f"Host: {host or f'127.0.0.1:{port}'}",
             "Connection: close", *(f"{name}: {value}" for name, value in headers)]
    request = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
    status, _, body = parse(ask_raw(port, request, address))
    equal(status, 200, body)
    return json.loads(body)["debug_page"]


def the_debug_page_passes_the_guard_of_redirects():
    policy = """version = 1
[cors]
allowed_origins = ["https://app.example.com"]
debug = true
[redirects]
"""
    with Running(policy=policy, more=ADMIN).wait_ready(wants_admin=True) as running:
        port = running.addresses[0]
        equal(debug_page(port), f"http://127.0.0.1:{running.admin}/")
        ask(port, "GET", "/api/hello", [("Origin", "https://evil.example")])
        running.wait_log(lambda line: line.get("origin") == "https://evil.example")
        lines = [json.loads(line) for line in list(running.log) if line.startswith("{")]
        equal({line["reason"] for line in lines if line["type"] == "event"},
              {"origin_not_allowed"})


PUBLIC_URL = ADMIN + 'public_url = "https://admin.example.com/corsac"\n'


def self_test(running):
    """Status of the admin listener's /self-test, and where it leads to."""
    status, headers, _ = ask(running.admin, "GET", "/self-test")
    return status, dict(headers).get("Location")


def pages_lead_to_each_other():
    with Running(more=ADMIN).wait_ready(wants_admin=True) as running:
        first, other = (f"http://127.0.0.1:{port}" for port in running.addresses)
        equal(self_test(running), (302, f"{other}/static/self_test.html#server={first}"))
        for port in running.addresses:
            equal(debug_page(port), f"http://127.0.0.1:{running.admin}/")
    with Running().wait_ready() as running:
        equal(debug_page(running.addresses[0]), None)


def with_server(lines):
    return CONFIG.replace("[store]", lines + "\n[store]")


PAGE = "/static/self_test.html"
# description, more of [server], [admin], where /self-test leads to
SELF_TEST_ROWS = [
    ("a public admin listener of a sample on loopback", "", PUBLIC_URL, None),
    ("a public origin, which the page does not ask itself",
     'public_origins = ["https://a.example"]', PUBLIC_URL, "https://a.example" + PAGE),
    ("two public origins", 'public_origins = ["https://a.example", "https://b.example:8443"]', ADMIN,
     f"https://b.example:8443{PAGE}#server=https://a.example"),
]


def self_test_of(lines, admin, expected):
    with Running(config=with_server(lines), more=admin).wait_ready(wants_admin=True) as running:
        equal(self_test(running), (302 if expected else 404, expected))


def tells_no_address_that_stands_for_all():
    """0.0.0.0 is where one listens, and nowhere to go."""
    for listeners in (CONFIG.replace("second_listen = \"127.0.0.1:0\"", "second_listen = \"0.0.0.0:0\""),
                      CONFIG.replace("\nlisten = \"127.0.0.1:0\"", "\nlisten = \"0.0.0.0:0\"")):
        with Running(config=listeners, more=ADMIN).wait_ready(wants_admin=True) as running:
            equal(self_test(running), (404, None))


# description, headers, Host; PORT stands for the listener's
NOT_OF_THIS_MACHINE = [
    *((name, [(name, value)], None)
      for name, value in (("Forwarded", "for=192.0.2.1"), ("Via", "1.1 a"),
                          ("X-Forwarded-For", "127.0.0.1"), ("X-Forwarded-Host", "localhost"),
                          ("X-Forwarded-Proto", "https"), ("X-Real-IP", "192.0.2.1"),
                          ("Origin", "http://localhost:1"))),
    ("a name of the outside", [], "api.example.com"),
    ("a stranger's name that resolves to loopback", [], "127.0.0.1.evil.example:PORT"),
    ("no host", [], "@"),
]


def tells_the_debug_page_on_this_machine_alone():
    policy = "version = 1\n[cors]\nallowed_origins = [\"http://localhost:*\"]\n"
    address = "https://admin.example.com/corsac/"
    with Running(policy, more=PUBLIC_URL).wait_ready(wants_admin=True) as running:
        port = running.addresses[0]
        for host in (None, f"localhost:{port}", "localhost", f"[::1]:{port}"):
            equal(debug_page(port, host=host), address, host)
        for desc, headers, host in NOT_OF_THIS_MACHINE:
            equal(debug_page(port, headers, host and host.replace("PORT", str(port))), None, desc)
    for lines in ('public_origins = ["https://a.example"]', 'trusted_proxies = ["10.0.0.0/8"]'):
        with Running(policy, config=with_server(lines), more=PUBLIC_URL) as running:
            equal(debug_page(running.wait_ready(wants_admin=True).addresses[0]), None, lines)


def tells_the_debug_page_to_no_other_machine():
    """Asked at this machine's own address in a network, from which the connection then comes."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing: chooses the address
        except OSError:
            raise Skip("this machine has no address but loopback") from None
        own = probe.getsockname()[0]
    policy = "version = 1\n[cors]\nallowed_origins = [\"http://localhost:*\"]\n"
    config = CONFIG.replace("\"127.0.0.1:0\"", "\"0.0.0.0:0\"")
    with Running(policy, config=config, more=PUBLIC_URL).wait_ready(wants_admin=True) as running:
        port = running.addresses[0]
        equal(debug_page(port), "https://admin.example.com/corsac/")
        equal(debug_page(port, address=own), None)


def records_of_a_second_store():
    with OktaPeer() as okta, Running(more=RECORDS.format(port=okta.port)) as running:
        running.wait_ready(wants_admin=True)
        port, token = running.admin, running.wait_token()
        right = [("Authorization", f"Bearer {token}")]

        def granted(origin):
            return ask(running.addresses[0], "GET", "/api/hello", [("Origin", origin)])[0] == 200

        def stores():
            status = json.loads(ask(port, "GET", "/api/status", right)[2])
            return status["state"], status["records"]["state"]

        assert granted(ORIGIN) and granted("https://partner.example"), "both stores count"
        assert not granted("https://evil.example")
        equal(stores(), ("fresh", "fresh"))
        equal(ask(port, "GET", "/healthz")[2], b"ok\nstore: fresh\nrecords: fresh\n")
        contains(ask(port, "GET", "/metrics", right)[2].decode(),
                 'corsac_store_state{section="records",state="fresh"} 1')

        okta.status = 503
        status, _, body = ask(port, "POST", "/api/reload", right)
        answer = json.loads(body)
        equal((status, answer["taken"], answer["state"], answer["records"]["state"]),
              (503, False, "fresh", "stale"))
        status, _, body = ask(port, "GET", "/healthz")
        equal((status, body), (503, b"stale\nstore: fresh\nrecords: stale\n"))
        assert granted("https://partner.example"), "the last good ones"
        line = running.wait_log(lambda line: line["type"] == "store" and line["to"] == "stale")
        equal((line["section"], line["from"]), ("records", "fresh"))

        okta.status, okta.origin = 200, "https://new.example"
        equal(ask(port, "POST", "/api/reload", right)[0], 200)
        assert granted("https://new.example") and not granted("https://partner.example")
        equal(stores(), ("fresh", "fresh"))


def starts_without_records_when_told():
    with OktaPeer() as okta:
        okta.status = 503
        with Running(more=RECORDS.format(port=okta.port)) as running:
            running.wait_ready(wants_admin=True)
            equal(ask(running.admin, "GET", "/healthz")[2],
                  b"closed\nstore: fresh\nrecords: closed\n")
            equal(ask(running.addresses[0], "GET", "/api/hello", [("Origin", ORIGIN)])[0], 200)


TOKEN_FILE = ADMIN + 'token_file = "admin.tokens"\n'
TOKENS = "\n".join(f"{name} {name} {hashlib.sha256(name.encode()).hexdigest()}"
                   for name in ("read", "manage")) + "\n"


def answers_with_error_objects():
    """Also to what the host would not bring to the API: RFC 9112, 6.3: no length and no coding is
    no body."""
    head = "{} /api/v1/trustedOrigins{} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: SSWS {}\r\n"
    rows = [
        ("POST", "/none/lifecycle/activate", "", 404, "E0000007"),
        ("POST", "/none/lifecycle/deactivate", "Connection: keep-alive\r\n", 404, "E0000007"),
        ("PATCH", "/none", "", 405, "E0000022"),
        ("POST", "", "Content-Type: application/json\r\n", 400, "E0000003"),
        ("PUT", "/none", "", 400, "E0000018"),
        ("GET", "/" + 300 * "x", "", 404, "E0000007"),
        ("DELETE", "/" + 300 * "x", "", 404, "E0000007"),
    ]
    if not READS_BODIES:
        rows.append(("POST", "", "Transfer-Encoding: chunked\r\n", 411, "E0000003"))
    with Running(more=ADMIN).wait_ready(wants_admin=True) as running:
        token = running.wait_token()
        for method, path, more, status, code in rows:
            text = head.format(method, path, token) + more + "\r\n"
            with socket.create_connection(("127.0.0.1", running.admin), DEADLINE) as connection:
                connection.sendall(text.encode())
                answer = http.client.HTTPResponse(connection, method=method)
                answer.begin()
                equal(answer.status, status, text)
                equal(json.loads(answer.read())["errorCode"], code, text)
            stranger = text.replace(token, "nobody")
            equal(raw_status(running.admin, stranger), 401, stranger)


def raw_status(port, text):
    with socket.create_connection(("127.0.0.1", port), DEADLINE) as connection:
        connection.sendall(text.encode())
        return int(connection.recv(64).split()[1])


def tokens_are_withdrawn():
    """Without a restart, for both APIs of the listener; a file that is wrong withdraws nobody."""
    reader, manager = TOKENS.splitlines(keepends=True)
    with Running(more=TOKEN_FILE, files=[("admin.tokens", 0o600, TOKENS)]) as running:
        running.wait_ready(wants_admin=True)

        def statuses(token):
            right = [("Authorization", f"Bearer {token}")]
            return [ask(running.admin, "GET", path, right)[0]
                    for path in ("/api/status", "/api/v1/trustedOrigins")]

        def reload():
            status, _, body = ask(running.admin, "POST", "/api/reload",
                                  [("Authorization", "Bearer manage")])
            answer = json.loads(body)
            return status, answer["tokens"]["taken"], [
                problem["code"] for problem in answer["tokens"]["problems"]]

        equal(statuses("read"), [200, 200])
        running.write("admin.tokens", manager)
        equal(reload(), (200, True, []))
        equal((statuses("read"), statuses("manage")), ([401, 401], [200, 200]))
        running.write("admin.tokens", reader + "manage manage x\n")
        equal(reload(), (422, False, ["token-hash"]))
        equal((statuses("read"), statuses("manage")), ([401, 401], [200, 200]))
        contains(running.log_text(), "token-hash")
        running.write("admin.tokens", TOKENS)
        running.process.send_signal(signal.SIGHUP)
        until(lambda: statuses("read") == [200, 200], "the token is there again")
        running.write("admin.tokens", "# nobody\n")
        running.process.send_signal(signal.SIGHUP)
        until(lambda: statuses("manage") == [401, 401], "all of them are withdrawn")
        until(lambda: "token-none" in running.log_text(), "why is in the log")


def admin_listener_with_a_token_file():
    with Running(more=TOKEN_FILE, files=[("admin.tokens", 0o600, TOKENS)]) as running:
        running.wait_ready(wants_admin=True)
        for token, status in (("read", 403), ("manage", 200), ("other", 401)):
            equal(ask(running.admin, "POST", "/api/reload",
                      [("Authorization", f"Bearer {token}")])[0], status, token)
        leaves_in_time(running)
        equal(running.lines.get(timeout=DEADLINE), None, "a token was printed")


# description, policy (None = the sample's), more configuration, parts of what is said, files
START_ROWS = [
    ("no file of tokens", None, TOKEN_FILE, ["token-file", "admin.token_file", "cannot be opened"]),
    ("a wrong file of tokens", None, TOKEN_FILE, ["admin.tokens:1", "token-fields"],
     [("admin.tokens", 0o600, "owner\n")]),
    ("a file of tokens for everybody", None, TOKEN_FILE, ["token-file", "everybody may read"],
     [("admin.tokens", 0o644, TOKENS)]),
    ("a file of tokens that its group may write", None, TOKEN_FILE,
     ["token-file", "the group of this file may write it; chmod g-w it"],
     [("admin.tokens", 0o660, TOKENS)]),
    ("an admin listener for everybody without tokens", None, '[admin]\nlisten = "0.0.0.0:0"\n',
     ["server.toml:8:10", "admin-not-loopback"]),
    ("a wrong policy", 'version = 1\n[cors]\nallowed_origins = ["example.com"]\n', "",
     ["policy.toml:3:20", "origin-no-scheme", "https://example.com"]),
    ("a wrong configuration", None, "[log]\nfil = \"-\"\n", ["server.toml:8:7", "field-unknown"]),
    ("two mistakes at once", None, "[nonsense]\n[log]\nevent_capacity = 0\n",
     ["nonsense", "field-range"]),
    ("an unknown setting of the store", None, "fil = \"x\"\n",
     ["server.toml:7:7: error[setting-unknown]: store.fil"]),
    ("a wrong setting of the store", None, "poll_seconds = 0\n",
     ["server.toml:7:16: error[setting-value]: store.poll_seconds"]),
    ("an unknown setting of the records", None, "[records]\nfile = \"policy.toml\"\nfil = \"x\"\n",
     ["server.toml:9:7: error[setting-unknown]: records.fil"]),
    ("a plugin that is not there", None, "plugin = \"nowhere\"\n",
     ["server.toml:7:10: error[plugin-not-found]: store.plugin = \"nowhere\""]),
]


def refuses_to_start(policy, more, parts, files=()):
    with Running(policy=policy, more=more, files=files) as running:
        equal(running.process.wait(timeout=DEADLINE), 1)
        running.log_reader.join(DEADLINE)
        for part in parts:
            contains(running.log_text(), part)
        equal(running.lines.get(timeout=DEADLINE), None, "something was announced")


def serves_with_every_thread_or_not_at_all():
    """Under each limit of threads the program serves, or says why not; it never ends later."""
    if os.geteuid() != 0:
        raise Skip("only root can start it as a user of whom nothing else counts")
    user = 1_000_000 + os.getpid()
    config = CONFIG.replace("[store]", "threads = 8\n[store]")
    said, served = [], []
    for threads in range(2, 82, 4):
        try:
            running = Running(config=config, more=ADMIN, user=user,
                              limit=(resource.RLIMIT_NPROC, (threads, threads)))
        except (OSError, subprocess.SubprocessError) as error:
            raise Skip(f"it cannot be started as another user: {error}") from error
        with running:
            first = running.lines.get(timeout=DEADLINE)
            if first is None:
                equal(running.process.wait(timeout=DEADLINE), 1, f"{threads} threads")
                running.log_reader.join(DEADLINE)
                said.append(running.log_text())
                assert re.search("Resource temporarily unavailable|no thread", said[-1]), said[-1]
            else:
                contains(first, "listening on http://127.0.0.1:")
                equal(ask(int(first.rsplit(":", 1)[1]), "GET", "/api/hello")[0], 200)
                leaves_in_time(running)
                served.append(threads)
    assert served, said[-1]
    contains(said[-1], 'server.toml: error[threads-missing]: server.threads = "8"')
    contains(said[-1], "lower server.threads, or raise the limit of processes")


def says_that_it_has_no_pages():
    with Running(has_pages=False).wait_ready() as running:
        for path in ("/", "/static/app.js"):
            equal(ask(running.addresses[0], "GET", path)[0], 404, path)
        equal(ask(running.addresses[0], "GET", "/api/hello")[0], 200)
        line = running.wait_log(lambda told: "the sample has no pages" in told.get("message", ""))
        contains(line["message"], f"no folder static/ in {running.folder} nor in ")
        leaves_in_time(running)


def refuses_one_address_for_two():
    with Running(config="""
[server]
listen = "127.0.0.1:8080"
second_listen = "127.0.0.1:8080"
[store]
file = "policy.toml"
""") as running:
        equal(running.process.wait(timeout=DEADLINE), 1)
        running.log_reader.join(DEADLINE)
        contains(running.log_text(), "server.toml:4:17: error[listen-address-repeated]")


def logs_into_a_file():
    with Running(more='[log]\nfile = "corsac.log"\n').wait_ready() as running:
        ask(running.addresses[0], "GET", "/api/hello", [("Origin", "https://evil.example")])
        leaves_in_time(running)
        with open(running.file("corsac.log"), encoding="ascii") as file:
            lines = [json.loads(line) for line in file]
        assert any(line.get("origin") == "https://evil.example" for line in lines), lines
        equal({line["type"] for line in lines} - {"store", "suppressed"}, {"load", "log", "event"})
        equal([line for line in running.log if line.startswith("{")], [])


def lines_of(path):
    with open(path, encoding="ascii") as file:
        return file.read().split("\n")


def events_of(lines):
    """The origins of the refusals that stand there as whole lines."""
    found = []
    for line in lines:
        try:
            found.append(json.loads(line).get("origin"))
        except json.JSONDecodeError:
            pass
    return [origin for origin in found if origin and "self-check" not in origin]


def eventually(condition, what):
    end = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < end, what
        time.sleep(0.01)  # between two looks, not instead of one


def goes_on_when_the_log_is_full():
    """A file size limit cuts the log; the program serves on, and counts once the limit is gone."""
    with Running(more='[log]\nfile = "corsac.log"\n').wait_ready() as running:
        path = running.file("corsac.log")
        eventually(lambda: sum("self-check of" in line for line in lines_of(path)) == 2,
                   "the self-check was never written")
        _, hard = resource.prlimit(running.process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(running.process.pid, resource.RLIMIT_FSIZE,
                         (os.path.getsize(path) + 100, hard))
        for number in range(3):
            equal(ask(running.addresses[0], "GET", "/api/hello",
                      [("Origin", f"https://lost-{number}.example")])[0], 403)
        eventually(lambda: any(line.startswith("corsac: the log cannot be written: ")
                               for line in running.log), "standard error was told nothing")
        contains(running.log_text(), "corsac.log: File too large")
        equal(ask(running.addresses[0], "GET", "/api/hello")[0], 200)
        resource.prlimit(running.process.pid, resource.RLIMIT_FSIZE, (hard, hard))
        ask(running.addresses[0], "GET", "/api/hello", [("Origin", "https://kept.example")])
        leaves_in_time(running)
        lines = lines_of(path)
        lost = re.search(r'"(\d+) lines were lost: the log could not be written: File too large"',
                         "\n".join(lines))
        assert lost, lines
        written = [origin for origin in events_of(lines) if "lost-" in origin]
        equal(len(written) + int(lost.group(1)), 3, lines)
        contains(events_of(lines), "https://kept.example")
        equal(len(running.log), 1, "standard error is told once")


def starts_with_a_log_on_a_full_disk():
    with Running(more='[log]\nfile = "/dev/full"\n').wait_ready() as running:
        equal(ask(running.addresses[0], "GET", "/api/hello")[0], 200)
        leaves_in_time(running)
        contains(running.log_text(),
                 "corsac: the log cannot be written: /dev/full: No space left on device")


def log_is_rotated():
    """SIGHUP after a rename: what came before stands in the old file, the rest in the new one."""
    with Running(more='[log]\nfile = "corsac.log"\n').wait_ready() as running:
        path = running.file("corsac.log")
        origins = [f"https://evil-{number}.example" for number in range(4)]
        for origin in origins[:2]:
            ask(running.addresses[0], "GET", "/api/hello", [("Origin", origin)])
        eventually(lambda: len(events_of(lines_of(path))) == 2, "the events are never written")
        os.rename(path, path + ".1")
        running.process.send_signal(signal.SIGHUP)
        eventually(lambda: os.path.exists(path) and "was opened again" in lines_of(path)[0],
                   "the log was never opened again")
        for origin in origins[2:]:
            ask(running.addresses[0], "GET", "/api/hello", [("Origin", origin)])
        leaves_in_time(running)
        equal(sorted(events_of(lines_of(path + ".1"))), origins[:2])
        equal(sorted(events_of(lines_of(path))), origins[2:])
        equal(lines_of(path + ".1")[-1], "", "the old file ends in a line")


def refuses_a_log_that_cannot_be_written():
    with Running(more='[log]\nfile = "nowhere/corsac.log"\n') as running:
        equal(running.process.wait(timeout=DEADLINE), 1)
        running.log_reader.join(DEADLINE)
        contains(running.log_text(), "the log cannot be written")


def refuses_a_taken_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with Running(arguments=["--listen", f"127.0.0.1:{port}"]) as running:
            equal(running.process.wait(timeout=DEADLINE), 1)
            running.log_reader.join(DEADLINE)
            contains(running.log_text(), str(port))


def refuses_the_port_of_another_program():
    with Running().wait_ready() as first:
        listen = f"127.0.0.1:{first.addresses[0]}"
        with Running(arguments=["--listen", listen]) as second:
            equal(second.process.wait(timeout=DEADLINE), 1)
            second.log_reader.join(DEADLINE)
            contains(second.log_text(), f"cannot listen on {listen} (--listen): Address already "
                     "in use; another program listens there")
    config = CONFIG.replace('second_listen = "127.0.0.1:0"', 'second_listen = "192.0.2.1:0"')
    with Running(config=config) as running:
        equal(running.process.wait(timeout=DEADLINE), 1)
        running.log_reader.join(DEADLINE)
        contains(running.log_text(), "cannot listen on 192.0.2.1:0 (server.second_listen in ")


def starts_closed_when_told():
    policy = 'version = 1\n[cors]\nallowed_origins = ["example.com"]\n'
    with Running(policy=policy, more='on_start_failure = "closed"\n').wait_ready() as running:
        status, headers, _ = ask(running.addresses[0], "GET", "/api/hello", [("Origin", ORIGIN)])
        equal((status, cors_headers(headers)), (403, REFUSED))
        equal(ask(running.addresses[0], "GET", "/api/hello")[0], 200)
        running.write("policy.toml",
                      'version = 1\n[cors]\nallowed_origins = ["https://app.example.com"]\n')
        end = time.monotonic() + DEADLINE
        while ask(running.addresses[0], "GET", "/api/hello", [("Origin", ORIGIN)])[0] != 200:
            assert time.monotonic() < end, "the mended policy never came into force"


def cache_of(policy):
    """A policy cache as the program writes it."""
    rest = "revision 7:a\n" + policy
    read_at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    return (f"corsac policy cache 1\nread-at {read_at}\n"
            f"sha256 {hashlib.sha256(rest.encode()).hexdigest()}\n{rest}")


CACHED = 'on_start_failure = "cached"\ncache_file = "policy.cache"\n'
CLOSED_LINE = "corsac: store: closed: no policy is in force, and every cross-origin request is refused"

# description, [store] of a program whose policy file is not there, its cache file, what it says of
# the state that it starts in, and of it in /api/status: state, is_cached, a code in cache_error
START_STATES = [
    ("closed", 'on_start_failure = "closed"\n', None, CLOSED_LINE, ("closed", False, None)),
    ("no cache", CACHED, None, CLOSED_LINE, ("closed", False, "cache-missing")),
    ("a damaged cache", CACHED, cache_of('{"version": 1}')[:-1], CLOSED_LINE,
     ("closed", False, "cache-damaged")),
    ("a cached policy that is wrong", CACHED, cache_of('{"version": 2}'), CLOSED_LINE,
     ("closed", False, "the policy in the cache is invalid")),
    ("a cached policy", CACHED, cache_of('{"version": 1}'),
     "corsac: store: the policy of the cache, revision 7:a, read at ", ("stale", True, None)),
]


def tells_how_it_starts(store, cache, line, expected):
    files = [("policy.cache", 0o600, cache)] if cache else []
    config = CONFIG.replace("policy.toml", "absent.toml")
    with Running(config=config, more=store + ADMIN, files=files).wait_ready(True) as running:
        until(lambda: line in running.log_text(), running.log_text)
        headers = [("Authorization", f"Bearer {running.wait_token()}")]
        status = json.loads(ask(running.admin, "GET", "/api/status", headers)[2])
        state, is_cached, cache_error = expected
        equal((status["state"], status["is_cached"]), (state, is_cached), str(status))
        if cache_error is None:
            equal(status["cache_error"], None)
        else:
            contains(status["cache_error"], cache_error)
            told = "corsac: store: " + status["cache_error"]
            until(lambda: told in running.log_text(), running.log_text)


def main():
    cases = Cases()
    with Running() as running:
        running.wait_ready()
        for description, *row in ROWS:
            cases.add("serves: " + description, wire_row, running, *row)
        cases.add("serves: a Host of somebody else", wrong_host, running)
        for description, *row in TOO_LARGE_ROWS:
            cases.add("serves: a body that is " + description, too_large, running, *row)
        cases.add("serves: a POST without a length", post_without_length, running)
        cases.add("serves: what checks itself", checks_itself, running)
        for description, *row in SELF_CHECK_ROWS:
            cases.add("checks itself: " + description, checks_itself_under, *row)
        cases.add("events: a refusal, with place and hint", refusal_is_an_event, running)
        cases.add("events: hostile bytes", hostile_bytes_stay_on_their_line, running)
        cases.add("reload: a new policy, and a wrong one", reload_takes_effect, running)
        cases.add("ends: with a request in flight", ends_with_a_request_in_flight)
        cases.add("ends: streams first", ends_streams_first)
        cases.add("ends: while it starts", ends_while_starting)
        cases.add("ends: with a store that hangs", ends_with_a_store_that_hangs)
        cases.add("ends: with a log that nobody reads", ends_with_a_log_that_nobody_reads)
        cases.add("ends: with requests that do not", ends_with_requests_that_do_not)
        cases.add("ends: by interrupt", ends_by_interrupt)
        cases.add("ends: when it can accept nobody", ends_when_it_can_accept_nobody)
        cases.add("reload: many at once", stands_many_reloads)
        cases.add("admin: routes behind the token", admin_listener)
        cases.add("admin: the last loads and policies",
                  admin_listener_tells_of_the_last_loads_and_policies)
        cases.add("admin: its page and the sample's lead to each other", pages_lead_to_each_other)
        for description, *row in SELF_TEST_ROWS:
            cases.add("admin: leads to " + description, self_test_of, *row)
        cases.add("admin: leads to no address that stands for all",
                  tells_no_address_that_stands_for_all)
        cases.add("admin: the debug page is told on this machine alone",
                  tells_the_debug_page_on_this_machine_alone)
        cases.add("admin: the debug page is told to no other machine",
                  tells_the_debug_page_to_no_other_machine)
        cases.add("admin: the debug page passes the guard of redirects",
                  the_debug_page_passes_the_guard_of_redirects)
        cases.add("records: of a second store", records_of_a_second_store)
        cases.add("records: starts without them when told so", starts_without_records_when_told)
        cases.add("admin: tokens from a file", admin_listener_with_a_token_file)
        cases.add("admin: tokens that are withdrawn", tokens_are_withdrawn)
        cases.add("admin: errors of the API are objects", answers_with_error_objects)
        for description, *row in START_ROWS:
            cases.add("does not start: " + description, refuses_to_start, *row)
        cases.add("does not start: without a thread for each connection",
                  serves_with_every_thread_or_not_at_all)
        cases.add("does not start: one address for two listeners", refuses_one_address_for_two)
        cases.add("does not start: a log that cannot be written",
                  refuses_a_log_that_cannot_be_written)
        cases.add("logs: into a file", logs_into_a_file)
        cases.add("logs: up to a file size limit", goes_on_when_the_log_is_full)
        cases.add("logs: on a full disk", starts_with_a_log_on_a_full_disk)
        cases.add("logs: into a new file after SIGHUP", log_is_rotated)
        cases.add("does not start: a port that is taken", refuses_a_taken_port)
        cases.add("does not start: the port of another program",
                  refuses_the_port_of_another_program)
        cases.add("says that it has no pages", says_that_it_has_no_pages)
        cases.add("starts closed when told so", starts_closed_when_told)
        for description, *row in START_STATES:
            cases.add("says how it starts: " + description, tells_how_it_starts, *row)
        cases.run()


if __name__ == "__main__":
    main()
