"""`corsac import nginx`: how the file is read, and which of the usual ways to write CORS is meant.

  python3 nginx_test.py CORSAC_PROGRAM
"""
from import_run import is_a_good_policy, run_import, told
from tap import Cases, contains, equal

ORIGIN = "add_header Access-Control-Allow-Origin"

# description, configuration, lines of the policy without their comments, codes told
ROWS = [
    ("quotes of both kinds, and none",
     f"server {{ {ORIGIN} 'https://a.example'; add_header \"Access-Control-Max-Age\" \"60\"; }}",
     ['allowed_origins = ["https://a.example"]', "max_age_seconds = 60"], []),
    ("a comment, also behind a directive",
     f"server {{ # {ORIGIN} *;\n{ORIGIN} https://a.example; # {ORIGIN} *;\n}}",
     ['allowed_origins = ["https://a.example"]'], []),
    ("an escaped quote ends no text",
     f"server {{ add_header X-A \"\\\"; {ORIGIN} *;\"; {ORIGIN} https://a.example; }}",
     ['allowed_origins = ["https://a.example"]'], []),
    ("Lua code with braces of its own",
     f"server {{ content_by_lua_block {{ if a then t = {{1}} end }} {ORIGIN} https://a.example; }}",
     ['allowed_origins = ["https://a.example"]'], []),
    ("Lua code that sets the header",
     f"server {{ {ORIGIN} https://a.example;\nlocation /l {{ content_by_lua_block {{ "
     "ngx.header['Access-Control-Allow-Origin'] = '*' } } }", [], ["directive-not-understood"]),
    ("a variable in braces is a word",
     f"server {{ root /srv/${{host}}/www; {ORIGIN} https://a.example; }}",
     ['allowed_origins = ["https://a.example"]'], []),
    ("names of headers in any case", "server { add_header access-control-allow-ORIGIN *; }",
     ['allowed_origins = ["*"]'], []),
    ("the same origin for requests and preflights is one",
     f"server {{ {ORIGIN} https://a.example; if ($request_method = OPTIONS) {{ "
     f"{ORIGIN} https://a.example; return 204; }} }}", ['allowed_origins = ["https://a.example"]'],
     []),
    ("lists of preflights count for preflights",
     f"server {{ {ORIGIN} *; add_header Access-Control-Allow-Methods GET;\n"
     f"if ($request_method = 'OPTIONS') {{ {ORIGIN} *; "
     "add_header Access-Control-Allow-Methods 'GET, PUT'; } }",
     ['allowed_methods = ["GET", "PUT"]'], []),
    ("a block for preflights that adds headers and no origin",
     f"server {{ {ORIGIN} *;\nif ($request_method = OPTIONS) {{ add_header X-A 1; return 204; }} }}",
     ['allowed_origins = ["*"]', 'preflight = "reject"'], ["preflight-without-origin"]),
    ("a block for preflights that adds nothing",
     f"server {{ {ORIGIN} https://a.example; if ($request_method = OPTIONS) {{ return 204; }} }}",
     ['allowed_origins = ["https://a.example"]'], []),
    ("blocks for other methods are no condition",
     f"server {{ if ($request_method ~* '(GET|POST)') {{ {ORIGIN} https://a.example; }} }}",
     ['allowed_origins = ["https://a.example"]'], []),
    ("blocks for GET and for POST that say the same",
     f"server {{ if ($request_method = 'GET') {{ {ORIGIN} https://a.example; }}\n"
     f"if ($request_method = 'POST') {{ {ORIGIN} https://a.example; }} }}",
     ['allowed_origins = ["https://a.example"]'], []),
    ("a block for POST alone",
     f"server {{ if ($request_method = POST) {{ {ORIGIN} https://a.example; }} }}",
     ["allowed_origins = []"], ["condition-not-understood"]),
    ("an if inside of another",
     f"server {{ if ($http_origin = https://a.example) {{ if ($request_method = GET) {{ "
     f"{ORIGIN} $http_origin; }} }} }}", ["allowed_origins = []"], ["condition-not-understood"]),
    ("preflights alone are answered",
     f"server {{ if ($request_method = OPTIONS) {{ {ORIGIN} https://a.example; }} }}",
     ['allowed_origins = ["https://a.example"]', 'actual_answers = "leave"'], []),
    ("credentials for one of two origins",
     f"server {{ {ORIGIN} https://a.example; if ($http_origin = https://b.example) {{ "
     f"{ORIGIN} $http_origin; add_header Access-Control-Allow-Credentials true; }} }}",
     ['allowed_origins = ["https://a.example", "https://b.example"]'], ["credentials-for-some"]),
    ("credentials for preflights alone, where answers have an origin too",
     f"server {{ {ORIGIN} https://a.example;\nif ($request_method = OPTIONS) {{ "
     f"{ORIGIN} https://a.example; add_header Access-Control-Allow-Credentials true; }} }}",
     ['allowed_origins = ["https://a.example"]'], ["credentials-for-some"]),
    ("two values of one header",
     f"server {{ {ORIGIN} *; add_header Access-Control-Max-Age 60;\n"
     "if ($request_method ~ 'GET|POST') { add_header Access-Control-Max-Age 90; } }",
     ["max_age_seconds = 60"], ["header-differs"]),
    ("an origin that is compared",
     f"server {{ if ($http_origin = https://a.example) {{ {ORIGIN} $http_origin; }} }}",
     ['allowed_origins = ["https://a.example"]'], []),
    ("a pattern without anchors",
     f"server {{ if ($http_origin ~ a.example) {{ {ORIGIN} $http_origin; }} }}",
     ["allowed_origins = []"], ["regex-not-anchored"]),
    ("anchors of one alternative each",
     f"server {{ if ($http_origin ~ '^https://a|b$') {{ {ORIGIN} $http_origin; }} }}",
     ["allowed_origins = []"], ["regex-not-anchored"]),
    ("any origin, with credentials that no browser takes",
     f"server {{ {ORIGIN} *; add_header Access-Control-Allow-Credentials true; }}",
     ['allowed_origins = ["*"]'], ["origin-any-credentials"]),
    ("a variable that nothing explains", f"server {{ {ORIGIN} $cors; }}", ["allowed_origins = []"],
     ["variable-not-understood"]),
    ("a variable that a switch sets",
     "server { set $ok 0; if ($http_origin = https://a.example) { set $ok 1; }\n"
     f"if ($ok = 1) {{ {ORIGIN} $http_origin; }} }}",
     ["allowed_origins = []"], ["condition-not-understood"]),
    ("what one location sets another one does not have",
     "server { location /a { if ($http_origin = https://a.example) { set $o $http_origin; }\n"
     f"{ORIGIN} $o; }}\nlocation /b {{ {ORIGIN} $o; }} }}",
     ['  "/a*",', '  "/b*",', 'allowed_origins = ["https://a.example"]',
      "allowed_origins = []"], ["variable-not-understood"]),
    ("a default of a map that lets all in",
     "map $http_origin $o { default $http_origin; }\n"
     f"server {{ {ORIGIN} $o; }}", ['allowed_origins = ["*"]'], []),
    ("a map to something else than the origin",
     f"map $http_origin $o {{ https://a.example 1; }}\nserver {{ {ORIGIN} $o; }}",
     ["allowed_origins = []"], ["map-not-understood"]),
    ("a map over something else", f"map $host $o {{ a 1; }}\nserver {{ {ORIGIN} $o; }}",
     ["allowed_origins = []"], ["variable-not-understood"]),
    ("a location with a slash at its end", f"server {{ location /api/ {{ {ORIGIN} *; }} }}",
     ['included_paths = ["/api/*"]'], []),
    ("a location that no regex overrules", f"server {{ location ^~ /api/ {{ {ORIGIN} *; }} }}",
     ['included_paths = ["/api/*"]'], []),
    ("a location that is the begin of names", f"server {{ location ^~ /api {{ {ORIGIN} *; }} }}",
     ['included_paths = ["/api*"]'], []),
    ("a location that is one path", f"server {{ location = /api {{ {ORIGIN} *; }} }}",
     ['included_paths = ["/api$"]'], []),
    ("a location inside of another",
     f"server {{ location /api/ {{ location /api/v1/ {{ {ORIGIN} *; }} }} }}",
     ['included_paths = ["/api/v1/*"]'], []),
    ("a level with a header of its own has none of the level above",
     f"server {{ {ORIGIN} https://a.example; location /p/ {{ add_header X-A 1; }} }}",
     ['paths = ["/p/*"]', "allowed_origins = []"], []),
    ("a level without any has those of the level above",
     f"server {{ {ORIGIN} https://a.example; location /p/ {{ proxy_pass http://b; }} }}",
     ['allowed_origins = ["https://a.example"]'], []),
    ("servers are told apart by their names",
     f"server {{ server_name A.example _; {ORIGIN} *; }}\nserver {{ server_name .b.example; }}",
     ['hosts = ["a.example"]'], []),
    ("a name with a dot before it is two",
     f"server {{ server_name .b.example; {ORIGIN} *; }}\nserver {{ server_name a.example; }}",
     ['hosts = ["b.example", "*.b.example"]'], []),
    ("headers that were asked for",
     f"server {{ {ORIGIN} *;\n"
     "add_header Access-Control-Allow-Headers $http_access_control_request_headers; }",
     ['allowed_headers = ["*", "Authorization"]'], []),
    ("a header that there is not", f"server {{ {ORIGIN} *; add_header Access-Control-Allow-Foo 1; }}",
     ['allowed_origins = ["*"]'], ["header-unknown"]),
    ("files that never are about CORS",
     f"http {{ include /etc/nginx/mime.types; server {{ include fastcgi_params; {ORIGIN} *; }} }}",
     ['allowed_origins = ["*"]'], []),
    ("files that may be", f"http {{ include conf.d/*.conf; server {{ {ORIGIN} *; }} }}",
     ['allowed_origins = ["*"]'], ["include-not-read"]),
]


def nginx_row(given, lines, codes):
    answer = run_import("nginx", "-", given=given.encode())
    equal(answer.returncode, 3 if codes else 0, answer.stderr)
    equal([code for code, _ in told(answer)], codes, answer.stderr)
    found = [line.split("  # from ")[0] for line in answer.stdout.splitlines()]
    for line in lines:
        contains(found, line)
    is_a_good_policy(answer.stdout)


def main():
    cases = Cases()
    for description, given, lines, codes in ROWS:
        cases.add(description, nginx_row, given, lines, codes)
    cases.run()


if __name__ == "__main__":
    main()
