"""The program of lib/docs/coming_from_cloudflare.md, asked as a browser asks. TAP.

  python3 behind_login_test.py PROGRAM
"""
import sys

from example_server import ExampleServer
from tap import Cases, equal

PROGRAM = sys.argv[1]
HOST = ("Host", "127.0.0.1")
APP = {"Origin": "https://app.example.com"}
GRANT = {"access-control-allow-origin": "https://app.example.com",
         "access-control-allow-credentials": "true", "vary": "Origin"}

# Description, method, path, headers, status, the headers that count, body.
ROWS = [
    ("M109: the preflight is answered before the login", "OPTIONS", "/api/name",
     {**APP, "Access-Control-Request-Method": "GET"}, 200,
     {"access-control-allow-origin": "https://app.example.com",
      "access-control-allow-credentials": "true", "access-control-allow-methods": "GET",
      "vary": "Origin, Access-Control-Request-Method, Access-Control-Request-Headers"}, ""),
    ("M109: without a session the page reads 401", "GET", "/api/name", APP, 401, GRANT,
     '{"error": "no session"}\n'),
    ("M109: a person is led to the login", "GET", "/api/name", {"Sec-Fetch-Mode": "navigate"}, 302,
     {"location": "/login", "vary": "Origin"}, ""),
    ("M109: with one it reads the answer", "GET", "/api/name",
     {**APP, "Cookie": "session=valid"}, 200, GRANT, '{"name": "Ada"}\n'),
    ("M109: a page that is not listed reads nothing", "GET", "/api/name",
     {"Origin": "https://evil.example", "Cookie": "session=valid"}, 200, {"vary": "Origin"},
     '{"name": "Ada"}\n'),
    ("M109: an OPTIONS that is no preflight meets the login", "OPTIONS", "/api/name", APP, 401,
     GRANT, '{"error": "no session"}\n'),
]


def check(server, method, path, headers, status, expected, body):
    answer, text = server.ask(method, path, [HOST, *headers.items()])
    seen = {name.lower(): value for name, value in answer.getheaders()
            if name.lower() in ("vary", "location") or name.lower().startswith("access-")}
    equal((answer.status, seen, text), (status, expected, body))


def main():
    with ExampleServer(PROGRAM) as server:
        cases = Cases()
        for description, *row in ROWS:
            cases.add(description, check, server, *row)
        cases.run()


if __name__ == "__main__":
    main()
