"""Debian's django-cors-headers beside our profile "django": see parity_run.py."""
import re

import parity_generate
from parity_case import (BODY, Answer, is_ambiguous, is_cors_header, is_origin, of_application,
                         vary_names)
from parity_generate import origins_to_list, pick
from parity_run import Difference, Run

LISTED = ["https://app.example.com", "http://127.0.0.1:8080", "https://[::1]:8443",
          "http://plain.example.com", "https://app.example.com:8443", "capacitor://localhost",
          "https://Upper.Example.com", "null", "file://"]
COMPARED = "https://*.example.net"  # no pattern there: only that text is it
WHOLE = r"^https://[a-z0-9-]+\.preview\.example\.com(:[0-9]+)?$"
OPEN_END = r"^https://[a-z]+\.example\.org"
ANY_DOMAIN = r"^https?://.+$"
ANY_CASE = r"(?i)^https://case\.example\.com$"
PATHS = [None, r"^.*$", r"^/api/.*$", r"^/api/", r"^/(api|public)/"]

ORIGINS = LISTED + [
    "https://a.preview.example.com", "https://a.preview.example.com:443",
    "https://a.preview.example.com:9000", "https://a.preview.example.com.evil.example",
    "https://app.example.org", "https://app.example.org.evil.example", "https://evil.example",
    "https://a.example.net",
    "http://evil.example", "https://case.example.com", "https://CASE.example.com",
    "https://app.example.com:443", "https://app.example.com/", "https://app.example.com/path",
    "HTTPS://app.example.com", "https://APP.example.com", "file:///etc/passwd", "garbage",
    "app.example.com", "https://", "https://[", "https://user@app.example.com", ""]
TARGETS = ["/api/items", "/api/", "/api", "/public/keys", "/other", "/", "/apiary/x"]
AMBIGUOUS = ["/api//items", "/api/../other", "/other/../api/x", "/api/%2e%2e/x", "/api/a%2Fb",
             "//api/x"]
HEADER_LISTS = ["content-type", "x-csrftoken", "X-Other", "content-type,x-csrftoken",
                "Content-Type , X-Other", ",,content-type,", "bad name", ""]


def configuration(chance):
    config = {}
    if pick(chance, (1, True), (3, False)):
        config["CORS_ALLOW_ALL_ORIGINS"] = True
    config["CORS_ALLOWED_ORIGINS"] = chance.sample(LISTED + [COMPARED], chance.randint(0, 5))
    config["CORS_ALLOWED_ORIGIN_REGEXES"] = chance.sample(
        [WHOLE, OPEN_END, ANY_DOMAIN, ANY_CASE], pick(chance, (3, 0), (2, 1), (1, 2)))
    # The defaults of 3.14 are not those of today, nor ours.
    config["CORS_ALLOW_METHODS"] = pick(
        chance, (3, ["DELETE", "GET", "OPTIONS", "PATCH", "POST", "PUT"]), (2, ["GET", "PURGE"]),
        (1, []))
    config["CORS_ALLOW_HEADERS"] = pick(
        chance, (3, ["accept", "authorization", "content-type", "x-csrftoken"]), (2, ["X-Other"]),
        (1, []))
    if chance.random() < 0.5:
        config["CORS_EXPOSE_HEADERS"] = pick(chance, (2, ["X-Request-Id"]), (2, ["X-A", "x-b"]),
                                             (1, []))
    if chance.random() < 0.5:
        config["CORS_ALLOW_CREDENTIALS"] = chance.random() < 0.7
    if chance.random() < 0.7:
        config["CORS_PREFLIGHT_MAX_AGE"] = pick(chance, (1, 0), (2, 600), (1, 1_000_000))
    if chance.random() < 0.4:
        config["CORS_ALLOW_PRIVATE_NETWORK"] = True
    paths = chance.choice(PATHS)
    if paths:
        config["CORS_URLS_REGEX"] = paths
    return config, config, switches(chance, config)


def switches(chance, config):
    """Those of the page that say something here, at random."""
    found = {}
    if not config.get("CORS_ALLOW_CREDENTIALS") or chance.random() < 0.5:
        return found
    if config.get("CORS_ALLOW_ALL_ORIGINS"):
        found["dangerously_echo_any_origin"] = (
            'allowed_origins = ["*"]\ndangerously_echo_any_origin = true')
    elif "http://plain.example.com" in config["CORS_ALLOWED_ORIGINS"]:
        origins = origins_to_list(config["CORS_ALLOWED_ORIGINS"], "file://")
        found["dangerously_allow_insecure_origins"] = (
            f"allowed_origins = {origins}\ndangerously_allow_insecure_origins = true")
    return found


def request(chance):
    path = pick(chance, (12, chance.choice(TARGETS)), (1, chance.choice(AMBIGUOUS)))
    return parity_generate.request(chance, ORIGINS, HEADER_LISTS, path)


def is_covered(case):
    """Whether Django's middleware looks at this path; it sees what the URL means."""
    path = case.request.path.replace("%2e", ".").replace("%2F", "/")
    return re.match(case.config.get("CORS_URLS_REGEX", "^.*$"), path) is not None


def is_closed(case):
    """Whether ours has rules about paths, and cannot tell which one this is."""
    has_rules = case.config.get("CORS_URLS_REGEX", "^.*$") != "^.*$"
    return has_rules and is_ambiguous(case.request.path)


def origin_text(case):
    """As wsgiref joins repeated lines."""
    return ",".join(case.request.lines_of("origin"))


def has_credentials(case):
    return case.config.get("CORS_ALLOW_CREDENTIALS", False)


def allows_all(case):
    return case.config.get("CORS_ALLOW_ALL_ORIGINS", False)


def is_listed(case, origin):
    return origin in case.config["CORS_ALLOWED_ORIGINS"]


def patterns(case):
    return case.config["CORS_ALLOWED_ORIGIN_REGEXES"]


def is_constant(case):
    """Whether `*` goes out, whoever asks."""
    return allows_all(case) and not has_credentials(case)


def is_djangos_preflight(case):
    return (case.request.method == "OPTIONS" and
            case.request.header("access-control-request-method") is not None)


def where_covered(change):
    """Nothing is changed on other paths, nor where the path alone says what ours is."""
    def changed(case, answer):
        if is_covered(case) and not is_closed(case):
            change(case, answer)
    return changed


# The changes, in the order in which they are made.


def ambiguous_path(case, answer):
    if not is_closed(case):
        return
    if is_djangos_preflight(case) and case.sees("access-control-request-method"):
        ours = Answer(200, {"content-length": "0"}, "")
    else:
        ours = of_application(case.request.without_own(is_cors_header))
    ours.add_vary("origin")
    answer.become(ours)


@where_covered
def empty_requested_method(case, answer):
    if not is_djangos_preflight(case):
        return
    if case.sees("access-control-request-method"):
        return
    ours = of_application(case.request.without_own(is_cors_header))
    ours.headers.update({name: answer.headers[name] for name in answer.grants()})
    ours.add_vary("origin")
    answer.become(ours)


@where_covered
def preflight_content_type(case, answer):
    if is_djangos_preflight(case):
        if answer.headers.get("content-type") == "text/html; charset=utf-8":
            answer.drop("content-type")


@where_covered
def handler_headers(case, answer):
    case.as_if_handler_set_no_cors(answer)


@where_covered
def credentials_of_refused(case, answer):
    if not answer.is_granted():
        answer.drop("access-control-allow-credentials")


@where_covered
def any_with_credentials(case, answer):
    if allows_all(case) and has_credentials(case) and not case.is_switched(
            "dangerously_echo_any_origin"):
        answer.drop_grants()


@where_covered
def malformed_origin(case, answer):
    origin = origin_text(case)
    is_literal = origin in ("null", "file://") and is_listed(case, origin) and not allows_all(case)
    if not is_constant(case) and not is_origin(origin) and not is_literal:
        answer.drop_grants()


@where_covered
def null_with_credentials(case, answer):
    if origin_text(case) == "null" and has_credentials(case) and not allows_all(case):
        answer.drop_grants()


@where_covered
def insecure_with_credentials(case, answer):
    origin = origin_text(case)
    if not has_credentials(case) or allows_all(case) or not is_listed(case, origin):
        return
    if origin.startswith("http://plain.") and not case.is_switched(
            "dangerously_allow_insecure_origins"):
        answer.drop_grants()


def is_matched(origin, allowed):
    return any(re.fullmatch(pattern, origin) for pattern in allowed)


@where_covered
def pattern_with_credentials(case, answer):
    """ANY_DOMAIN and ANY_CASE are left out, and neither the list nor another pattern has it."""
    origin = origin_text(case)
    if not has_credentials(case) or allows_all(case) or is_listed(case, origin):
        return
    left_out = {ANY_DOMAIN, ANY_CASE} & set(patterns(case))
    if is_matched(origin, left_out) and not is_matched(origin, set(patterns(case)) - left_out):
        answer.drop_grants()


@where_covered
def pattern_open_end(case, answer):
    """Only the start of the origin matches, and neither the list nor another pattern has it."""
    origin = origin_text(case)
    if OPEN_END not in patterns(case) or allows_all(case) or is_listed(case, origin):
        return
    if re.match(OPEN_END, origin) and not is_matched(origin, patterns(case)):
        answer.drop_grants()


def grants_of(case):
    """What the profile grants an origin, by the configuration."""
    config = case.config
    exposed = config.get("CORS_EXPOSE_HEADERS", [])
    found = {"access-control-allow-origin": "*"}
    if exposed:
        found["access-control-expose-headers"] = ", ".join(exposed)
    if case.request.method == "OPTIONS":
        found["access-control-allow-methods"] = ", ".join(config["CORS_ALLOW_METHODS"])
        found["access-control-allow-headers"] = ", ".join(config["CORS_ALLOW_HEADERS"])
        age = config.get("CORS_PREFLIGHT_MAX_AGE", 86400)
        if age:
            found["access-control-max-age"] = str(age)
    return found


@where_covered
def any_without_origin(case, answer):
    if is_constant(case) and not answer.is_granted():
        answer.headers.update(grants_of(case))


@where_covered
def empty_lists(_, answer):
    for name in ("access-control-allow-methods", "access-control-allow-headers"):
        if answer.headers.get(name) == "":
            answer.drop(name)


@where_covered
def private_network(case, answer):
    """3.14 does not know it. Later ones answer whatever is granted; ours an exact origin."""
    asks = case.request.header("access-control-request-private-network") == "true"
    is_exact = is_listed(case, origin_text(case)) and origin_text(case) != "null"
    if (case.config.get("CORS_ALLOW_PRIVATE_NETWORK") and asks and is_exact and
            case.is_preflight() and answer.is_granted() and not allows_all(case)):
        answer.headers["access-control-allow-private-network"] = "true"


DIFFERENCES = [
    Difference("django-ambiguous-path", ambiguous_path),
    Difference("django-handler-headers", handler_headers),
    Difference("django-empty-requested-method", empty_requested_method, is_of_host=True),
    Difference("django-preflight-content-type", preflight_content_type),
    Difference("django-credentials-of-refused", credentials_of_refused),
    Difference("django-any-with-credentials", any_with_credentials, ("origin-any-credentials",),
               ("dangerously_echo_any_origin",)),
    Difference("django-null-with-credentials", null_with_credentials,
               ("null-credentials",)),
    Difference("django-malformed-origin", malformed_origin, ("origin-upper-case",)),
    Difference("django-insecure-with-credentials", insecure_with_credentials,
               ("origin-insecure-credentials",), ("dangerously_allow_insecure_origins",)),
    Difference("django-pattern-with-credentials", pattern_with_credentials, ("regex-open",)),
    Difference("django-pattern-open-end", pattern_open_end, ("regex-open-end",)),
    Difference("django-any-without-origin", any_without_origin),
    Difference("django-empty-list", empty_lists),
    Difference("django-private-network", private_network),
]


def is_answered(case, answer):
    """A preflight that the middleware answers."""
    return is_covered(case) and case.is_preflight() and answer.body == ""


def is_granted_by(case, answer, is_in):
    return (answer.is_granted() and not is_constant(case) and is_covered(case) and
            is_in(origin_text(case), case))


def is_refused(case, answer):
    return is_covered(case) and case.sees("origin") and not answer.is_granted()


def is_list(answer, name, names):
    return bool(names) and answer.headers.get(name) == ", ".join(names)


# In answers that are the same as Django's, up to the differences.
FEATURES = [
    ("M40: an exact origin is granted", lambda case, answer: is_granted_by(
        case, answer, lambda origin, c: is_origin(origin) and is_listed(c, origin))),
    ("M42: an origin of a pattern is granted", lambda case, answer: is_granted_by(
        case, answer, lambda origin, c: not is_listed(c, origin) and not allows_all(c))),
    ("M43: all origins are granted, as *", lambda case, answer: allows_all(case) and
     answer.headers.get("access-control-allow-origin") == "*" and case.sees("origin")),
    ("M43: all origins are granted with credentials, each by name", lambda case, answer:
     is_granted_by(case, answer, lambda _, c: allows_all(c) and has_credentials(c))),
    ("M44: other paths are left alone", lambda case, answer: not is_covered(case) and
     case.is_preflight() and "vary" not in answer.headers and answer.body == BODY),
    ("M45: the list of methods is printed, whatever is asked for", lambda case, answer:
     is_answered(case, answer) and
     case.request.header("access-control-request-method") == "DELETE" and
     "DELETE" not in case.config["CORS_ALLOW_METHODS"] and
     is_list(answer, "access-control-allow-methods", case.config["CORS_ALLOW_METHODS"])),
    ("M45: a method that is not listed runs its handler", lambda case, answer:
     is_covered(case) and case.request.method == "DELETE" and answer.is_granted() and
     "DELETE" not in case.config["CORS_ALLOW_METHODS"] and answer.body == BODY),
    ("M46: the list of headers is printed, whatever is asked for", lambda case, answer:
     is_answered(case, answer) and
     case.request.header("access-control-request-headers") == "bad name" and
     is_list(answer, "access-control-allow-headers", case.config["CORS_ALLOW_HEADERS"])),
    ("M47: credentials", lambda case, answer: answer.is_granted() and
     answer.headers.get("access-control-allow-credentials") == "true"),
    ("M48: headers are exposed, on preflights too", lambda case, answer:
     is_answered(case, answer) and
     is_list(answer, "access-control-expose-headers", case.config.get("CORS_EXPOSE_HEADERS"))),
    ("M49: the age of a preflight's answer", lambda case, answer: is_answered(case, answer) and
     answer.headers.get("access-control-max-age") == "600"),
    ("M49: an age of 0 is no header", lambda case, answer: is_answered(case, answer) and
     answer.is_granted() and case.config.get("CORS_PREFLIGHT_MAX_AGE") == 0 and
     "access-control-max-age" not in answer.headers),
    ("M50: the private network", lambda _, answer:
     answer.headers.get("access-control-allow-private-network") == "true"),
    ("M51: a preflight is 200 without a body, whatever the application would say",
     lambda case, answer: is_answered(case, answer) and case.request.status == 401 and
     answer.status == 200 and answer.headers["content-length"] == "0"),
    ("M52: OPTIONS without a requested method is the application's", lambda case, answer:
     is_covered(case) and case.request.method == "OPTIONS" and answer.is_granted() and
     not case.request.lines_of("access-control-request-method") and answer.body == BODY),
    ("M53: a refused preflight is 200 without a grant", lambda case, answer:
     is_refused(case, answer) and is_answered(case, answer) and answer.status == 200 and
     not answer.grants()),
    ("M54: the handler of a refused origin runs", lambda case, answer: is_refused(case, answer) and
     case.request.method == "POST" and answer.body == BODY and not answer.grants()),
    ("M55: Vary stands on every answer, without Origin too", lambda case, answer:
     is_covered(case) and not case.sees("origin") and answer.headers.get("vary") == "Origin"),
    ("M55: Vary is merged, not doubled", lambda case, answer: is_covered(case) and
     ("Vary", "Cookie,Origin") in case.request.own and
     vary_names(answer.headers["vary"]) == ["cookie", "origin"]),
    *[(f"M56: a grant on {status}", lambda case, answer, status=status: answer.is_granted() and
       answer.status == status) for status in (302, 401, 404, 500)],
    ("M57: null where it is listed", lambda case, answer: is_granted_by(
        case, answer, lambda origin, c: origin == "null")),
    ("M57: file:// where it is listed", lambda case, answer: is_granted_by(
        case, answer, lambda origin, c: origin == "file://")),
    ("M58: a malformed Origin does no harm", lambda case, answer: is_refused(case, answer) and
     origin_text(case) == "https://[" and answer.status == case.request.status),
]


if __name__ == "__main__":
    Run("django", DIFFERENCES, configuration, request, FEATURES,
        ("setting-shadowed", "origin-literal-pattern")).main()
