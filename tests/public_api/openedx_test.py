"""The README's Open edX server, asked as pages, strangers and the proxy before it ask. Prints TAP.

  python3 openedx_test.py PROGRAM README
"""
import re
import sys

from example_server import ExampleServer
from tap import Cases, contains, equal

PROGRAM = sys.argv[1]
BY_TLS = [("Host", "courses.example.com"), ("X-Forwarded-Proto", "https")]
APPS = ("Referer", "https://apps.example.com/learn")
TOKEN = [("Cookie", "__Host-csrftoken=abc"), ("X-CSRFToken", "abc")]
WRONG = [("Cookie", "__Host-csrftoken=abc"), ("X-CSRFToken", "abd")]
CROSS = ("Sec-Fetch-Site", "cross-site")

# Description, headers, what the handler says: every word that the README has for `/enroll`.
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


def ask(server, method, path, headers):
    return server.ask(method, path, [*BY_TLS, *headers, ("Content-Length", "0")])


# Proves M62.
def writes(server, headers, word):
    answer, body = ask(server, "POST", "/enroll", headers)
    equal((answer.status, body), (200 if word == "done" else 403, word))


def hands_out_a_token_that_works(server):
    answer, _ = ask(server, "GET", "/csrf/token", [APPS])
    own, shared = (value for name, value in answer.getheaders() if name == "Set-Cookie")
    token = re.match(r"__Host-csrftoken=([0-9a-f]{32});", own).group(1)
    contains(shared, f"shared-csrftoken={token}; Domain=.example.com; ")
    writes(server, [CROSS, APPS, ("Cookie", f"__Host-csrftoken={token}"), ("X-CSRFToken", token)],
           "done")


def main():
    cases = Cases()
    with ExampleServer(PROGRAM) as server:
        for description, headers, word in WRITES:
            cases.add(f"{word}: {description}", writes, server, headers, word)
        cases.add("a page that is trusted gets a token that works", hands_out_a_token_that_works,
                  server)
        cases.run()


if __name__ == "__main__":
    main()
