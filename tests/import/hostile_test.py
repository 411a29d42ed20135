"""`corsac import` and files that are none: nothing on standard output, exit 1, one line that says
where, and no byte of what is not about CORS.

  python3 hostile_test.py CORSAC_PROGRAM
"""
import os
import tempfile

from import_run import run_import, told
from tap import Cases, contains, equal

SECRET = "TOP-SECRET-VALUE"


def nested_lists(depth):
    return ("[" * depth + "]" * depth).encode()


def aliases(levels):
    """A YAML file of some lines whose tree has ten to the power of `levels` values."""
    lines = ["a0: &a0 [x,x,x,x,x,x,x,x,x,x]"]
    for i in range(1, levels):
        lines.append(f"a{i}: &a{i} [" + ",".join([f"*a{i - 1}"] * 10) + "]")
    return "\n".join(lines).encode()


# description, system, file, (code, line)
ROWS = [
    ("an empty file", "django", b"", ("json-syntax", 1)),
    ("half an object", "fusionauth", b'{"corsConfiguration":\n{"enabled": tr', ("json-syntax", 2)),
    ("half a text", "cloudflare", b'{"domain": "TOP-SECRET-VALUE', ("json-syntax", 1)),
    ("a word that is none", "express", b'{"origin": TOP-SECRET-VALUE}', ("json-syntax", 1)),
    ("half a list of records", "okta", b'[{"name": "a"', ("json-syntax", 1)),
    ("a list where an object is meant", "rs-cors", b"[1]", ("field-type", 1)),
    ("a number where an object is meant", "django", b"7", ("field-type", 1)),
    ("a text where a list is meant", "django", b'{"CORS_ALLOWED_ORIGINS": "TOP-SECRET-VALUE"}',
     ("field-type", 1)),
    ("a number among texts", "rs-cors", b'{"AllowedOrigins":\n["https://a.example", 7]}',
     ("field-type", 2)),
    ("an object among origins", "express", b'{"origin": [{"token": "TOP-SECRET-VALUE"}]}',
     ("field-type", 1)),
    ("a text for a switch", "fusionauth",
     b'{"allowedOrigins": [],\n"enabled": "TOP-SECRET-VALUE"}', ("field-type", 2)),
    ("a fraction for seconds", "rs-cors", b'{"MaxAge": 1.5}', ("field-type", 1)),
    ("a number beyond all", "rs-cors", b'{"MaxAge": 99999999999999999999}', ("field-type", 1)),
    ("half a duration", "spring",
     b"management.endpoints.web.cors:\n  max-age: TOP-SECRET-VALUE", ("field-type", 2)),
    ("a name twice", "django", b'{"CORS_ALLOWED_ORIGINS": [],\n"CORS_ALLOWED_ORIGINS": ["*"]}',
     ("field-repeated", 2)),
    ("a name in two spellings", "rs-cors", b'{"AllowedOrigins": [],\n"allowed_origins": ["*"]}',
     ("field-repeated", 2)),
    ("a name twice in YAML", "spring", b"a: 1\na: 2\n", ("field-repeated", 2)),
    ("a name twice, once with dots", "spring", b"a.b: 1\na:\n  b: 2\n", ("field-repeated", 3)),
    ("lists without end in JSON", "django", nested_lists(100_000), ("nesting-too-deep", 1)),
    ("lists without end in YAML", "spring", nested_lists(100_000), ("nesting-too-deep", 1)),
    ("blocks without end", "nginx", b"a {" * 100_000, ("nesting-too-deep", 1)),
    ("lists without end among records", "okta", nested_lists(100_000), ("nesting-too-deep", 1)),
    ("an alias of itself", "spring", b"a: &a [*a]", ("yaml-alias", 1)),
    ("aliases of aliases", "openedx", aliases(12), ("too-many-values", 7)),
    ("a merge key", "openedx", b"a: &a {b: 1}\nc:\n  <<: *a\n", ("yaml-merge-key", 3)),
    ("a list as a name", "spring", b"? [a]\n: 1\n", ("yaml-key", 1)),
    ("YAML with a tab", "spring", b"a:\n\t- b\n", ("yaml-syntax", 2)),
    ("two documents for edX", "openedx", b"A: 1\n---\nB: 2\n", ("yaml-documents", 2)),
    ("a byte that is no text", "nginx", b"server {\n  # \xff\n}\n", ("text-not-utf8", 2)),
    ("UTF-16", "spring", "a: 1\n".encode("utf-16"), ("text-not-utf8", 1)),
    ("a NUL byte", "express", b"{\n\x00}", ("text-not-utf8", 2)),
    ("more than 16 MiB", "nginx", b" " * (16 * 1024 * 1024 + 1), ("file-too-large", 0)),
    ("a block without its end", "nginx", b"http {\n  server {\n  }\n", ("nginx-syntax", 1)),
    ("an end without its block", "nginx", b"}\n", ("nginx-syntax", 1)),
    ("a directive without its end", "nginx", b"server {\n  listen 80\n}\n", ("nginx-syntax", 3)),
    ("quotes without their end", "nginx", b"add_header A 'TOP-SECRET-VALUE;", ("nginx-syntax", 1)),
    ("an error of Okta's for a list", "okta", b'{"errorCode": "E0000011"}', ("okta-answer", 1)),
    ("something beside the list of records", "okta", b'[], "cors": {"allowed_origins": ["*"]}',
     ("json-syntax", 1)),
    ("an empty answer of Okta's", "okta", b"", ("json-syntax", 1)),
    ("an object for Okta's list", "okta", b"{}", ("okta-answer", 1)),
    ("a list of no records", "okta", b"[\n7]", ("okta-answer", 2)),
    ("no record at all", "okta", b"[]", ("nothing-to-import", 0)),
    ("a record without a name", "okta",
     b'[{"origin": "https://a.example", "scopes": [{"type": "CORS"}]}]', ("field-missing", 1)),
    ("a file of another program, for FusionAuth", "fusionauth", b'{"a": 1}',
     ("nothing-to-import", 1)),
    ("a file of another program, for Django", "django", b'{"DEBUG": true}',
     ("nothing-to-import", 1)),
    ("a file of another program, for edX", "openedx", b"A: 1\n", ("nothing-to-import", 1)),
    ("a file of another program, for Cloudflare", "cloudflare", b'{"a": 1}',
     ("nothing-to-import", 1)),
    ("a state without an application", "cloudflare", b'{"values": {"root_module": {}}}',
     ("nothing-to-import", 1)),
    ("a file of another program, for nginx", "nginx", b"events {}\n", ("nothing-to-import", 0)),
    ("a file of another program, for Spring", "spring", b"server.port: 80\n",
     ("nothing-to-import", 1)),
    ("options of Express, for rs/cors", "rs-cors",
     b'{"origin": ["https://a.example"], "methods": ["GET"], "credentials": true}',
     ("nothing-to-import", 1)),
    ("options of rs/cors, for Express", "express", b'{"AllowedOrigins": ["https://a.example"]}',
     ("nothing-to-import", 1)),
    ("all and a list, of which Cloudflare wants one", "cloudflare",
     b'{"cors_headers": {"allow_all_origins": true,\n"allowed_origins": ["https://a.example"],\n'
     b'"allowed_methods": ["GET"]}}', ("cloudflare-exclusive", 2)),
    ("the cookie of edX without its name", "openedx",
     b"FEATURES:\n  ENABLE_CROSS_DOMAIN_CSRF_COOKIE: true\nCORS_ORIGIN_WHITELIST: []\n",
     ("csrf-cookie", 2)),
]


def hostile_row(system, given, problem):
    answer = run_import(system, "-", given=given)
    equal((answer.returncode, answer.stdout), (1, ""), answer.stderr)
    equal(told(answer)[0], problem, answer.stderr)
    contains(answer.stderr, "nothing was imported\n")


def okta_says_what_to_give():
    for given, part in ((b"", "write the whole document: it is empty, or cut off"),
                        (b'[{"name": "a"', "write the whole document: it is empty, or cut off"),
                        (b"{}", "give the answer of GET /api/v1/trustedOrigins"),
                        (b"[7]", "give the answer of GET /api/v1/trustedOrigins")):
        answer = run_import("okta", "-", given=given)
        contains(answer.stderr, part)
        assert "url" not in answer.stderr, answer.stderr


def files_that_are_none():
    answer = run_import("nginx", "nowhere.conf")
    equal((answer.returncode, answer.stdout), (1, ""))
    contains(answer.stderr, "nowhere.conf: error[file-not-read]\n    No such file")
    answer = run_import("nginx", ".")
    equal((answer.returncode, answer.stdout), (1, ""))
    contains(answer.stderr, "Is a directory")


def a_name_stays_in_its_comment():
    """A file name with a line break cannot write a line of the policy."""
    with tempfile.TemporaryDirectory() as folder:
        name = "a\n[cors]\nenabled = false #.json"
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write('{"origin": "https://a.example"}')
        answer = run_import("express", name, folder=folder)
    equal(answer.returncode, 0, answer.stderr)
    assert "\nenabled = false" not in answer.stdout, answer.stdout
    contains(answer.stdout, "\\x0A")


def windows_and_unix_are_one():
    text = '{\n"CORS_ALLOWED_ORIGINS":\n["https://a.example"]\n}\n'
    plain = run_import("django", "-", given=text.encode())
    marked = run_import("django", "-", given=b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    equal(plain.returncode, 0, plain.stderr)
    equal(marked.stdout, plain.stdout)


def a_password_in_an_origin_is_not_shown():
    given = f'{{"AllowedOrigins": ["https://user:{SECRET}@a*.example.com", "https://b.example"]}}'
    answer = run_import("rs-cors", "-", given=given.replace(SECRET, SECRET.lower()).encode())
    equal(answer.returncode, 3, answer.stderr)
    assert SECRET.lower() not in answer.stdout + answer.stderr, answer.stderr


def as_many_problems_as_there_are():
    """Every one of some thousand origins that are none is told."""
    origins = ",".join(f'"https://a{i}.example/"' for i in range(3000))
    answer = run_import("express", "-",
                        given=f'{{"origin": [{origins}, "https://good.example"]}}'.encode())
    equal(answer.returncode, 3, answer.stderr[-500:])
    equal(told(answer), [("origin-trailing-slash", 1)] * 3000)
    contains(answer.stdout, 'allowed_origins = ["https://good.example"]')


def main():
    cases = Cases()
    for description, system, given, problem in ROWS:
        cases.add(description, hostile_row, system, given, problem)
    cases.add("what Okta's file should be", okta_says_what_to_give)
    cases.add("a file that is not there, and a folder", files_that_are_none)
    cases.add("a name stays in its comment", a_name_stays_in_its_comment)
    cases.add("a byte order mark and CRLF change nothing", windows_and_unix_are_one)
    cases.add("a password in an origin is not shown", a_password_in_an_origin_is_not_shown)
    cases.add("all of several thousand problems are told", as_many_problems_as_there_are)
    cases.run()


if __name__ == "__main__":
    main()
