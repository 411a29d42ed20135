"""The README's Open edX server, asked as pages, strangers and the proxy before it ask. Prints TAP.

  python3 openedx_test.py PROGRAM README
"""
import http.client
import re
import subprocess
import sys

from tap import Cases, contains, equal
from waiting import DEADLINE

PROGRAM = sys.argv[1]
BY_TLS = [("Host", "courses.example.com"), ("X-Forwarded-Proto", "https")]
APPS = ("Referer", "https://apps.example.com/learn")
TOKEN = [("Cookie", "__Host-csrftoken=abc"), ("X-CSRFToken", "abc")]
WRONG = [("Cookie", "__Host-csrftoken=abc"), ("X-CSRFToken", "abd")]
CROSS = ("Sec-Fetch-Site", "cross-site")

# Description, headers, what the handler says: every word that the README has for `/enroll`.
# Proves M62.
WRITES = [
    ("a trusted Origin", [("Origin", "https://apps.example.com"), *TOKEN], "done"),
    ("an own one", [("Origin", "https://courses.example.com"), *TOKEN], "done"),
    ("no Origin, cross-site, a trusted Referer", [CROSS, APPS, *TOKEN], "done"),
    ("a trusted Referer alone", [APPS, *TOKEN], "done"),
    ("a stranger's Origin", [("Origin", "https://evil.example"), *TOKEN], "origin_not_trusted"),
    ("null", [("Origin", "null"), *TOKEN], "origin_not_trusted"),
    ("cross-site and nothing that is trusted", [CROSS, *TOKEN], "origin_not_trusted"),
    ("cross-site and a stranger's Referer", [CROSS, ("Referer", "https://evil.example/"), *TOKEN],
     "origin_not_trusted"),
    ("no Referer", TOKEN, "no_referer"),
    ("a stranger's Referer", [("Referer", "https://evil.example/"), *TOKEN], "referer_not_trusted"),
    ("a Referer of http", [("Referer", "http://apps.example.com/"), *TOKEN], "referer_not_https"),
    ("a wrong token", [CROSS, APPS, *WRONG], "token_wrong"),
    ("no token", [APPS, TOKEN[0]], "no_token"),
    ("no cookie", [APPS, TOKEN[1]], "no_cookie"),
]


class Server:
    def __init__(self):
        self.process = subprocess.Popen([PROGRAM], stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        found = re.fullmatch(r"listening on http://127\.0\.0\.1:(\d+)\n", line)
        assert found, repr(line)
        self.port = int(found.group(1))

    def ask(self, method, path, headers):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=DEADLINE)
        try:
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            for name, value in [*BY_TLS, *headers, ("Content-Length", "0")]:
                connection.putheader(name, value)
            connection.endheaders()
            answer = connection.getresponse()
            return answer, answer.read().decode()
        finally:
            connection.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


def writes(server, headers, word):
    answer, body = server.ask("POST", "/enroll", headers)
    equal((answer.status, body), (200 if word == "done" else 403, word))


def hands_out_a_token_that_works(server):
    answer, _ = server.ask("GET", "/csrf/token", [APPS])
    own, shared = (value for name, value in answer.getheaders() if name == "Set-Cookie")
    token = re.match(r"__Host-csrftoken=([0-9a-f]{32});", own).group(1)
    contains(shared, f"shared-csrftoken={token}; Domain=.example.com; ")
    writes(server, [CROSS, APPS, ("Cookie", f"__Host-csrftoken={token}"), ("X-CSRFToken", token)],
           "done")


def main():
    cases = Cases()
    with Server() as server:
        for description, headers, word in WRITES:
            cases.add(f"{word}: {description}", writes, server, headers, word)
        cases.add("a page that is trusted gets a token that works", hands_out_a_token_that_works,
                  server)
        cases.run()


if __name__ == "__main__":
    main()
