"""The program of lib/docs/coming_from_cloudflare.md, asked as a browser asks. TAP.

  python3 behind_login_test.py PROGRAM
"""
import http.client
import re
import subprocess
import sys

from tap import Cases, equal
from waiting import DEADLINE

PROGRAM = sys.argv[1]
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


def check(port, method, path, headers, status, expected, body):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=DEADLINE)
    try:
        connection.request(method, path, headers=headers)
        answer = connection.getresponse()
        seen = {name.lower(): value for name, value in answer.getheaders()
                if name.lower() in ("vary", "location") or name.lower().startswith("access-")}
        equal((answer.status, seen, answer.read().decode()), (status, expected, body))
    finally:
        connection.close()


def main():
    with subprocess.Popen([PROGRAM], stdout=subprocess.PIPE, text=True) as process:
        try:
            line = process.stdout.readline()
            port = int(re.fullmatch(r"listening on http://127\.0\.0\.1:(\d+)\n", line).group(1))
            cases = Cases()
            for description, *row in ROWS:
                cases.add(description, check, port, *row)
            cases.run()
        finally:
            process.kill()


if __name__ == "__main__":
    main()
