"""`corsac explain --har`: recorded exchanges, what was wrong with them, and hostile files. Prints TAP.

  python3 explain_har_test.py CORSAC_PROGRAM
"""
import gzip
import json
import os
import subprocess
import sys
import tempfile

from sanitizers import is_sanitized
from tap import Cases, contains, equal

PROGRAM = os.path.abspath(sys.argv[1])

POLICY = """version = 1
[cors]
allowed_origins = ["https://app.example.com"]
allowed_methods = ["GET", "PUT"]
allowed_headers = ["Content-Type"]
[hosts]
allowed = ["api.example.com"]
[[cors.rules]]
name = "public"
paths = ["/public"]
allowed_origins = ["*"]
"""
APP = "https://app.example.com"
GRANT = [("Access-Control-Allow-Origin", APP)]


def pairs(headers):
    return [{"name": name, "value": value} for name, value in headers]


def entry(path="/a", method="GET", origin=APP, request=(), status=200, response=(), server=None,
          response_error=None, **more):
    """An entry as both browsers write it; `more` are fields of the entry."""
    headers = ([("Origin", origin)] if origin else []) + list(request)
    return {"pageref": "page_1", "startedDateTime": "2026-01-01T00:00:00Z", "time": 1,
            "request": {"method": method, "url": (server or "https://api.example.com") + path,
                        "httpVersion": "HTTP/2", "headers": pairs(headers), "queryString": [],
                        "cookies": [], "headersSize": -1, "bodySize": 0},
            "response": {"status": status, "statusText": "", "headers": pairs(response),
                         "cookies": [], "content": {"size": 2, "mimeType": "", "text": "ok"},
                         "redirectURL": "", "headersSize": -1, "bodySize": 2,
                         **({"_failureText": response_error} if response_error else {})}, **more}


def nested(an_entry):
    """With a list of objects behind name and value of each header, as no browser writes it."""
    for message in ("request", "response"):
        for header in an_entry[message]["headers"]:
            header["_x"] = [{"name": "x", "y": [{}]}]
    return an_entry


def har(*entries, page=APP + "/start"):
    return json.dumps({"log": {"version": "1.2", "creator": {"name": "x", "version": "1"},
                               "pages": [{"id": "page_1", "title": page}],
                               "entries": list(entries)}}, indent=1)


def run(text, *arguments, measure=False):
    """With `measure` the answer has the most memory that the program had, as `kilobytes`."""
    with tempfile.TemporaryDirectory() as folder:
        policy = os.path.join(folder, "policy.toml")
        with open(policy, "w", encoding="utf-8") as file:
            file.write(POLICY)
        os.chmod(policy, 0o600)
        with open(os.path.join(folder, "a.har"), "wb") as file:
            if callable(text):
                text(file)
            else:
                file.write(text.encode() if isinstance(text, str) else text)

        command = [PROGRAM, "explain", "--har", "a.har", "policy.toml", *arguments]
        if not measure:
            return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120,
                                  check=False)
        with open(os.path.join(folder, "out"), "w+", encoding="utf-8") as out:
            child = subprocess.Popen(command, cwd=folder, stdout=out, stderr=subprocess.STDOUT)
            _, status, usage = os.wait4(child.pid, 0)
            child.returncode = os.waitstatus_to_exitcode(status)  # Popen need not wait any more
            out.seek(0)
            answer = subprocess.CompletedProcess(command, child.returncode, out.read(), "")
        answer.kilobytes = usage.ru_maxrss
        return answer


NAVIGATE = [("Sec-Fetch-Mode", "navigate")]
PREFLIGHT = [("Access-Control-Request-Method", "PUT")]

# description, entries, exit status, parts of standard output
ROWS = [
    ("an exchange that passes", [entry(response=GRANT)], 0,
     ["1 exchanges of other origins; 0 failed; this policy would fail 0"]),
    ("an answer without a grant, which this policy gives", [entry(response=[("Vary", "Origin")])], 2,
     ["recorded   FAILED: 200, the answer has no Access-Control-Allow-Origin", "had        Vary: Origin",
      "console    Access to fetch at 'https://api.example.com/a' from origin",
      "policy     ALLOWED", "so         this policy would grant it", "corsac probe",
      "1 failed; this policy would fail 0"]),
    ("an answer that passed, and would not", [entry(origin="https://other.example", response=[
        ("Access-Control-Allow-Origin", "*")])], 2,
     ["recorded   passed: 200", "policy     REFUSED with 403: origin_not_allowed (policy.toml:3:19)",
      "0 failed; this policy would fail 1"]),
    ("a preflight of Firefox", [entry(method="OPTIONS", request=[
        ("Access-Control-Request-Method", "PATCH"), ("Access-Control-Request-Headers", "x-a")],
        status=405)], 2,
     ["preflight  for PATCH with x-a", "had        no header of CORS",
      "policy     REFUSED with 403: requested_method_not_allowed (policy.toml:4:19)"]),
    ("a preflight that is redirected to a login", [entry(
        method="OPTIONS", request=PREFLIGHT, status=302, response=[("Location", "/login")])], 2,
     ["the preflight is redirected", "had        Location: /login", "policy     ALLOWED"]),
    ("Chromium's failed fetch, with the page as its origin", [entry(
        method="PATCH", origin=None, status=0, _resourceType="fetch", _error="net::ERR_FAILED")], 2,
     ["from       https://app.example.com", "no answer was recorded (net::ERR_FAILED)",
      "policy     its preflight: REFUSED with 403: requested_method_not_allowed"]),
    ("a failed fetch of JSON with a header of its own", [entry(
        method="POST", origin=None, status=0, request=[("Referer", APP + "/x"),
                                                      ("X-Trace", "1")], _resourceType="xhr")], 2,
     ["policy     its preflight: REFUSED with 403: requested_header_not_allowed"]),
    ("a failed fetch of which only its Referer is known, as Playwright records it", [entry(
        origin=None, status=-1, request=[("Referer", "https://other.example/")],
        response_error="net::ERR_FAILED")], 2,
     ["from       https://other.example", "policy     REFUSED with 403: origin_not_allowed"]),
    ("a server that is not there", [entry(
        origin=None, status=0, _resourceType="fetch", _error="net::ERR_CONNECTION_REFUSED")], 2,
     ["(net::ERR_CONNECTION_REFUSED): the connection failed; this is not CORS"]),
    ("a blocker", [entry(
        origin=None, status=0, _resourceType="fetch", _error="net::ERR_BLOCKED_BY_CLIENT")], 2,
     ["an extension or a setting of the browser blocked it; this is not CORS"]),
    ("a body that broke off", [entry(
        response=GRANT, _error="net::ERR_CONTENT_LENGTH_MISMATCH")], 2,
     ["recorded   FAILED: 200, the browser reports a failure", "this is not CORS"]),
    ("a stored answer that is renewed", [entry(
        request=[("If-None-Match", "\"a\"")], status=304)], 0,
     ["recorded   cannot be told: 304, 304 renews the stored answer", "0 failed"]),
    ("a stored answer that gets another grant", [entry(
        request=[("If-None-Match", "\"a\"")], status=304,
        response=[("Access-Control-Allow-Origin", "https://b.example")])], 2, ["FAILED: 304"]),
    ("304 that nobody asked for", [entry(status=304)], 2, ["FAILED: 304"]),
    ("entries that are none", [
        entry(server="https://a\x1b.example"), entry(method=1), 7, "x", [], None,
        entry(response=GRANT)], 0,
     ["6 without a method or an address that can be read, or with a value of a wrong type, the "
      "first: entry 0 (line ", "1 exchanges of other origins"]),
    ("values of a wrong type", [
        entry(status="200", response=GRANT), entry(status=200.5, response=GRANT),
        entry(status=70000), entry(status=None), entry(response=[("Vary", 1)]),
        entry(response=[(None, "x")]), entry(request=[("X-A", ["b"])]),
        {**entry(), "response": "none"}, {**entry(), "response": {"status": 200, "headers": {}}},
        {**entry(), "response": {"status": 200, "headers": ["Vary"]}}, entry(response=GRANT)], 0,
     ["10 without a method or an address that can be read, or with a value of a wrong type",
      "1 exchanges of other origins; 0 failed"]),
    ("a header that is no X-* counts as the page's", [entry(
        method="POST", origin=None, status=0, request=[("Referer", APP), ("Idempotency-Key", "1")],
        _resourceType="fetch")], 2,
     ["policy     its preflight: REFUSED with 403: requested_header_not_allowed"]),
    ("a safelisted name with a value that is not", [entry(
        request=[("Accept", "application/json;profile=\"a:b\"")], response=GRANT)], 2,
     ["policy     its preflight: REFUSED with 403: requested_header_not_allowed"]),
    ("Cache-Control of the page", [entry(request=[("Cache-Control", "no-cache")],
                                         response=GRANT)], 2,
     ["policy     its preflight: REFUSED with 403: requested_header_not_allowed"]),
    ("what browsers add", [entry(response=GRANT, request=[
        (":authority", "api.example.com"), ("User-Agent", "Mozilla/5.0 (X11; Linux x86_64)"),
        ("Accept", "*/*"), ("Accept-Encoding", "gzip"), ("Accept-Language", "de,en;q=0.5"),
        ("Priority", "u=1, i"), ("Upgrade-Insecure-Requests", "1"), ("Pragma", "no-cache"),
        ("Cache-Control", "no-cache"), ("DNT", "1"), ("Sec-GPC", "1"), ("sec-ch-ua", "\"x\""),
        ("Connection", "keep-alive"), ("TE", "trailers"), ("If-None-Match", "\"a\""),
        ("Content-Length", "2"), ("Save-Data", "on"), ("Alt-Used", "api.example.com")]),
        entry(response=GRANT, request=[("Cache-Control", "max-age=0")])], 0,
     ["2 exchanges of other origins; 0 failed; this policy would fail 0"]),
    ("more headers than are shown", [entry(response=[("Vary", "a")] * 30)], 2,
     ["cut        10 more of these headers"]),
    ("more header lines than are kept", [entry(request=[("accept", "b")] * 500,
                                               response=[("a", "b")] * 501 + GRANT)], 0,
     ["recorded   cannot be told: 200, not all headers of the answer were kept",
      "cut        1 header lines of the request that go beyond 16 KiB, or 500 lines or 256 KiB "
      "together; 2 header lines of the answer"]),
    ("more bytes than are kept", [entry(response=[("a", "b" * 16000)] * 17 + GRANT)], 0,
     ["cannot be told", "cut        1 header lines of the answer"]),
    ("a header and an address that are too long", [entry(
        path="/" + "a" * 20000, request=[("Accept", "b" * 20000)])], 2,
     ["cut        1 header lines of the request", "; the address behind 16 KiB"]),
    ("what failed for another reason", [entry(
        origin=None, status=-1, request=[("Referer", "https://other.example/")],
        response_error="net::ERR_NAME_NOT_RESOLVED")], 0, ["0 exchanges of other origins"]),
    ("headers with objects in lists of their own", [nested(entry(response=GRANT))], 0,
     ["1 exchanges of other origins; 0 failed; this policy would fail 0"]),
    ("a header that is cut, and has such a list", [nested(entry(response=[
        ("Access-Control-Allow-Origin", "https://" + "a" * 20000)]))], 0,
     ["recorded   cannot be told: 200, not all headers of the answer were kept",
      "cut        1 header lines of the answer"]),
    ("a doubled header", [entry(response=GRANT + GRANT)], 2, ["has several values"]),
    ("any origin, with a cookie", [entry(path="/public", request=[("Cookie", "a=b")], response=[
        ("Access-Control-Allow-Origin", "*")])], 2,
     ["\"*\" does not serve a request with credentials",
      "policy     ALLOWED, and the browser refuses it"]),
    ("what is no exchange of another origin", [
        entry(origin=None), entry(origin="https://api.example.com"),
        entry(request=[("Sec-Fetch-Mode", "no-cors")]),
        entry(origin=None, request=[("Sec-Fetch-Mode", "navigate")], method="POST"),
        entry(origin=None, request=NAVIGATE + [("Referer", "https://api.example.com/x")]),
        entry(server="data:", path="text/plain,x"), entry(server="chrome-extension://x")], 0,
     ["0 exchanges of other origins"]),
    ("a form of another origin that was refused", [entry(
        origin="https://other.example", method="POST", status=403, request=NAVIGATE + [
            ("Sec-Fetch-Site", "cross-site"), ("Content-Type", "text/plain")])], 2,
     ["POST https://api.example.com/a", "from       https://other.example",
      "mode       navigate", "recorded   cannot be told: 403, a navigation, refused by a policy",
      "policy     REFUSED with 403: origin_not_allowed (policy.toml:3:19)",
      "1 exchanges of other origins; 0 failed; this policy would fail 1"]),
    ("the same without Fetch Metadata", [entry(
        origin="https://other.example", method="POST", status=403, _resourceType="document")], 2,
     ["mode       navigate", "policy     REFUSED with 403: origin_not_allowed"]),
    ("a form that passed, and would not", [entry(
        origin="https://other.example", method="POST", request=NAVIGATE)], 2,
     ["recorded   passed: 200, a navigation", "policy     REFUSED with 403"]),
    ("a form and a link that pass, without a grant", [
        entry(method="POST", request=NAVIGATE, _resourceType="document"),
        entry(origin=None, request=NAVIGATE + [("Referer", "https://other.example/")])], 0,
     ["2 exchanges of other origins; 0 failed; this policy would fail 0"]),
    ("a form that the application refused", [entry(
        method="POST", status=403, request=NAVIGATE)], 0,
     ["cannot be told: 403", "policy     ALLOWED", "this policy would fail 0"]),
    ("a link to a host that is not allowed", [entry(
        origin=None, server="https://b.example",
        request=NAVIGATE + [("Referer", "https://other.example/")])], 2,
     ["from       https://other.example", "host_not_allowed"]),
    ("a link of a page that keeps its address back", [entry(
        origin=None, server="https://b.example",
        request=NAVIGATE + [("Sec-Fetch-Site", "cross-site")])], 2,
     ["from       a page of another origin, which is not told", "host_not_allowed"]),
    ("a navigation without an answer", [entry(
        method="POST", status=0, _resourceType="document", _error="net::ERR_FAILED")], 2,
     ["FAILED: no answer was recorded (net::ERR_FAILED): a navigation never fails by CORS"]),
    ("a WebSocket", [entry(server="wss://api.example.com", status=101, request=[("Cookie", "a=b")])], 2,
     ["recorded   passed: 101", "policy     REFUSED with 403: upgrade_not_allowed"]),
    ("escapes of a terminal", [entry(
        origin="\x1b]0;x\x07", method="\x1b[31m", status=0, _error="\x1b[2J",
        response=[("Access-Control-Allow-Origin\x1b", "\x1b")])], 2,
     ["\\x1B[31m", "from       \\x1B]0;x\\x07"]),
]


def row(entries, status, parts):
    answer = run(har(*entries))
    for part in parts:
        contains(answer.stdout, part)
    assert "\x1b" not in answer.stdout and "\x07" not in answer.stdout, answer.stdout
    equal(answer.returncode, status, answer.stdout + answer.stderr)
    told = json.loads(run(har(*entries), "--json").stdout)
    equal(status == 2, told["failed"] + told["would_fail"] > 0, told)
    for each in told["exchanges"]:
        assert each["mode"] != "navigate" or each["recorded"]["console"] is None, each
    assert "\x1b" not in json.dumps(told, ensure_ascii=False)


def only_the_server_that_is_named():
    text = har(entry(), entry(server="https://cdn.example"))
    contains(run(text).stdout, "2 exchanges")
    contains(run(text, "--host", "cdn.example").stdout, "1 exchanges")
    contains(run(text, "--public-origin", "https://api.example.com").stdout, "1 exchanges")


def wrong(text, arguments, parts):
    """Nothing was judged: told as an error, in bounds, and never as "nothing failed"."""
    for more in ([], ["--json"]):
        answer = run(text, *arguments, *more)
        equal((answer.returncode, answer.stdout), (1, ""), answer.stderr)
        for part in parts:
            contains(answer.stderr, part)
        assert len(answer.stderr) < 1600 and answer.stderr.isascii(), answer.stderr


# description, the file, arguments, parts of standard error
NOTHING_JUDGED = [
    ("a host that is not in the file", har(entry(), entry(), entry(server="http://cdn.example:81")),
     ["--host", "api.exmaple.com"],
     ["a.har: error[har-no-host]: --host = \"api.exmaple.com\"",
      "in the file: https://api.example.com, http://cdn.example:81\n"]),
    ("a public origin that is not in the file", har(entry()),
     ["--public-origin", "http://api.example.com"],
     ["error[har-no-host]: --public-origin = \"http://api.example.com\"",
      "in the file: https://api.example.com\n"]),
    ("many hosts", har(*(entry(server=f"https://{n}.{'a' * 60}.{'b' * 60}.example")
                         for n in range(30))), ["--host", "x"],
     ["https://9.aaa", "..., and more\n"]),
    ("no entry that can be read", har(entry(method=1), 7, entry(status="200")), [],
     ["a.har: error[har-unreadable]", "none of its 3 entries"]),
    ("no entry that can be read, with a host", har(7), ["--host", "api.example.com"],
     ["error[har-unreadable]"]),
]


def the_host_has_requests_of_its_own_pages_only():
    answer = run(har(entry(origin=None), entry(server="https://b.example")),
                 "--host", "api.example.com")
    equal(answer.returncode, 0, answer.stderr)
    contains(answer.stdout, "0 exchanges of other origins")


def nothing_secret_is_shown():
    """User information is masked, and queries and fragments are cut: rows, console, Location."""
    secret = "https://user:pw-secret@api.example.com"
    text = har(entry(server=secret, path="/a@b?token=t-secret#f-secret"),
               entry(server=secret, path="?t-secret", method="PATCH", origin="https://o.example"),
               entry(server=secret, path="#f-secret", origin="https://o.example"),
               entry(method="OPTIONS", request=PREFLIGHT, status=302,
                     response=[("Location", "//user:pw-secret@b.example/in?code=t-secret")]),
               entry(method="POST", status=403, origin="https://o.example", request=NAVIGATE,
                     server=secret, path="/?t-secret"),
               entry(server="wss://user:pw-secret@api.example.com", path="/?t-secret", status=400))
    for arguments in ([], ["--json"], ["--host", "x"]):
        answer = run(text, *arguments)
        assert "secret" not in answer.stdout + answer.stderr, answer.stdout + answer.stderr
    shown = run(text).stdout
    for part in ("GET https://***@api.example.com/a@b?...\n", "PATCH https://***@api.example.com?...",
                 "GET https://***@api.example.com#...", "Location: //***@b.example/in?...",
                 "Access to fetch at 'https://***@api.example.com/a@b?...' from"):
        contains(shown, part)


def a_pipe_is_read_like_a_file():
    with tempfile.TemporaryDirectory() as folder:
        policy = os.path.join(folder, "policy.toml")
        with open(policy, "w", encoding="utf-8") as file:
            file.write(POLICY)
        os.chmod(policy, 0o600)
        for text, status, part in ((har(entry(response=GRANT)).encode(), 0, "1 exchanges"),
                                   (gzip.compress(b"{}"), 1, "har-format")):
            answer = subprocess.run([PROGRAM, "explain", "--har", "/dev/stdin", policy], input=text,
                                    capture_output=True, timeout=60, check=False)
            equal(answer.returncode, status, answer.stderr)
            contains((answer.stdout + answer.stderr).decode(), part)


def deep(count):
    return "{\"log\":" + "[" * count


# description, bytes of the file, parts of standard error
WRONG_FILES = [
    ("an empty file", "", ["a.har:1:1: error[har-syntax]", "export it from the browser again"]),
    ("no JSON", "<html>", ["a.har:1:1: error[har-syntax]"]),
    ("a file that is cut", har(entry(response=GRANT))[:700], ["a.har:", "error[har-syntax]"]),
    ("JSON that is no HAR", "{\"log\": {}}", ["error[har-no-entries]", "Save all as HAR"]),
    ("a list", "[1, 2]", ["error[har-no-entries]"]),
    ("lists in lists", deep(100_000), ["a.har:1:", "error[har-too-deep]"]),
    ("bytes that are no UTF-8", b"{\"log\": \"\xff\xfe\"}", ["a.har:1:", "error[har-syntax]"]),
    ("gzip", gzip.compress(har(entry()).encode()),
     ["a.har: error[har-format]", "compressed with gzip; unpack it first: gzip -dc"]),
    ("a ZIP archive", b"PK\x03\x04" + bytes(60), ["error[har-format]", "a ZIP archive; unpack"]),
    ("zstd", b"\x28\xb5\x2f\xfd" + bytes(60), ["error[har-format]", "zstd -dc"]),
    ("UTF-16 with a mark", har(entry()).encode("utf-16"),
     ["error[har-format]", "in UTF-16; write it as UTF-8: iconv -f UTF-16 -t UTF-8"]),
    ("UTF-16, little end first", har(entry()).encode("utf-16-le"), ["iconv -f UTF-16LE"]),
    ("UTF-16, big end first", har(entry()).encode("utf-16-be"), ["iconv -f UTF-16BE"]),
    ("the mark of gzip alone", b"\x1f\x8b", ["error[har-format]"]),
    ("one NUL byte", b"\0", ["error[har-syntax]"]),
    ("NUL bytes", b"\0" * 100, ["a.har:1:1", "error[har-syntax]"]),
    ("a line break in a text", "{\n\"log\": \"a\nb\"}", ["a.har:2:", "error[har-syntax]"]),
]


def wrong_file(text, parts):
    answer = run(text)
    equal((answer.returncode, answer.stdout), (1, ""), answer.stderr)
    for part in parts:
        contains(answer.stderr, part)
    assert len(answer.stderr) < 1000 and answer.stderr.isascii(), answer.stderr


def files_that_are_no_files():
    for name, part in (("nowhere.har", "No such file"), (".", "Is a directory")):
        with tempfile.TemporaryDirectory() as folder:
            policy = os.path.join(folder, "policy.toml")
            with open(policy, "w", encoding="utf-8") as file:
                file.write(POLICY)
            os.chmod(policy, 0o600)
            answer = subprocess.run([PROGRAM, "explain", "--har", name, "policy.toml"], cwd=folder,
                                    capture_output=True, text=True, timeout=60, check=False)
        equal(answer.returncode, 1)
        contains(answer.stderr, "error[har-not-read]")
        contains(answer.stderr, part)


def large_bodies_need_no_memory():
    """One body of 240 MB; the program has less than half of that."""
    def write(file):
        head, tail = har(entry(response=GRANT)).encode().split(b"\"ok\"")
        file.write(head + b"\"")
        for _ in range(240):
            file.write(b"\\u00e9xyz" * 111_111)
        file.write(b"\"" + tail)
    answer = run(write, measure=True)
    equal(answer.returncode, 0, answer.stdout)
    # A sanitizer keeps what was freed, so as to tell who uses it.
    assert is_sanitized(PROGRAM) or answer.kilobytes < 120_000, answer.kilobytes
    contains(answer.stdout, "1 exchanges")


def many(count):
    def write(file):
        head, tail = har("ENTRY").split("\"ENTRY\"")
        one = json.dumps(entry(response=[("Vary", "Origin" * 30)] * 20))
        file.write((head + one).encode())
        for _ in range(count - 1):
            file.write(b",\n" + one.encode())
        file.write(tail.encode())
    return write


def rows_are_printed_as_they_come():
    """50 times as many rows need no more memory: as text, and as one JSON document."""
    for arguments in ((), ("--json",)):
        few, all_of_them = (run(many(count), *arguments, measure=True) for count in (100, 5000))
        equal(all_of_them.returncode, 2, all_of_them.stdout[:1000])
        assert len(all_of_them.stdout) > 10_000_000, len(all_of_them.stdout)
        assert (is_sanitized(PROGRAM) or all_of_them.kilobytes < few.kilobytes + 4000), \
            (few.kilobytes, all_of_them.kilobytes)
        if not arguments:
            contains(all_of_them.stdout[-100:], "5000 exchanges of other origins; 5000 failed")
            continue
        told = json.loads(all_of_them.stdout)
        equal((len(told["exchanges"]), told["cross_origin"], told["is_complete"]),
              (5000, 5000, True))


def a_file_that_is_cut_behind_an_exchange():
    cut = har(entry(), entry(path="/b"))[:-100]
    text, told = run(cut), run(cut, "--json")
    equal((text.returncode, told.returncode), (1, 1))
    contains(text.stdout, "the file could not be read to its end; as far as it was: 1 exchanges")
    contains(text.stderr, "error[har-syntax]")
    document = json.loads(told.stdout)
    equal((document["is_complete"], len(document["exchanges"])), (False, 1))


def options_exclude_each_other():
    with_both = run(har(), "--origin", APP)
    equal(with_both.returncode, 1)
    contains(with_both.stderr, "--har")
    for option, value in (("--method", "PUT"), ("--path", "/"), ("--header", "X-A"),
                          ("--mode", "cors"), ("--credentials", "omit")):
        answer = run(har(), option, value)
        equal((answer.returncode, answer.stdout), (1, ""))
        contains(answer.stderr, option)
    answer = subprocess.run([PROGRAM, "explain", "policy.toml"], capture_output=True, text=True,
                            timeout=60, check=False)
    equal(answer.returncode, 1)
    contains(answer.stderr, "--origin O or --har FILE")


def main():
    cases = Cases()
    for description, entries, status, parts in ROWS:
        cases.add(description, row, entries, status, parts)
    for description, text, parts in WRONG_FILES:
        cases.add(description, wrong_file, text, parts)
    for description, text, arguments, parts in NOTHING_JUDGED:
        cases.add("nothing judged: " + description, wrong, text, arguments, parts)
    for function in (a_pipe_is_read_like_a_file, nothing_secret_is_shown, the_host_has_requests_of_its_own_pages_only, only_the_server_that_is_named, files_that_are_no_files,
                     large_bodies_need_no_memory, rows_are_printed_as_they_come,
                     a_file_that_is_cut_behind_an_exchange, options_exclude_each_other):
        cases.add(function.__name__.replace("_", " "), function)
    cases.run()


if __name__ == "__main__":
    main()
