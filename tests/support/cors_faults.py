"""Servers that answer as pages of one origin need it, and servers with one fault each.

An answer is a function of the request (a BaseHTTPRequestHandler) that gives status and header lines.
"""
import contextlib
import http.server

from loopback_server import LoopbackServer

APP = "https://app.example.com"
ORIGIN, CREDENTIALS = "Access-Control-Allow-Origin", "Access-Control-Allow-Credentials"
METHODS, HEADERS = "Access-Control-Allow-Methods", "Access-Control-Allow-Headers"


def good(request):
    """What a server without a fault answers: status and header lines."""
    origin = request.headers.get("Origin")
    head = [("Vary", "Origin")]
    if request.headers.get("Host", "").startswith("corsac-probe"):
        return 421, head
    if origin != APP:
        return (403 if origin else 200), head
    head.append((ORIGIN, APP))
    if request.command == "OPTIONS":
        return 204, head + [(METHODS, "PUT"), (HEADERS, "x-a")]
    return (404 if "corsac-probe-" in request.path else 200), head


def on_preflights(answer):
    return lambda request: answer if request.command == "OPTIONS" else good(request)


def without(*names):
    def answer(request):
        status, head = good(request)
        return status, [line for line in head if line[0] not in names]
    return answer


def adding(*lines):
    def answer(request):
        status, head = good(request)
        return status, head + list(lines) if (ORIGIN, APP) in head else head
    return answer


def echoing(with_credentials):
    def answer(request):
        origin = request.headers.get("Origin")
        head = [("Vary", "Origin")] + ([(ORIGIN, origin)] if origin else [])
        if with_credentials:
            head.append((CREDENTIALS, "true"))
        return (421 if good(request)[0] == 421 else 200), head
    return answer


def anybody(request):
    status, _ = good(request)
    return (421 if status == 421 else 200), [(ORIGIN, "*"), (CREDENTIALS, "true")]


def limited(request):
    """A rate limiter in front, which has had enough of everybody."""
    return (204, good(request)[1]) if request.command == "OPTIONS" else (429, [])


def other_vary(request):
    """Something that sets its own Vary in place of ours."""
    status, head = without("Vary")(request)
    return status, head + [("Vary", "Accept-Encoding")]


def bare_errors(request):
    status, head = good(request)
    return (status, []) if status == 404 else (status, head)


def no_host_guard(request):
    status, head = good(request)
    return (200 if status == 421 else status), head


def constant(request):
    status, _ = good(request)
    return (421 if status == 421 else 200), [(ORIGIN, APP)]


@contextlib.contextmanager
def serving(answer, tls=None):
    seen = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def reply(self):
            seen.append((self.command, self.path, self.headers))
            status, head = answer(self)
            self.send_response(status)
            for name, value in head:
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()
        do_GET = do_HEAD = do_OPTIONS = do_PUT = do_POST = reply

    server = LoopbackServer(Handler)
    if tls:
        server.server.socket = tls.wrap_socket(server.server.socket, server_side=True)
    with server:
        yield f"{'https' if tls else 'http'}://127.0.0.1:{server.port}/api/x", seen


class Cache:
    """A cache in front of `upstream` that does not heed Vary."""

    def __init__(self, upstream):
        self.kept, self.upstream = {}, upstream

    def __call__(self, request):
        if request.command != "GET":
            return self.upstream(request)
        if request.path in self.kept:
            status, head = self.kept[request.path]
            return status, head + [("Age", "3"), ("X-Cache", "HIT")]
        status, head = self.upstream(request)
        if status == 200:
            self.kept[request.path] = (status, head)
        return status, head


def marked(request):
    """As `good`, where a foreign page is answered without a grant instead of refused."""
    status, head = good(request)
    return (200 if status == 403 else status), head
