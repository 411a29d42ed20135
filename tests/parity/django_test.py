"""Debian's django-cors-headers beside our profile "django": see parity_run.py."""
import re

from parity_run import Answer, Difference, Request, Run, is_origin, of_application, pick

LISTED = ["https://app.example.com", "http://127.0.0.1:8080", "https://[::1]:8443",
          "http://plain.example.com", "https://app.example.com:8443", "capacitor://localhost",
          "https://Upper.Example.com", "null", "file://"]
# Pattern, and what it is there for.
WHOLE = r"^https://[a-z0-9-]+\.preview\.example\.com(:[0-9]+)?$"
OPEN_END = r"^https://[a-z]+\.example\.org"
ANY_DOMAIN = r"^https?://.+$"
ANY_CASE = r"(?i)^https://case\.example\.com$"
PATHS = [None, r"^.*$", r"^/api/.*$", r"^/api/", r"^/(api|public)/"]

ORIGINS = LISTED + [
    "https://a.preview.example.com", "https://a.preview.example.com:443",
    "https://a.preview.example.com:9000", "https://a.preview.example.com.evil.example",
    "https://app.example.org", "https://app.example.org.evil.example", "https://evil.example",
    "http://evil.example", "https://case.example.com", "https://CASE.example.com",
    "https://app.example.com:443", "https://app.example.com/", "https://app.example.com/path",
    "HTTPS://app.example.com", "https://APP.example.com", "file:///etc/passwd", "garbage",
    "app.example.com", "https://", "https://[", "https://user@app.example.com", ""]
TARGETS = ["/api/items", "/api/", "/api", "/public/keys", "/other", "/", "/apiary/x"]
AMBIGUOUS = ["/api//items", "/api/../other", "/other/../api/x", "/api/%2e%2e/x", "/api/a%2Fb",
             "//api/x"]
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
HEADER_LISTS = ["content-type", "x-csrftoken", "X-Other", "content-type,x-csrftoken",
                "Content-Type , X-Other", ",,content-type,", "bad name", ""]
# What an application says itself; of Access-Control-* no value is one of the middleware's.
OWN_ORIGIN = ("Access-Control-Allow-Origin", "https://handler.example")
OWN = [OWN_ORIGIN, ("Access-Control-Allow-Credentials", "true"),
       ("Access-Control-Expose-Headers", "X-Handler"), ("Access-Control-Max-Age", "1"),
       ("Access-Control-Allow-Methods", "HANDLER"), ("Timing-Allow-Origin", "*")]
VARY = ["Cookie", "Accept, Accept-Language", "origin", "Cookie,Origin", "*"]


def configuration(chance):
    config = {}
    if pick(chance, (1, True), (3, False)):
        config["CORS_ALLOW_ALL_ORIGINS"] = True
    config["CORS_ALLOWED_ORIGINS"] = chance.sample(LISTED, chance.randint(0, 4))
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
    elif set(config.get("CORS_ALLOWED_ORIGINS", [])) == {"http://plain.example.com"}:
        found["dangerously_allow_insecure_origins"] = (
            'allowed_origins = ["http://plain.example.com"]\n'
            "dangerously_allow_insecure_origins = true")
    return found


def request(chance, _):
    headers = []
    origin = pick(chance, (1, None), (8, chance.choice(ORIGINS)))
    if origin is not None:
        headers.append((pick(chance, (3, "Origin"), (1, "origin")), origin))
    if origin and chance.random() < 0.03:  # of an empty one cpp-httplib 0.11.4 hides the line
        headers.append(("Origin", chance.choice(ORIGINS[:-1])))
    if pick(chance, (3, True), (1, False)):  # a preflight, more often than not
        method = pick(chance, (2, "OPTIONS"), (2, chance.choice(METHODS)))
        asked = pick(chance, (8, chance.choice(METHODS)), (2, "PURGE"), (1, "get"), (1, ""))
        headers.append(("Access-Control-Request-Method", asked))
        if chance.random() < 0.5:
            headers.append(("Access-Control-Request-Headers", chance.choice(HEADER_LISTS)))
        if chance.random() < 0.3:
            headers.append(("Access-Control-Request-Private-Network", "true"))
    else:
        method = chance.choice(METHODS)
    own = []
    if chance.random() < 0.3:
        own.append(("Vary", chance.choice(VARY)))
    if chance.random() < 0.2:
        own += chance.sample(OWN, chance.randint(1, len(OWN)))
    status = pick(chance, (6, 200), (1, 302), (1, 401), (1, 404), (1, 500))
    if status == 302:
        own.append(("Location", "/sign-in"))
    chance.shuffle(headers)
    path = pick(chance, (12, chance.choice(TARGETS)), (1, chance.choice(AMBIGUOUS)))
    return Request(method, path, headers, status, own)


def is_covered(case):
    """Whether Django's middleware looks at this path; it sees what the URL means."""
    return case.request.path is not None and re.match(
        case.config.get("CORS_URLS_REGEX", "^.*$"), decoded(case.request.path)) is not None


def decoded(path):
    return path.replace("%2e", ".").replace("%2F", "/")


def has_credentials(case):
    return case.config.get("CORS_ALLOW_CREDENTIALS", False)


def is_switched(case):
    return bool(case.switches)


def allows_all(case):
    return case.config.get("CORS_ALLOW_ALL_ORIGINS", False)


def is_djangos_preflight(case):
    return (case.request.method == "OPTIONS" and
            case.request.header("access-control-request-method") is not None)


def where_covered(change):
    """Nothing is changed on other paths, nor where the path alone says what ours is."""
    def changed(case, answer):
        if is_covered(case) and not case.is_ambiguous():
            change(case, answer)
    return changed


# The changes, in the order in which they are made.


def ambiguous_path(case, answer):
    if not case.is_ambiguous():
        return
    if is_djangos_preflight(case) and case.sees("access-control-request-method"):
        ours = Answer(200, {"content-length": "0"}, "")
    else:
        ours = of_application(case.request)
    ours.drop_grants()
    ours.drop("timing-allow-origin")
    ours.add_vary("origin")
    answer.status, answer.headers, answer.body = ours.status, ours.headers, ours.body


@where_covered
def empty_requested_method(case, answer):
    if not is_djangos_preflight(case):
        return
    if case.sees("access-control-request-method"):
        return
    ours = of_application(case.request)
    ours.headers.update({name: answer.headers[name] for name in answer.grants()})
    ours.add_vary("origin")
    answer.status, answer.headers, answer.body = ours.status, ours.headers, ours.body


@where_covered
def preflight_content_type(case, answer):
    if is_djangos_preflight(case):
        if answer.headers.get("content-type") == "text/html; charset=utf-8":
            answer.drop("content-type")


@where_covered
def handler_headers(case, answer):
    for name, value in case.request.own:
        name = name.lower()
        if name == "vary" or answer.headers.get(name) != value:
            continue
        if name == "access-control-allow-credentials" and has_credentials(case) and is_parsed(case):
            continue  # the middleware's own
        if name.startswith("access-control-") or name == "timing-allow-origin":
            answer.drop(name)


def is_parsed(case):
    """Whether Django goes on behind the Origin."""
    origin = ",".join(case.request.lines_of("origin"))
    return origin not in ("", "https://[")


@where_covered
def credentials_of_refused(case, answer):
    if not answer.is_granted():
        answer.drop("access-control-allow-credentials")


def origin_text(case):
    return ",".join(case.request.lines_of("origin"))


def is_listed_by_django(case, origin):
    return origin in case.config.get("CORS_ALLOWED_ORIGINS", [])


@where_covered
def any_with_credentials(case, answer):
    if answer.is_granted() and allows_all(case) and has_credentials(case):
        if not is_switched(case):
            answer.drop_grants()


@where_covered
def malformed_origin(case, answer):
    origin = origin_text(case)
    if case.is_constant() or not answer.is_granted() or is_origin(origin):
        return
    if origin not in ("null", "file://") or origin not in case.policy.get("allowed_origins", []):
        answer.drop_grants()


@where_covered
def null_with_credentials(case, answer):
    if origin_text(case) == "null" and has_credentials(case) and not allows_all(case):
        answer.drop_grants()


@where_covered
def insecure_with_credentials(case, answer):
    origin = origin_text(case)
    if not has_credentials(case) or allows_all(case) or not is_listed_by_django(case, origin):
        return
    if origin.startswith("http://plain.") and not is_switched(case):
        answer.drop_grants()


@where_covered
def pattern_with_credentials(case, answer):
    """The pattern was left out, and nothing else grants the origin."""
    if answer.is_granted() and has_credentials(case) and not case.is_granted():
        patterns = case.config.get("CORS_ALLOWED_ORIGIN_REGEXES", [])
        if any(re.match(p, origin_text(case)) and
               p not in case.policy.get("allowed_origin_regexes", []) for p in patterns):
            answer.drop_grants()


@where_covered
def pattern_open_end(case, answer):
    if answer.is_granted() and not case.is_granted():
        if OPEN_END in case.config.get("CORS_ALLOWED_ORIGIN_REGEXES", []):
            if re.match(OPEN_END, origin_text(case)):
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
    if case.is_constant() and not answer.is_granted():
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
    listed = case.policy.get("allowed_origins", [])
    if (case.config.get("CORS_ALLOW_PRIVATE_NETWORK") and asks and answer.is_granted() and
            case.is_preflight() and origin_text(case) in listed and origin_text(case) != "null"):
        answer.headers["access-control-allow-private-network"] = "true"


DIFFERENCES = [
    Difference("django-ambiguous-path", ambiguous_path),
    Difference("django-empty-requested-method", empty_requested_method),
    Difference("django-preflight-content-type", preflight_content_type),
    Difference("django-handler-headers", handler_headers),
    Difference("django-credentials-of-refused", credentials_of_refused),
    Difference("django-any-with-credentials", any_with_credentials, ("origin-any-credentials",)),
    Difference("django-null-with-credentials", null_with_credentials,
               ("null-credentials",)),
    Difference("django-malformed-origin", malformed_origin, ("origin-upper-case",)),
    Difference("django-insecure-with-credentials", insecure_with_credentials,
               ("origin-insecure-credentials",)),
    Difference("django-pattern-with-credentials", pattern_with_credentials, ("regex-open",)),
    Difference("django-pattern-open-end", pattern_open_end, ("regex-open-end",)),
    Difference("django-any-without-origin", any_without_origin),
    Difference("django-empty-list", empty_lists),
    Difference("django-private-network", private_network),
]


if __name__ == "__main__":
    Run("django", DIFFERENCES, configuration, request, ("setting-shadowed",)).main()
