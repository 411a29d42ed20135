"""`corsac import`: what the source grants nothing to, the policy grants nothing to; what is not
carried over is told with its line, and loses nothing beside it.

  python3 grants_test.py CORSAC_PROGRAM
"""
import json
import os
import subprocess
import tempfile

from import_run import PROGRAM, is_a_good_policy, run_import, told
from tap import Cases, contains, equal

GOOD = "https://good.example.com"
ORIGIN = "add_header Access-Control-Allow-Origin"


def cloudflare(**settings):
    return json.dumps({"cors_headers": settings})


def records(*origins):
    return json.dumps([{"name": f"n{i}", "origin": origin, "status": "ACTIVE",
                        "scopes": [{"type": "CORS"}]} for i, origin in enumerate(origins)])


def spring(name, value):
    return ("spring.cloud.gateway.globalcors.cors-configurations:\n  '[/**]':\n"
            f"    {name}: {json.dumps(value)}\n")


# Systems that compare origins as they stand: what makes a configuration of two of them.
LITERAL = [
    ("express", lambda *origins: json.dumps({"origin": origins, "credentials": True})),
    ("django", lambda *origins: json.dumps({"CORS_ALLOWED_ORIGINS": origins})),
    ("django", lambda *origins: json.dumps({"CORS_ORIGIN_WHITELIST": origins})),
    ("openedx", lambda *origins: json.dumps({"CORS_ORIGIN_WHITELIST": origins,
                                             "ENABLE_CORS_HEADERS": True})),
    ("fusionauth", lambda *origins: json.dumps({"corsConfiguration": {
        "enabled": True, "allowedMethods": ["GET"], "allowedOrigins": origins}})),
    ("cloudflare", lambda *origins: cloudflare(allowed_origins=origins, allowed_methods=["GET"])),
    ("spring", lambda *origins: spring("allowedOrigins", origins)),
    ("nginx", lambda *origins: "map $http_origin $o {" + " ".join(
        f'"{origin}" $http_origin;' for origin in origins) + f"}} server {{ {ORIGIN} $o; }}"),
    ("nginx", lambda *origins: "server {" + " ".join(
        f'if ($http_origin = "{origin}") {{ {ORIGIN} $http_origin; }}' for origin in origins) + "}"),
]

# what is written, an origin that it would grant as a pattern
PATTERNS = [
    ("https://*.example.net", "https://a.example.net"),
    ("https://pr-*.example.net", "https://pr-1.example.net"),
    ("http://localhost:*", "http://localhost:3000"),
    ("http://localhost:[3000,3001]", "http://localhost:3000"),
]

# description, system, file, (code, line) told, lines of the policy without their comments,
# origins that it does not grant; where some are: GET, or what stands behind a space
ROWS = [
    ("a wildcard as the one origin of Express", "express",
     '{"origin": "https://*.example.com", "credentials": true}', [("origin-literal-pattern", 1)],
     ["allowed_origins = []"], ["https://a.example.com"]),
    ("no origin of Express is as false", "express", '{"origin": null, "credentials": true}', [],
     ["enabled = false", "allowed_origins = []"], [GOOD]),
    ("an empty origin of Express is as false", "express", '{"origin": ""}', [],
     ["enabled = false", "allowed_origins = []"], [GOOD]),
    ("null among the origins of Express is none", "express",
     f'{{"origin": [null, "{GOOD}"]}}', [], [f'allowed_origins = ["{GOOD}"]'],
     ["https://a.example"]),
    ("* as a method that Express prints, with credentials", "express",
     f'{{"origin": ["{GOOD}"], "methods": "GET,*",\n"allowedHeaders": ["*"], "credentials": true}}',
     [("any-printed-credentials", 1), ("any-printed-credentials", 2)],
     ['allowed_methods = ["GET"]', "allowed_headers = []"], [f"{GOOD} DELETE"]),
    ("* as a method that Express prints, without credentials", "express",
     f'{{"origin": ["{GOOD}"], "methods": "*"}}', [], ['allowed_methods = ["*"]'], []),
    ("* as a method that Django prints, with credentials", "django",
     f'{{"CORS_ALLOWED_ORIGINS": ["{GOOD}"], "CORS_ALLOW_CREDENTIALS": true,\n'
     '"CORS_ALLOW_METHODS": ["GET", "*"]}', [("any-printed-credentials", 2)],
     ['allowed_methods = ["GET"]'], []),
    ("edX, whose answers always have credentials", "openedx",
     f'{{"CORS_ORIGIN_WHITELIST": ["{GOOD}"], "ENABLE_CORS_HEADERS": true,\n'
     '"CORS_ALLOW_HEADERS": ["*"]}', [("any-printed-credentials", 2)], ["allowed_headers = []"],
     []),
    ("* as a method that nginx prints, with credentials", "nginx",
     f"server {{ {ORIGIN} {GOOD}; add_header Access-Control-Allow-Credentials true;\n"
     "add_header Access-Control-Allow-Methods 'GET, *'; }", [("any-printed-credentials", 2)],
     ['allowed_methods = ["GET"]'], [f"{GOOD} DELETE"]),
    ("* as a header that nginx prints", "nginx",
     f"server {{ {ORIGIN} *; add_header Access-Control-Allow-Headers *; }}", [],
     ['allowed_headers = ["*"]'], []),
    ("* in a list of Django", "django", '{"CORS_ALLOWED_ORIGINS": ["*"]}',
     [("origin-literal-pattern", 1)], ["allowed_origins = []"], [GOOD]),
    ("* as the key of a map", "nginx",
     f'map $http_origin $o {{ "*" $http_origin; }} server {{ {ORIGIN} $o; }}',
     [("origin-literal-pattern", 1)], ["allowed_origins = []"], [GOOD]),
    ("a wildcard that nginx sends as it stands", "nginx",
     f"server {{ {ORIGIN} https://*.example.com; }}", [("origin-literal-pattern", 1)],
     ["allowed_origins = []"], ["https://a.example.com"]),
    ("* as a method of FusionAuth", "fusionauth",
     f'{{"allowedOrigins": ["{GOOD}"], "enabled": true,\n"allowedMethods": ["*", "PUT"]}}',
     [("method-any-literal", 2)], ['allowed_methods = ["PUT"]'], [f"{GOOD} DELETE"]),
    ("* as a method of rs/cors", "rs-cors",
     f'{{"AllowedOrigins": ["{GOOD}"],\n"AllowedMethods": ["*"]}}', [("method-any-literal", 2)],
     ["allowed_methods = []"], [f"{GOOD} PUT"]),
    ("* of rs/cors beside a method", "rs-cors",
     f'{{"AllowedOrigins": ["{GOOD}"], "AllowedMethods": ["PUT", "*"]}}',
     [("method-any-literal", 1)], ['allowed_methods = ["PUT"]'], [f"{GOOD} DELETE"]),
    ("patterns of Spring are some", "spring",
     spring("allowedOriginPatterns", ["https://*.example.com", "http://localhost:[*]"]), [],
     ['allowed_origins = ["https://*.example.com", "http://localhost:*"]'], []),
    ("a pattern of Spring that is wider there", "spring",
     spring("allowedOriginPatterns", ["https://app-*.example.com"]), [("wildcard-narrowed", 3)],
     ['allowed_origins = ["https://app-*.example.com"]'], []),
    ("* of Spring is any", "spring", spring("allowedOrigins", "*"), [],
     ['allowed_origins = ["*"]'], []),

    ("an Okta record with a wildcard, beside a good one", "okta",
     records("https://*.example.net", GOOD), [("record-not-granted", 1)],
     [f'origin = "{GOOD}"'], ["https://a.example.net"]),
    ("an Okta record of a public suffix, beside a good one", "okta",
     records("https://co.uk", GOOD), [("record-not-granted", 1)], [f'origin = "{GOOD}"'],
     ["https://co.uk"]),
    ("no record of Okta's that can be granted", "okta", records("https://*.example.net"),
     [("record-not-granted", 1)], ['profile = "okta"'], ["https://a.example.net"]),
    ("scopes of Okta's that nothing asks for", "okta",
     f'[{{"name": "a", "origin": "{GOOD}", "status": "ACTIVE",\n'
     '"scopes": [{"type": "REDIRECT"}, {"type": "IFRAME_EMBED"}]}]',
     [("scope-without-effect", 1), ("scope-without-effect", 1)], [f'origin = "{GOOD}"'], [GOOD]),

    ("all origins with credentials, of one Cloudflare application", "cloudflare",
     cloudflare(allow_all_origins=True, allow_credentials=True, allow_all_methods=True),
     [("origin-any-credentials", 1)], ['preflight = "reject"'], [f"{GOOD} PUT"]),
    ("all origins with credentials, among several applications", "cloudflare",
     f'[{{"domain": "a.example.com", "cors_headers": {{"allowed_origins": ["{GOOD}"],\n'
     '"allowed_methods": ["GET"]}}, {"domain": "b.example.com", "cors_headers":\n'
     '{"allow_all_origins": true, "allow_all_methods": true, "allow_credentials": true}}]',
     [("origin-any-credentials", 3)],
     ['hosts = ["a.example.com"]', f'allowed_origins = ["{GOOD}"]', 'hosts = ["b.example.com"]',
      'preflight = "reject"'], []),
    ("an application that loses its one origin, among several", "cloudflare",
     f'[{{"domain": "a.example.com", "cors_headers": {{"allowed_origins": ["{GOOD}"],\n'
     '"allowed_methods": ["GET"]}}, {"domain": "b.example.com", "cors_headers":\n'
     '{"allowed_origins": ["https://b.example/"], "allowed_methods": ["GET"]}}]',
     [("cloudflare-origins-missing", 3), ("origin-trailing-slash", 3)],
     [f'allowed_origins = ["{GOOD}"]', 'preflight = "reject"'], []),
    ("origins without methods, which Cloudflare does not take", "cloudflare",
     f'{{"cors_headers":\n{{"allowed_origins": ["{GOOD}"]}}}}', [("cloudflare-methods-missing", 2)],
     ['preflight = "reject"'], [f"{GOOD} PUT"]),
    ("destinations of a Cloudflare application", "cloudflare",
     f'{{"domain": "a.example.com", "destinations": [{{"type": "public", "uri": "a.example.com"}},\n'
     '{"type": "public", "uri": "B.example.com/x"}], "cors_headers": '
     f'{{"allowed_origins": ["{GOOD}"], "allowed_methods": ["GET"]}}}}', [],
     ['hosts = ["a.example.com"]', 'paths = ["/x"]', 'hosts = ["b.example.com"]'], []),
    ("a destination that no browser asks", "cloudflare",
     '{"destinations": [{"type": "public", "uri": "a.example.com"},\n{"type": "private", '
     f'"cidr": "10.0.0.0/8"}}], "cors_headers": {{"allowed_origins": ["{GOOD}"], '
     '"allowed_methods": ["GET"]}}', [("destination-not-understood", 2)],
     ['hosts = ["a.example.com"]'], [GOOD]),
    ("a slip in the name of Cloudflare's settings", "cloudflare",
     f'{{"domain": "a.example.com",\n"cors_header": {{"allowed_origins": ["{GOOD}"]}}}}',
     [("field-unknown", 2)],
     ["# The application has no CORS settings: preflights are rejected."], [f"{GOOD} PUT"]),
    ("a domain with a scheme, among several", "cloudflare",
     f'[{{"domain": "a.example.com", "cors_headers": {{"allowed_origins": ["{GOOD}"],\n'
     '"allowed_methods": ["GET"]}}, {"domain":\n"https://b.example.com/x/", "cors_headers":\n'
     '{"allowed_origins": ["https://b.example"], "allowed_methods": ["GET"]}}]',
     [("domain-not-understood", 3)], ['hosts = ["a.example.com"]'], []),
    ("an application without settings below a wildcard that has some", "cloudflare",
     '[{"domain": "*.example.com", "cors_headers": {"allow_all_origins": true, '
     '"allow_all_methods": true}},\n{"domain": "admin.example.com"}]', [("hosts-overlap", 1)],
     ['profile = "cloudflare"'], [f"{GOOD} PUT"]),
    ("such an application for a longer path", "cloudflare",
     '[{"domain": "*.example.com", "cors_headers": {"allow_all_origins": true, '
     '"allow_all_methods": true}},\n{"domain": "a.example.com/admin"}]', [],
     ['hosts = ["*.example.com"]', 'hosts = ["a.example.com"]', 'preflight = "reject"'], []),
    ("two applications, of which one is for a part of the other's hosts", "cloudflare",
     '[{"domain": "*.example.com/api", "cors_headers": {"allow_all_origins": true, '
     '"allow_all_methods": true}},\n{"domain": "a.example.com", "cors_headers": {'
     f'"allowed_origins": ["{GOOD}"], "allowed_methods": ["GET"]}}}}]', [("hosts-overlap", 1)],
     ['hosts = ["a.example.com"]'], []),
    ("domains of one application, of which one is a part of the other", "cloudflare",
     '{"self_hosted_domains": ["a.example.com", "*.example.com", "a.example.com"],\n"cors_headers":'
     f'{{"allowed_origins": ["{GOOD}"], "allowed_methods": ["GET"]}}}}', [],
     ['hosts = ["*.example.com"]'], []),
    ("two applications of one domain", "cloudflare",
     '[{"domain": "a.example.com", "cors_headers": {"allow_all_origins": true, '
     '"allow_all_methods": true}},\n{"domain": "a.example.com", "cors_headers": {'
     f'"allowed_origins": ["{GOOD}"], "allowed_methods": ["GET"]}}}}]',
     [("hosts-overlap", 1), ("hosts-overlap", 2)], ['profile = "cloudflare"'], [f"{GOOD} PUT"]),

    ("null with credentials, of Django", "django",
     f'{{"CORS_ALLOWED_ORIGINS": ["{GOOD}",\n"null"], "CORS_ALLOW_CREDENTIALS": true}}',
     [("null-credentials", 2)], [f'allowed_origins = ["{GOOD}"]', "allow_credentials = true"], []),
    ("settings of edX that are no policy's", "openedx",
     f'ENABLE_CORS_HEADERS: true\nCORS_ORIGIN_WHITELIST: ["{GOOD}"]\n'
     'SECURE_PROXY_SSL_HEADER: ["HTTP_X", "https"]\nCSRF_USE_SESSIONS: true\n'
     'LOGIN_REDIRECT_WHITELIST: [a.example]\nCORS_ALLOW_INSECURE: true\n',
     [("setting-of-others", 3), ("setting-of-others", 4), ("setting-of-others", 5),
      ("insecure-referer", 6)], ["dangerously_allow_insecure = true"], []),
    ("such settings of edX that are off", "openedx",
     f'ENABLE_CORS_HEADERS: true\nCORS_ORIGIN_WHITELIST: ["{GOOD}"]\nCSRF_USE_SESSIONS: false\n'
     "LOGIN_REDIRECT_WHITELIST: []\nCORS_ALLOW_INSECURE: false\n", [], [], []),
    ("CORS of one route, of GraphQL, and of the application itself", "spring",
     f'spring:\n  graphql:\n    cors:\n      allowedOrigins: {GOOD}\n  cloud.gateway:\n'
     '    globalcors.cors-configurations:\n      "[/api/**]":\n        allowedOrigins: "*"\n'
     '    routes:\n      - id: a\n        metadata:\n          cors:\n            '
     'allowedOrigins: "*"\nmy-cors.origins: "*"\n',
     [("cors-not-read", 12), ("cors-not-read", 14)],
     ['paths = ["/graphql$"]', f'allowed_origins = ["{GOOD}"]', 'paths = ["/api"]'], []),
    ("GraphQL at a path that no file names", "spring",
     f'spring.graphql:\n  path: ${{P}}\n  cors.allowedOrigins: {GOOD}\n'
     f'management.endpoints.web.cors.allowedOrigins: {GOOD}\n', [("path-not-understood", 2)],
     ['included_paths = ["/actuator"]'], []),
    ("private networks of Spring", "spring",
     spring("allowedOrigins", GOOD) + "    allowPrivateNetwork: true\n", [],
     ["allow_private_network = true"], []),

    ("two lines of one block of nginx", "nginx",
     f"server {{\n{ORIGIN} {GOOD};\n{ORIGIN} https://b.example;\n}}",
     [("header-twice", 2), ("header-twice", 3)], ["allowed_origins = []"], [GOOD]),
    ("two lines of one `if` of nginx", "nginx",
     f"server {{\nif ($request_method = OPTIONS) {{\n{ORIGIN} {GOOD};\n{ORIGIN} https://b.example; }}"
     "\n}", [("header-twice", 3), ("header-twice", 4)], ["allowed_origins = []"], [f"{GOOD} PUT"]),
    ("two lines with credentials", "nginx",
     f"server {{ {ORIGIN} {GOOD};\nadd_header Access-Control-Allow-Credentials true;\n"
     "add_header Access-Control-Allow-Credentials true; }",
     [("header-twice", 2), ("header-twice", 3)], [f'allowed_origins = ["{GOOD}"]'], []),

    ("a max-age below 0, of Express", "express", f'{{"origin": ["{GOOD}"],\n"maxAge": -1}}',
     [("max-age-range", 2)], [f'allowed_origins = ["{GOOD}"]', "max_age_seconds = 0"], []),
    ("a max-age below 0, of Spring", "spring", spring("allowedOrigins", GOOD) + "    maxAge: -1\n",
     [("max-age-range", 4)], [f'allowed_origins = ["{GOOD}"]', "max_age_seconds = 0"], []),
    ("a max-age below 0, of Django", "django",
     f'{{"CORS_ALLOWED_ORIGINS": ["{GOOD}"],\n"CORS_PREFLIGHT_MAX_AGE": -5}}',
     [("max-age-range", 2)], [f'allowed_origins = ["{GOOD}"]', "max_age_seconds = 0"], []),
    ("a max-age of Express that is no number", "express",
     f'{{"origin": ["{GOOD}"],\n"maxAge": "10m"}}', [("max-age-not-read", 2)],
     [f'allowed_origins = ["{GOOD}"]'], []),
    ("a status that no browser takes for a preflight", "express",
     f'{{"origin": ["{GOOD}"],\n"optionsSuccessStatus": 302}}', [("preflight-status", 2)],
     [f'allowed_origins = ["{GOOD}"]', 'preflight = "reject"'], [f"{GOOD} PUT"]),
    ("the same of rs/cors", "rs-cors",
     f'{{"AllowedOrigins": ["{GOOD}"],\n"OptionsSuccessStatus": 404}}', [("preflight-status", 2)],
     ['preflight = "reject"'], [f"{GOOD} PUT"]),
]

# description, system, file, all that is told: nothing comes out
ERRORS = [
    ("every problem of FusionAuth at once", "fusionauth",
     b'{"allowedOrigins": ["https://a.example/"],\n"enabled": "true",\n"allowedHeaders": ["*"]}',
     {("origin-trailing-slash", 1), ("field-type", 2), ("header-any-literal", 3)}),
    ("every problem of Express at once", "express",
     b'{"origin": ["https://a.example"],\n"credentials": "true",\n"optionsSuccessStatus": 302,\n'
     b'"maxAge": 1000000000}',
     {("field-type", 2), ("preflight-status", 3), ("max-age-range", 4)}),
    ("what Cloudflare misses is what was not understood", "cloudflare",
     b'{"cors_headers": {"allowed_origins": ["https://a.example"],\n"allowed_methods": "GET"}}',
     {("field-type", 2)}),
    ("a name of rs/cors in two spellings is told once", "rs-cors",
     b'{"AllowedOrigins": [],\n"allowed_origins": ["*"]}', {("field-repeated", 2)}),
    ("an error of Cloudflare's API", "cloudflare",
     b'{"success": false, "errors": [{"code": 10000}],\n"result": null}',
     {("cloudflare-answer", 1)}),
    ("a domain with a scheme, of the one application", "cloudflare",
     b'{"domain": "https://a.example.com/x/",\n"cors_headers": {"allowed_origins": '
     b'["https://a.example"], "allowed_methods": ["GET"]}}',
     {("domain-not-understood", 1), ("nothing-to-import", 1)}),
    ("an application.properties file", "spring",
     b"management.endpoints.web.cors.allowed-origins=https://a.example\nserver.port=80\n",
     {("yaml-text", 1)}),
]


def policy_lines(text):
    return [line.split("  # from ")[0] for line in text.splitlines()]


def is_not_granted(policy, asked):
    origin, method = (asked + " GET").split()[:2]
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "policy.toml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(policy)
        os.chmod(path, 0o600)
        answer = subprocess.run([PROGRAM, "explain", path, "--origin", origin, "--method", method],
                                capture_output=True, text=True, timeout=60, check=False)
    assert answer.stdout, answer.stderr
    assert "ALLOWED" not in answer.stdout.splitlines(), answer.stdout


def grants_row(system, given, problems, lines, refused):
    answer = run_import(system, "-", given=given.encode())
    equal(answer.returncode, 3 if problems else 0, answer.stderr)
    equal(told(answer), problems, answer.stderr)
    for line in lines:
        contains(policy_lines(answer.stdout), line)
    is_a_good_policy(answer.stdout)
    for asked in refused:
        is_not_granted(answer.stdout, asked)


def literal_row(system, make):
    """No pattern of a policy comes of what is only compared; the good origin stays, an IPv6 one
    with its brackets too."""
    for pattern, granted in PATTERNS:
        answer = run_import(system, "-", given=make(pattern, GOOD, "https://[::1]:8443").encode())
        equal(answer.returncode, 3, answer.stderr)
        equal([code for code, _ in told(answer)], ["origin-literal-pattern"], answer.stderr)
        contains(answer.stderr, "if a wildcard was meant, write \"https://*.example.com\"")
        contains(policy_lines(answer.stdout),
                 f'allowed_origins = ["{GOOD}", "https://[::1]:8443"]')
        is_not_granted(answer.stdout, granted)


def error_row(system, given, problems):
    answer = run_import(system, "-", given=given)
    equal((answer.returncode, answer.stdout), (1, ""), answer.stderr)
    equal(sorted(told(answer)), sorted(problems), answer.stderr)
    contains(answer.stderr, "nothing was imported\n")


def many_records_without_grant():
    """More than a report tells."""
    given = records(*["https://github.io"] * 2500, GOOD)
    answer = run_import("okta", "-", given=given.encode())
    equal(answer.returncode, 3, answer.stderr[-500:])
    contains(policy_lines(answer.stdout), f'origin = "{GOOD}"')


def main():
    cases = Cases()
    for i, (system, make) in enumerate(LITERAL):
        cases.add(f"patterns that {system} compares ({i})", literal_row, system, make)
    for description, *row in ROWS:
        cases.add(description, grants_row, *row)
    for description, *row in ERRORS:
        cases.add(description, error_row, *row)
    cases.add("more records without a grant than are told", many_records_without_grant)
    cases.run()


if __name__ == "__main__":
    main()
