"""`corsac import`: each sample of another system, the policy that comes of it, and what is told.

  python3 import_test.py CORSAC_PROGRAM

Beside each sample in samples/ stands the whole policy that is expected, as .toml.
"""
import http.server
import json
import os
import tempfile

from import_run import SAMPLES, is_a_good_policy, run_import, told
from loopback_server import LoopbackServer
from tap import Cases, contains, equal

# description, system, sample, exit status, (code, line of the sample) of what is told
ROWS = [
    ("an answer of FusionAuth's API", "fusionauth", "fusionauth_answer.json", 0, []),
    ("FusionAuth's CORS switched off, with empty lists", "fusionauth", "fusionauth_off.json", 0, []),
    ("what FusionAuth takes and a policy does not", "fusionauth", "fusionauth_left_out.json", 3,
     [("header-any-literal", 4), ("origin-trailing-slash", 6), ("origin-insecure-credentials", 6),
      ("origin-any-credentials", 6), ("max-age-range", 7), ("field-unknown", 8)]),

    ("Django's settings of today", "django", "django_new_names.json", 0, []),
    ("M41: Django's old names, of which the new ones win", "django", "django_old_names.json", 3,
     [("setting-shadowed", 2), ("regex-open-end", 4), ("csrf-not-cors", 7)]),
    ("Django with all origins", "django", "django_all.json", 3, [("setting-shadowed", 1)]),
    ("Django with all origins and credentials", "django", "django_all_with_credentials.json", 3,
     [("origin-any-credentials", 2), ("field-unknown", 4)]),

    ("lms.yml of Open edX, with an alias", "openedx", "openedx_lms.yml", 3,
     [("origin-no-scheme", 12), ("csrf-not-cors", 15), ("setting-of-others", 16)]),
    ("M63: edX's cookie with all of its settings", "openedx", "openedx_cookie.json", 0, []),
    ("M64, M65: what of edX's cookie is none, and its switch for development", "openedx",
     "openedx_left_out.yml", 3,
     [("insecure-referer", 5), ("cookie-domain-not-shared", 7), ("cookie-max-age-range", 8)]),
    ("edX's cookie without CORS", "openedx", "openedx_cookie_alone.json", 3, [("csrf-cookie", 2)]),
    ("the names of edX's playbooks", "openedx", "openedx_ansible.yml", 0, []),
    ("edX as JSON, with the feature off", "openedx", "openedx_off.json", 0, []),

    ("one application of Cloudflare's API", "cloudflare", "cloudflare_application.json", 0, []),
    ("terraform show -json, of both generations", "cloudflare", "cloudflare_terraform.json", 3,
     [("origin-literal-pattern", 21)]),
    ("an application without CORS settings", "cloudflare", "cloudflare_none.json", 0, []),
    ("what of several applications has no place", "cloudflare", "cloudflare_left_out.json", 3,
     [("application-without-domain", 5), ("pass-through-exclusive", 7)]),

    ("a list of Okta's", "okta", "okta_list.json", 3,
     [("scope-without-effect", 5), ("scope-without-effect", 17)]),
    ("a record that is not active", "okta", "okta_inactive.json", 0, []),
    ("records that cannot be granted", "okta", "okta_left_out.json", 3,
     [("record-not-granted", 2), ("record-not-granted", 3), ("record-not-granted", 4),
      ("scope-unknown", 6)]),
    ("records that say the same twice", "okta", "okta_repeated.json", 3,
     [("record-repeated", 3), ("record-repeated", 3), ("record-repeated", 4),
      ("scope-without-effect", 4)]),

    ("nginx with one location", "nginx", "nginx_simple.conf", 3, [("max-age-range", 12)]),
    ("nginx with a map and two servers", "nginx", "nginx_map.conf", 0, []),
    ("nginx with an if about the origin", "nginx", "nginx_if.conf", 0, []),
    ("nginx that answers with whatever asks", "nginx", "nginx_reflect.conf", 3,
     [("origin-any-credentials", 2)]),
    ("what of nginx is not understood", "nginx", "nginx_left_out.conf", 3,
     [("map-not-understood", 2), ("regex-not-anchored", 3), ("include-not-read", 7),
      ("value-not-understood", 10), ("condition-not-understood", 12),
      ("location-not-understood", 15), ("directive-not-understood", 19)]),

    ("rs/cors as Go writes it", "rs-cors", "rs_cors_go.json", 0, []),
    ("rs/cors without any option", "rs-cors", "rs_cors_defaults.json", 0, []),
    ("wildcards of rs/cors", "rs-cors", "rs_cors_wildcards.json", 3,
     [("origin-wildcard-one-label", 2), ("wildcard-narrowed", 2)]),
    ("what of rs/cors is not carried over", "rs-cors", "rs_cors_left_out.json", 3,
     [("origin-any-credentials", 4), ("preflight-continued", 5), ("field-unknown", 8)]),
    ("a function of rs/cors, which decides instead of the list", "rs-cors", "rs_cors_function.json",
     3, [("code-not-read", 3)]),
    ("a slip in the origins of rs/cors", "rs-cors", "rs_cors_slip.json", 3,
     [("origins-not-named", 0), ("field-unknown", 2)]),

    ("options of Express", "express", "express_options.json", 0, []),
    ("Express without options of its own", "express", "express_defaults.json", 0, []),
    ("Express with CORS off", "express", "express_off.json", 0, []),
    ("Express that answers with whatever asks", "express", "express_reflect.json", 3,
     [("origin-any-credentials", 1)]),
    ("a slip in the origins of Express", "express", "express_slip.json", 3,
     [("origins-not-named", 0), ("field-unknown", 2)]),
    ("what of Express is no JSON", "express", "express_left_out.json", 3,
     [("regex-not-anchored", 2), ("code-not-read", 2), ("origin-any-not-alone", 2),
      ("preflight-continued", 3)]),

    ("Spring Cloud Gateway", "spring", "spring_gateway.yml", 0, []),
    ("names with dots, and the management endpoints", "spring", "spring_both.yml", 0, []),
    ("what of Spring is said elsewhere", "spring", "spring_left_out.yml", 3,
     [("placeholder", 8), ("path-not-understood", 11), ("yaml-documents", 13)]),
]


def expected_policy(sample):
    with open(os.path.join(SAMPLES, os.path.splitext(sample)[0] + ".toml"), encoding="utf-8") as file:
        return file.read()


def import_row(system, sample, status, problems):
    answer = run_import(system, sample)
    equal(answer.returncode, status, answer.stderr)
    equal(told(answer), problems, answer.stderr)
    equal(answer.stdout.splitlines(), expected_policy(sample).splitlines())
    is_a_good_policy(answer.stdout)


def every_sample_has_a_row():
    rows = {row[2] for row in ROWS}
    samples = {name for name in os.listdir(SAMPLES) if not name.endswith(".toml")}
    equal(samples, rows)


def standard_input_is_a_file():
    with open(os.path.join(SAMPLES, "django_all.json"), "rb") as file:
        answer = run_import("django", "-", given=file.read())
    equal(answer.returncode, 3, answer.stderr)
    contains(answer.stdout, 'allowed_origins = ["*"]  # from stdin:1')
    contains(answer.stderr, "stdin:1:58: warning[setting-shadowed]")


def out_is_replaced_on_success_only():
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "policy.toml")
        for sample, status in (("django_new_names.json", 0), ("django_all.json", 3)):
            answer = run_import("django", sample, "--out", out)
            equal((answer.returncode, answer.stdout), (status, ""), answer.stderr)
            with open(out, encoding="utf-8") as file:
                equal(file.read().splitlines(), expected_policy(sample).splitlines())
        before = os.stat(out)
        answer = run_import("django", "-", "--out", out, given=b"")
        equal(answer.returncode, 1)
        equal(os.stat(out), before)
        os.chmod(out, 0o400)
        answer = run_import("django", "django_all.json", "--out", out)
        equal(answer.returncode, 1)
        contains(answer.stderr, f"error[file-not-written]: --out\n    {out}: the file is read-only")
        equal(os.stat(out).st_mtime_ns, before.st_mtime_ns)
        equal(os.listdir(folder), ["policy.toml"])
    equal(run_import("django", "django_all.json", "--out", "-").stdout.splitlines(),
          expected_policy("django_all.json").splitlines())


class Okta(LoopbackServer):
    """A list of records in two pages; what was sent as Authorization is in `tokens`."""

    def __init__(self, status=200):
        okta = self
        self.tokens = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                okta.tokens.append(self.headers["Authorization"])
                is_first = "after=" not in self.path
                name = "first" if is_first else "second"
                body = json.dumps([{"name": name, "origin": f"https://{name}.example",
                                    "status": "ACTIVE", "scopes": [{"type": "CORS"}]}]).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                if is_first:
                    url = f"http://127.0.0.1:{okta.port}/api/v1/trustedOrigins?after=1"
                    self.send_header("Link", f'<{url}>; rel="next"')
                self.end_headers()
                self.wfile.write(body)

        super().__init__(Handler)
        self.url = f"http://127.0.0.1:{self.port}/api/v1/trustedOrigins"


def okta_live():
    with Okta() as okta:
        answer = run_import("okta", "--url", okta.url, "--token-env", "OKTA_TOKEN",
                            env={"OKTA_TOKEN": "TOP-SECRET-VALUE"})
    equal(answer.returncode, 0, answer.stderr)
    equal(okta.tokens, ["SSWS TOP-SECRET-VALUE"] * 2)
    contains(answer.stdout, 'origin = "https://first.example"  # from ')
    contains(answer.stdout, 'origin = "https://second.example"  # from ')
    contains(answer.stdout, "(page 2):1")
    is_a_good_policy(answer.stdout)


def okta_names_what_it_leaves_out():
    contains(run_import("okta", "okta_left_out.json").stderr,
             'okta_left_out.json:6:42: warning[scope-unknown]: trusted_origins[3].scopes[1].type = '
             '"FUTURE"')
    contains(run_import("okta", "okta_repeated.json").stderr,
             'warning[record-repeated]: trusted_origins[1].origin = "https://shop.example.com"\n'
             '    trusted_origins[0] has the same origin and another status: it is granted as long '
             'as one is ACTIVE; keep one of them')
    many = [{"name": "a", "origin": "https://a.example", "status": "ACTIVE",
             "scopes": [{"type": "CORS"}, *[{"type": "FUTURE"}] * 1000]}]
    answer = run_import("okta", "-", given=json.dumps(many).encode())
    equal((answer.returncode, len(told(answer))), (3, 101))
    contains(answer.stderr, "1000 scopes are of a type")


def okta_away():
    with Okta() as okta:
        url = okta.url
    answer = run_import("okta", "--url", url)
    equal((answer.returncode, answer.stdout), (4, ""), answer.stderr)
    contains(answer.stderr, "nothing was imported")


def okta_refuses():
    with Okta(status=401) as okta:
        answer = run_import("okta", "--url", okta.url, "--token-env", "OKTA_TOKEN",
                            env={"OKTA_TOKEN": "TOP-SECRET-VALUE"})
    assert answer.returncode in (1, 4), answer.returncode
    equal(answer.stdout, "")
    contains(answer.stderr, "401")
    contains(answer.stderr, "renew the token in the variable of --token-env")
    assert "token_scheme" not in answer.stderr, answer.stderr
    with Okta(status=401) as okta:
        answer = run_import("okta", "--url", okta.url)
    contains(answer.stderr, "name the variable that has the token with --token-env")


# description, arguments, part of standard error
SLIPS = [
    ("no file", ["okta"], "file is required"),
    ("no system", [], "system is required"),
    ("a system that there is not", ["apache", "x"], "apache"),
    ("a running nginx", ["nginx", "--url", "http://127.0.0.1:1/"], "only okta"),
    ("a token without a place", ["okta", "x", "--token-env", "T"], "--url"),
    ("a file and a place", ["okta", "x", "--url", "http://127.0.0.1:1/"], "--url"),
    ("a variable that is not set",
     ["okta", "--url", "http://127.0.0.1:1/", "--token-env", "NO_SUCH_VARIABLE"], "--token-env"),
    ("a variable that is empty",
     ["okta", "--url", "http://127.0.0.1:1/", "--token-env", "EMPTY_VARIABLE"], "is set and empty"),
    ("plain http to another machine", ["okta", "--url", "http://org.example/"], "--url"),
]


def slip_row(arguments, part):
    answer = run_import(*arguments, env={"EMPTY_VARIABLE": ""})
    equal((answer.returncode, answer.stdout), (1, ""), answer.stderr)
    contains(answer.stderr, part)


def main():
    cases = Cases()
    for description, system, sample, status, problems in ROWS:
        cases.add(description, import_row, system, sample, status, problems)
    cases.add("every sample has a row", every_sample_has_a_row)
    cases.add("- is standard input", standard_input_is_a_file)
    cases.add("--out is replaced on success only", out_is_replaced_on_success_only)
    cases.add("Okta live, in two pages", okta_live)
    cases.add("Okta's scopes and records by their names", okta_names_what_it_leaves_out)
    cases.add("Okta does not answer", okta_away)
    cases.add("Okta refuses the token", okta_refuses)
    for description, arguments, part in SLIPS:
        cases.add(description, slip_row, arguments, part)
    cases.run()


if __name__ == "__main__":
    main()
