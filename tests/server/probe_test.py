"""`corsac probe` against real servers: the program itself, servers with one fault each, a cache, TLS,
and nginx as a faulty proxy where it is installed. Prints TAP.

  python3 probe_test.py CORSAC_PROGRAM
"""
import json
import os
import shutil
import signal
import socket
import socketserver
import ssl
import subprocess
import sys
import tempfile
import threading

from cors_faults import (APP, CREDENTIALS, METHODS, ORIGIN, Cache, adding, anybody, bare_errors,
                         constant, echoing, good, marked, no_host_guard, on_preflights, serving,
                         without)
from server_process import Served
from tap import Cases, Skip, contains, equal
from waiting import until

PROGRAM = os.path.abspath(sys.argv[1])
NGINX = os.environ.get("CORSAC_NGINX") or shutil.which(
    "nginx", path=os.environ.get("PATH", "") + ":/usr/sbin")

POLICY = """version = 1
[cors]
allowed_origins = ["https://app.example.com"]
allowed_methods = ["GET", "PUT"]
allowed_headers = ["Content-Type"]
{more}
"""


def run(url, *arguments, origin=APP):
    return subprocess.run([PROGRAM, "probe", url, "--origin", origin, *arguments],
                          capture_output=True, text=True, timeout=120, check=False,
                          stdin=subprocess.DEVNULL)


def codes(url, *arguments, **options):
    """Exit status, what was found as (code, severity), and which request it was found with."""
    answer = run(url, "--json", *arguments, **options)
    assert answer.returncode in (0, 2, 3), answer.stdout + answer.stderr
    told = json.loads(answer.stdout)
    for finding in told["findings"]:
        assert finding["what"] and finding["fix"], finding
    equal(told["readable"], answer.returncode != 2, told)
    return answer.returncode, [(each["code"], each["severity"]) for each in told["findings"]]


PUT = ["--method", "PUT"]
ERROR, WARNING = "error", "warning"

def on_gets(status, head, is_granted=False):
    """Preflights are good; other answers are this one, for everybody with `is_granted`."""
    def answer(request):
        if request.command == "OPTIONS" or "invalid" in request.headers["Host"]:
            return good(request)
        return status, [*head, *([(ORIGIN, "*")] if is_granted else [])]
    return answer


# description, answers, further arguments, exit status, findings
ROWS = [
    ("a server without a fault", good, PUT, 0, []),
    ("a grant for anybody that is constant", constant, [], 0, []),
    ("401 for a preflight", on_preflights((401, [("WWW-Authenticate", "Bearer")])), PUT, 2,
     [("preflight-authenticated", ERROR)]),
    ("403 with a challenge", on_preflights((403, [("WWW-Authenticate", "Basic")])), PUT, 2,
     [("preflight-authenticated", ERROR)]),
    ("a preflight that is sent to a login", on_preflights((302, [("Location", "/login")])), PUT, 2,
     [("preflight-redirected", ERROR)]),
    ("nobody knows OPTIONS", on_preflights((405, [("Allow", "GET")])), PUT, 2,
     [("preflight-not-answered", ERROR)]),
    ("a preflight that no browser sends is a warning", on_preflights((404, [])), [], 3,
     [("preflight-not-answered", WARNING)]),
    ("a preflight without methods", without(METHODS), PUT, 2, [("preflight-refused", ERROR)]),
    ("a header that is not allowed", good, ["--header", "X-B"], 2, [("preflight-refused", ERROR)]),
    ("a header that is", good, ["--header", "X-A: 1"], 0, []),
    ("credentials that are not allowed", good, ["--credentials", "include"], 2,
     [("preflight-refused", WARNING), ("answer-not-readable", ERROR)]),
    ("a doubled header", adding((ORIGIN, "*")), [], 2,
     [("preflight-refused", WARNING), ("header-doubled", ERROR)]),
    ("a doubled one of another name", adding((CREDENTIALS, "true"), (CREDENTIALS, "true")), [], 3,
     [("header-doubled", ERROR)]),
    ("any origin with credentials", anybody, [], 3, [("any-origin-with-credentials", ERROR)]),
    ("every origin is echoed", echoing(False), [], 3,
     [("foreign-origin-allowed", WARNING), ("null-origin-allowed", WARNING)]),
    ("every origin is echoed, with credentials", echoing(True), [], 3,
     [("foreign-origin-allowed", ERROR), ("null-origin-allowed", ERROR)]),
    ("no Vary", without("Vary"), [], 3, [("vary-missing", WARNING)]),
    ("no Vary, and a cache may keep it",
     lambda request: (without("Vary")(request)[0],
                      without("Vary")(request)[1] + [("Cache-Control", "public, max-age=60")]), [],
     3, [("vary-missing", ERROR)]),
    ("error answers without a grant", bare_errors, [], 3, [("error-without-grant", WARNING)]),
    ("a redirect without a grant", on_gets(301, [("Location", "https://a.example/x/")]), [], 2,
     [("answer-redirected", ERROR)]),
    ("a redirect with a grant", on_gets(302, [("Location", "https://login.example/")], True), [], 3,
     [("answer-redirected", WARNING)]),
    ("no redirect without Location", on_gets(302, [], True), [], 0, []),
    ("an error without a grant behind a preflight that has one", on_gets(500, []), PUT, 2,
     [("error-without-grant", ERROR)]),
    ("several origins in one line", on_gets(200, [(ORIGIN, "https://a.example, " + APP)]), [], 2,
     [("header-doubled", ERROR)]),
    ("no Host guard", no_host_guard, [], 3, [("host-guard-missing", WARNING)]),
]


def row(answer, arguments, status, findings):
    with serving(answer) as (url, seen):
        equal(codes(url, *arguments), (status, findings))
        assert not [each for each in seen if each[0] not in ("GET", "OPTIONS")], seen


def other_origins_are_asked_by_addresses_of_their_own():
    with serving(good) as (url, seen):
        run(url + "?a=1", *PUT, "--header", "X-A: secret")
    plain = [each for each in seen if "corsac-probe" not in each[1]]
    equal([(method, path, headers["Origin"]) for method, path, headers in plain],
          [("OPTIONS", "/api/x?a=1", APP), ("GET", "/api/x?a=1", APP)])
    equal(plain[0][2]["Access-Control-Request-Headers"], "x-a")
    assert plain[0][2]["X-A"] is None, "a preflight has no header of the page"
    equal(plain[1][2]["X-A"], "secret")
    others = {path for _, path, _ in seen if "corsac-probe=" in path}
    equal(len(others), 7, others)


def a_page_of_the_server_itself():
    with serving(without(ORIGIN)) as (url, _):
        own = url[:url.index("/", len("http://"))]
        equal(codes(url, *PUT, origin=own), (0, []))
        contains(run(url, origin=own).stdout, "nothing found; same origin, no CORS needed")


def redirects_and_lists_are_shown():
    with serving(on_gets(302, [("Location", "https://login.example/")], True)) as (url, _):
        contains(run(url).stdout, "302 to https://login.example/")
        contains(run(url).stdout, "the page is sent elsewhere")
    with serving(on_gets(200, [(ORIGIN, "https://a.example, " + APP)])) as (url, _):
        contains(run(url).stdout, "one line with several values")
    with serving(adding((ORIGIN, "*"))) as (url, _):
        contains(run(url).stdout, "preflight, allowed origin")


def a_refusal_of_the_policy_is_told_with_its_line():
    with tempfile.TemporaryDirectory() as folder:
        policy = os.path.join(folder, "policy.toml")
        with open(policy, "w", encoding="utf-8") as file:
            file.write(POLICY.format(more=""))
        os.chmod(policy, 0o600)
        with serving(on_preflights((403, []))) as (url, _):
            told = run(url, "--method", "DELETE", "--policy", policy).stdout
            contains(told, "the policy says: REFUSED with 403: requested_method_not_allowed")
            contains(told, "policy.toml:4:")
            told = run(url, *PUT, "--policy", policy, origin=APP.replace("https", "http")).stdout
            contains(told, "the policy says: REFUSED with 403: origin_not_allowed")
            contains(told, f'; near miss: "{APP}" is listed; the request has the scheme http; ')
            contains(run(url, *PUT, "--policy", policy).stdout, "the policy says: ALLOWED")


def a_cache_that_does_not_heed_vary():
    with serving(Cache(marked)) as (url, _):
        equal(codes(url), (3, [("cache-wrong-answer", ERROR)]))
        contains(run(url).stdout, "none; Age: 3; X-Cache: HIT")
    with serving(Cache(without("Vary"))) as (url, _):
        equal(codes(url)[1], [("vary-missing", WARNING), ("cache-wrong-answer", ERROR)])


def what_a_proxy_strips_and_adds_by_the_policy():
    with tempfile.TemporaryDirectory() as folder:
        policy = os.path.join(folder, "policy.toml")
        with open(policy, "w", encoding="utf-8") as file:
            file.write(POLICY.format(more='exposed_headers = ["X-Id"]\nmax_age_seconds = 60'))
        os.chmod(policy, 0o600)
        arguments = [*PUT, "--policy", policy]

        def changed(request):
            status, head = good(request)
            if request.command == "OPTIONS":
                return status, [(METHODS, "PUT"), (ORIGIN, APP), ("Access-Control-Max-Age", "1"),
                                ("Access-Control-Expose-Headers", "x")]
            return status, head
        with serving(changed) as (url, _):
            equal(codes(url, *arguments), (3, [("header-changed", ERROR), ("header-added", ERROR)]))
            equal(codes(url, "--policy", policy)[1], [("header-stripped", ERROR)])
            answer = run(url, "--policy", os.path.join(folder, "nowhere.toml"))
            equal(answer.returncode, 1)
            contains(answer.stderr, "nowhere.toml")


def the_program_itself():
    with Served("corsac-probe-") as served:
        served.write("server.toml", '[server]\nlisten = "127.0.0.1:0"\n[store]\nplugin = "toml"\n'
                                    'file = "policy.toml"\n')
        served.write("policy.toml", POLICY.format(more='[hosts]\nallowed = ["127.0.0.1:*"]'))
        served.start(PROGRAM)
        url = served.lines.get(timeout=60).split()[-1] + "/api/hello"
        arguments = [*PUT, "--header", "Content-Type: application/json", "--policy",
                     served.file("policy.toml")]
        equal(codes(url, *arguments), (0, []))
        contains(run(url, *arguments).stdout, "nothing found; the page can call this server")
        contains(run(url, *PUT).stdout, "GET was asked in place of PUT.")
        equal(codes(url, origin="https://other.example")[0], 2)
        equal(codes(url, "--method", "PATCH"), (2, [("preflight-refused", ERROR)]))
        served.write("policy.toml", POLICY.format(more=""))
        served.process.send_signal(signal.SIGHUP)

        def finds_no_guard():
            return codes(url)[1] == [("host-guard-missing", WARNING)]
        until(finds_no_guard, "the policy was not read again")


def tls_is_verified():
    openssl = shutil.which("openssl")
    if openssl is None:
        raise Skip("openssl is not installed")
    with tempfile.TemporaryDirectory() as folder:
        key, certificate = os.path.join(folder, "key.pem"), os.path.join(folder, "cert.pem")
        subprocess.run([openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt",
                        "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
                        "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
                        "-keyout", key, "-out", certificate], check=True, capture_output=True)
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(certificate, key)
        with serving(good, tls) as (url, _):
            equal(codes(url, *PUT, "--ca", certificate), (0, []))
            answer = run(url)
            equal((answer.returncode, answer.stdout), (4, ""))
            contains(answer.stderr, "not trusted")
            other = url.replace("127.0.0.1", "127.0.0.2")
            equal(run(other, "--ca", certificate).returncode, 4)
            equal(run(url, "--ca", key + ".none").returncode, 4)


def servers_that_do_not_answer():
    with serving(good) as (url, _):
        pass
    answer = run(url)
    equal((answer.returncode, answer.stdout), (4, ""))
    contains(answer.stderr, "no answer (preflight): nobody listens there\n")
    # RFC 6761: such a name is never there.
    answer = run("http://nowhere.invalid/")
    equal((answer.returncode, answer.stdout), (4, ""))
    contains(answer.stderr, "no answer (preflight): the name is not known (DNS)\n")
    release = threading.Event()

    def hangs(request):
        release.wait(60)
        return good(request)
    with serving(hangs) as (url, _):
        answer = run(url, "--seconds", "1")
        release.set()
    equal(answer.returncode, 4)
    contains(answer.stderr, "no answer in time")


def answers_reach_no_terminal_unescaped():
    def hostile(_):
        return 200, [(ORIGIN, "\x1b]0;x\x07"), ("Vary", "\x1b[31m"), ("X-Cache", "\x9b HIT"),
                     ("Age", "\x1b[2J")]
    with serving(hostile) as (url, _):
        for arguments in ([], ["--json"]):
            answer = run(url, *arguments)
            # cpp-httplib 0.53 takes an answer with such bytes for none.
            assert answer.returncode in (2, 4), answer.stdout + answer.stderr
            assert not set(answer.stdout + answer.stderr) & set("\x1b\x07\x9b"), answer.stdout


class RawServer(socketserver.BaseRequestHandler):
    """Sends `parts` to whoever connects, the last one without end."""
    parts = ()

    def handle(self):
        try:
            self.request.recv(65536)
            for part in self.parts:
                self.request.sendall(part)
            while len(self.parts) > 1:
                self.request.sendall(self.parts[-1])
        except OSError:
            pass  # the program has had enough


OK = b"HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\r\n"
EARLY = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n"
LONG_EARLY = EARLY[:-2] + (b"Link: </" + b"a" * 984 + b">\r\n") * 12 + b"\r\n"
SWITCH = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n"
# description, what is sent, exit status
HOSTILE = [
    ("a status line without end", (b"HTTP/1.1 200 ", b"a" * 65536), 4),
    ("a long status line", (b"HTTP/1.1 200 " + b"a" * 300_000 + b"\r\n\r\n",), 4),
    ("header lines without end", (OK, b"X-A: b\r\n" * 100), 4),
    ("a header without end", (OK + b"X-A: ", b"b" * 65536), 4),
    ("no HTTP", (b"SSH-2.0-OpenSSH\r\n",), 4),
    ("nothing", (b"",), 4),
    ("103 first", (EARLY + OK + b"Vary: Origin\r\n\r\n",), 3),
    ("103 first, in a segment of its own", (EARLY, OK + b"Vary: Origin\r\n\r\n"), 3),
    ("102, 103 and 100", (b"HTTP/1.1 102 Processing\r\n\r\n" + EARLY +
                          b"HTTP/1.1 100 Continue\r\n\r\n" + OK + b"Vary: Origin\r\n\r\n",), 3),
    ("three of 12 KiB, and an answer of 6 KiB",
     (LONG_EARLY * 3 + OK + b"X-A: " + b"b" * 6000 + b"\r\nVary: Origin\r\n\r\n",), 3),
    ("103, and no answer", (EARLY,), 4),
    ("103 without end", (EARLY, EARLY), 4),
    ("103, and a header without end", (EARLY + OK + b"X-A: ", b"b" * 65536), 4),
    ("103, and no HTTP", (EARLY + b"SSH-2.0-OpenSSH\r\n\r\n",), 4),
    ("101", (SWITCH,), 4),
    ("103, and 101", (EARLY + SWITCH,), 4),
    ("a body without end is not read", (OK + b"Vary: Origin\r\n\r\n", b"a" * 65536), 3),
]


def hostile(parts, status):
    handler = type("Handler", (RawServer,), {"parts": parts})
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        answer = run(f"http://127.0.0.1:{server.server_address[1]}/", "--seconds", "30")
        server.shutdown()
    equal(answer.returncode, status, answer.stdout + answer.stderr)
    if parts[-1].endswith(SWITCH):
        contains(answer.stderr, "switches to another protocol (101), unasked")
    if parts == (EARLY, EARLY):
        contains(answer.stderr, "more than 16 interim answers")
    if parts == (EARLY,):
        contains(answer.stderr, "only an interim answer")


def an_interim_answer_to_head_is_told():
    class Handler(socketserver.BaseRequestHandler):
        def handle(self):
            asked = self.request.recv(65536)
            first = EARLY if asked.startswith(b"HEAD") else b""
            self.request.sendall(first + OK + b"Vary: Origin\r\n\r\n")
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        answer = run(f"http://127.0.0.1:{server.server_address[1]}/", "--method", "HEAD")
        server.shutdown()
    equal(answer.returncode, 4, answer.stdout)
    contains(answer.stderr, "cannot be skipped for HEAD; ask with --method GET")


def a_header_of_an_interim_answer_is_none_of_the_answer():
    early = b"HTTP/1.1 103 Early Hints\r\nAccess-Control-Allow-Origin: https://b.example\r\n\r\n"
    hostile((early + OK + b"Vary: Origin\r\n\r\n",), 3)


# description, arguments behind `probe`, parts of standard error
SLIPS = [
    ("no address", ["foo", "--origin", APP], ["error[option-value]: url = \"foo\"", "https://"]),
    ("a password", ["https://u:secret@a.example/", "--origin", APP], ["url", "without user"]),
    ("a blank", ["http://a.example/a b", "--origin", APP], ["url"]),
    ("another scheme", ["ftp://a.example/", "--origin", APP], ["url"]),
    ("no origin of a page", ["http://a.example/", "--origin", "https://a.example/"],
     ["--origin = \"https://a.example/\""]),
    ("two words for a method", ["http://a.example/", "--origin", APP, "--method", "GET /"],
     ["--method"]),
    ("a header that no page sets", ["http://a.example/", "--origin", APP, "--header", "Host: x"],
     ["--header = \"Host\""]),
    ("a header that ends early",
     ["http://a.example/", "--origin", APP, "--header", "X-A: secret\r\nX-B: 1"], ["--header"]),
    ("all at once", ["foo", "--origin", "x", "--method", "a b"], ["url", "--origin", "--method"]),
    ("authorities for an address without TLS",
     ["http://a.example/", "--origin", APP, "--ca", "ca.pem"],
     ["error[option-value]: --ca = \"ca.pem\"", "has no TLS", "ask the https address"]),
    ("no origin", ["http://a.example/"], ["--origin is required"]),
    ("no time", ["http://a.example/", "--origin", APP, "--seconds", "0"], ["--seconds"]),
]


def slip(arguments, parts):
    answer = subprocess.run([PROGRAM, "probe", *arguments], capture_output=True, text=True,
                            timeout=60, check=False)
    equal((answer.returncode, answer.stdout), (1, ""), answer.stderr)
    for part in parts:
        contains(answer.stderr, part)
    assert "secret" not in answer.stderr, answer.stderr


NGINX_CONFIG = """daemon off; pid {folder}/pid; error_log stderr crit;
events {{ }}
http {{
  access_log off;
  client_body_temp_path {folder}/a; proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c;
  uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
  map $request_method $realm_unless_options {{ OPTIONS off; default API; }}
  proxy_cache_path {folder}/cache keys_zone=answers:1m;
  server {{
    listen unix:{folder}/socket; listen 127.0.0.1:{port};
    location / {{ proxy_pass {upstream}; proxy_set_header Host $host; {directives} }}
  }}
}}
"""

# description, directives, exit status, findings
NGINX_ROWS = [
    ("as it should be", "", 0, []),
    ("a second Access-Control-Allow-Origin", f"add_header {ORIGIN} * always;", 2,
     [("preflight-refused", ERROR), ("header-doubled", ERROR)]),
    ("a header that is hidden", f"proxy_hide_header {ORIGIN};", 2,
     [("preflight-refused", ERROR), ("answer-not-readable", ERROR)]),
    ("Vary that is hidden", "proxy_hide_header Vary;", 3, [("vary-missing", WARNING)]),
    ("a cache that ignores Vary",
     "proxy_cache answers; proxy_cache_valid 200 1m; proxy_ignore_headers Vary; "
     "add_header X-Cache $upstream_cache_status;", 3, [("cache-wrong-answer", ERROR)]),
    ("a cache that heeds it", "proxy_cache answers; proxy_cache_valid 200 1m;", 0, []),
    ("authentication in front of preflights",
     "auth_basic x; auth_basic_user_file {folder}/users;", 2,
     [("preflight-authenticated", ERROR), ("answer-not-readable", ERROR)]),
    ("authentication that lets preflights through",
     "auth_basic $realm_unless_options; auth_basic_user_file {folder}/users;", 2,
     [("error-without-grant", ERROR)]),
    ("a cache that heeds the origin by its key",
     "proxy_cache answers; proxy_cache_valid 200 1m; proxy_ignore_headers Vary; "
     "proxy_cache_key $scheme$host$request_uri$http_origin;", 0, []),
    ("preflights that are sent elsewhere",
     "if ($request_method = OPTIONS) {{ return 301 /login; }}", 2,
     [("preflight-redirected", ERROR)]),
    ("errors of its own without the headers",
     "proxy_intercept_errors on; error_page 404 = @own; ", 3, [("error-without-grant", WARNING)]),
]


def nginx_row(directives, status, findings):
    if NGINX is None:
        raise Skip("nginx is not installed")
    with serving(marked) as (url, _), tempfile.TemporaryDirectory() as folder:
        with socket.socket() as free:  # nginx tells nobody which port it got
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        with open(os.path.join(folder, "users"), "w", encoding="utf-8"):
            pass
        text = NGINX_CONFIG.format(folder=folder, port=port, upstream=url.rsplit("/", 2)[0],
                                   directives=directives.format(folder=folder))
        if "@own" in directives:
            text = text.replace("location / ", "location @own { return 404; } location / ")
        path = os.path.join(folder, "nginx.conf")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(folder, 0o755)
        with subprocess.Popen([NGINX, "-p", folder, "-c", path, "-e", "stderr"],
                              stderr=subprocess.PIPE, text=True) as nginx:
            try:
                until(lambda: os.path.exists(os.path.join(folder, "socket"))
                      or nginx.poll() is not None, "nginx does not listen")
                equal(nginx.poll(), None, "nginx has ended")
                equal(codes(f"http://127.0.0.1:{port}/api/x", *PUT), (status, findings))
            finally:
                nginx.terminate()


def main():
    cases = Cases()
    for description, answer, arguments, status, findings in ROWS:
        cases.add(description, row, answer, arguments, status, findings)
    for function in (other_origins_are_asked_by_addresses_of_their_own, a_page_of_the_server_itself,
                     redirects_and_lists_are_shown, a_refusal_of_the_policy_is_told_with_its_line,
                     a_cache_that_does_not_heed_vary, what_a_proxy_strips_and_adds_by_the_policy,
                     the_program_itself, tls_is_verified, servers_that_do_not_answer,
                     an_interim_answer_to_head_is_told,
                     a_header_of_an_interim_answer_is_none_of_the_answer,
                     answers_reach_no_terminal_unescaped):
        cases.add(function.__name__.replace("_", " "), function)
    for description, parts, status in HOSTILE:
        cases.add(f"a hostile server: {description}", hostile, parts, status)
    for description, arguments, parts in SLIPS:
        cases.add(f"a wrong option: {description}", slip, arguments, parts)
    for description, directives, status, findings in NGINX_ROWS:
        cases.add(f"nginx: {description}", nginx_row, directives, status, findings)
    cases.run()


if __name__ == "__main__":
    main()
