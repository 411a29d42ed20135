"""npm's cors beside what `corsac import express` makes of its options: see parity_run.py."""
import dataclasses
import re

from express_generate import ANY_DOMAIN, ANYWHERE, allowed_headers, configuration, request
from parity_case import BODY, HOST, Answer, is_cors_header, is_origin, of_application, vary_names
from parity_run import Difference, Run


def is_off(case):
    return case.config.get("origin") is False


def origin_text(case):
    """As Node joins repeated lines; None without one."""
    lines = case.request.lines_of("origin")
    return ", ".join(lines) if lines else None


def is_own(case):
    """Our host's name is the page's: over http nothing else proves it."""
    return case.request.lines_of("origin") in (["http://" + HOST], ["https://" + HOST])


def is_any(case):
    """Whether the peer answers `*` to whoever asks."""
    return case.config.get("origin", "*") == "*"


def has_credentials(case):
    return case.config.get("credentials", False)


def success_status(case):
    return case.policy.get("preflight_status", 204)


def is_switched(case, *names):
    return any(name in case.switches for name in names)


def requested_names(case):
    """What ours reads in Access-Control-Request-Headers, as it names it in a grant; None where it
    refuses it."""
    lines = case.request.lines_of("access-control-request-headers")
    value = lines[0] if lines else ""
    names = [element.strip() for element in value.split(",")]
    if names.count("") > 16 or len(names) - names.count("") > 64:
        return None
    allowed = {listed.lower() for listed in case.policy["allowed_headers"]}
    found = []
    for name in filter(None, names):
        name = name.lower()
        if not re.fullmatch("[a-z0-9-]+", name) or not {name, "*"} & allowed:
            return None
        if name not in found:
            found.append(name)
    return found


def is_requested_refused(case):
    """Whether ours refuses the method or a header that a preflight asks for."""
    methods = case.request.lines_of("access-control-request-method")
    if len(methods) != 1:
        return not is_switched(case, "check_requested")
    if is_switched(case, "check_requested"):
        return False
    return (methods[0] not in ["GET", "HEAD", "POST", *case.policy["allowed_methods"]] or
            requested_names(case) is None)


def is_refused(case):
    return case.is_preflight() and (not case.is_granted() or is_requested_refused(case))


def is_own_refused(case):
    """Its preflight is the application's."""
    return is_own(case) and is_refused(case) and not is_switched(case, "same_origin")


def refused_preflight(case):
    """Ours: nothing but Vary, and 403 where no switch says otherwise."""
    headers = {"content-length": "0"}
    status = 403
    if is_switched(case, "refused_preflight_status"):
        status = success_status(case)
    else:
        headers.update({"content-type": "text/plain", "cache-control": "no-store"})
    return Answer(status, headers, "")


def where_on(change):
    """origin: false switches both off, and then they are equal."""
    def changed(case, answer):
        if not is_off(case):
            change(case, answer)
    return changed


def where_preflight(change):
    """For preflights that ours answers, refused ones too."""
    def changed(case, answer):
        if not is_off(case) and case.is_preflight() and not is_own_refused(case):
            change(case, answer)
    return changed


def where_granted(change):
    """For preflights that ours grants."""
    return where_preflight(
        lambda case, answer: None if is_refused(case) else change(case, answer))


# The changes, in the order in which they are made.


@where_on
def handler_headers(case, answer):
    case.as_if_handler_set_no_cors(answer)


@where_on
def other_options(case, answer):
    """OPTIONS that is no preflight is the application's, as a GET is."""
    if case.request.method == "OPTIONS" and not case.is_preflight():
        asked = case.request.without_own(is_cors_header)
        answer.become(case.ask_peer(dataclasses.replace(asked, method="GET")))


@where_on
def handler_vary(case, answer):
    """What the handler says of Vary stands beside the peer's, not in its place."""
    own = [value for name, value in case.request.own if name == "Vary"]
    if not own or "vary" not in answer.headers:
        return
    asked = case.request.without_own(lambda name: is_cors_header(name) or name == "Vary")
    if case.request.method == "OPTIONS" and not case.is_preflight():
        asked = dataclasses.replace(asked, method="GET")
    before = case.ask_peer(asked).headers.get("vary", "")
    if answer.headers["vary"] == own[0] and before:
        answer.add_vary(*vary_names(before))


@where_preflight
def preflight_continued(case, answer):
    if case.config.get("preflightContinue"):
        headers = {name: answer.headers[name] for name in [*answer.grants(), "vary"]
                   if name in answer.headers}
        own = [value for name, value in case.request.own if name == "Vary"]
        if own:
            asked = case.request.without_own(lambda name: is_cors_header(name) or name == "Vary")
            headers.pop("vary", None)
            vary = case.ask_peer(asked).headers.get("vary")
            if vary:
                headers["vary"] = vary
        answer.become(Answer(success_status(case), {"content-length": "0", **headers}, ""))


# Whom the peer grants and ours does not: only Access-Control-Allow-Origin goes here, and the rest of
# the grant below.


def is_origin_granted_there_alone(case, answer):
    return answer.is_granted() and not case.is_granted()


@where_on
def reflected_origin(case, answer):
    """`*` says the same where cookies are not allowed, and caches may keep it."""
    if case.config.get("origin") is not True:
        return
    if has_credentials(case):
        answer.drop("access-control-allow-origin")
        return
    answer.headers["access-control-allow-origin"] = "*"
    vary = [name for name in vary_names(answer.headers.pop("vary", "")) if name != "origin"]
    own = [value for name, value in case.request.own if name == "Vary"]
    if own and not is_answered_by_us(case):
        vary = own
    if vary:
        answer.headers["vary"] = ", ".join(vary)


def is_answered_by_us(case):
    return case.is_preflight() and not is_own_refused(case)


@where_on
def fixed_origin(case, answer):
    """One text is sent to everybody there."""
    origin = case.config.get("origin")
    if isinstance(origin, str) and origin != "*" and not origin.startswith("/"):
        if origin_text(case) != origin:
            answer.drop("access-control-allow-origin")


@where_on
def any_with_credentials(case, answer):
    if is_any(case):
        answer.drop("access-control-allow-credentials")


@where_on
def origin_function(case, answer):
    """There whom it refuses gets no header at all, and no Vary either."""
    if isinstance(case.config.get("origin"), dict):
        answer.drop("access-control-allow-origin")
        answer.add_vary("origin")


@where_on
def null_origin(case, answer):
    if origin_text(case) == "null" and not case.is_granted():
        answer.drop("access-control-allow-origin")


@where_on
def malformed_origin(case, answer):
    if is_origin_granted_there_alone(case, answer) and not is_origin(origin_text(case)):
        answer.drop("access-control-allow-origin")


@where_on
def insecure_with_credentials(case, answer):
    if is_origin_granted_there_alone(case, answer) and has_credentials(case):
        if is_listed(case) and origin_text(case).startswith("http://plain."):
            answer.drop("access-control-allow-origin")


def is_listed(case):
    listed = case.config.get("origin")
    return origin_text(case) in (listed if isinstance(listed, list) else [listed])


def is_matched(case, pattern):
    listed = case.config.get("origin")
    body = pattern[1:pattern.rindex("/")]
    return (pattern in (listed if isinstance(listed, list) else [listed]) and
            re.search(body, origin_text(case)) is not None)


@where_on
def pattern_not_anchored(case, answer):
    if is_origin_granted_there_alone(case, answer) and is_matched(case, ANYWHERE):
        answer.drop("access-control-allow-origin")


@where_on
def pattern_with_credentials(case, answer):
    if is_origin_granted_there_alone(case, answer) and has_credentials(case):
        if is_matched(case, ANY_DOMAIN):
            answer.drop("access-control-allow-origin")


@where_on
def grants_of_refused(case, answer):
    """What stands beside no Access-Control-Allow-Origin grants nothing, and is left out."""
    if not answer.is_granted() and not is_answered_by_us(case):
        answer.drop_grants()


# Preflights.


def our_vary(case):
    by_request = ["access-control-request-method", "access-control-request-headers"]
    return (([] if case.is_constant() else ["origin"]) +
            ([] if is_switched(case, "preflight_vary") else by_request))


@where_preflight
def refused_origin(case, answer):
    if not case.is_granted():
        vary = answer.headers.get("vary")
        answer.become(refused_preflight(case))
        if vary:
            answer.headers["vary"] = vary


@where_preflight
def requested_checked(case, answer):
    if case.is_granted() and is_requested_refused(case):
        vary = answer.headers.get("vary")
        answer.become(refused_preflight(case))
        if vary:
            answer.headers["vary"] = vary


@where_granted
def methods_requested(case, answer):
    if is_switched(case, "methods_answer", "check_requested"):
        return
    method = case.request.header("access-control-request-method")
    answer.drop("access-control-allow-methods")
    if method not in ("GET", "HEAD", "POST"):
        answer.headers["access-control-allow-methods"] = method


def name_requested_headers(case, answer):
    names = requested_names(case)
    answer.drop("access-control-allow-headers")
    if names:
        answer.headers["access-control-allow-headers"] = ",".join(names)


@where_granted
def headers_requested(case, answer):
    if allowed_headers(case.config) is None or is_switched(case, "headers_answer",
                                                           "check_requested"):
        return
    name_requested_headers(case, answer)


@where_granted
def reflected_headers(case, answer):
    if allowed_headers(case.config) is None:
        name_requested_headers(case, answer)


@where_granted
def exposed_on_preflight(case, answer):
    if not is_switched(case, "expose_on_preflight"):
        answer.drop("access-control-expose-headers")


@where_granted
def max_age(case, answer):
    """Browsers keep no answer for longer than a day."""
    if case.config.get("maxAge") == 100_000:
        answer.headers["access-control-max-age"] = "86400"


@where_preflight
def preflight_vary(case, answer):
    answer.drop("vary")
    if our_vary(case):
        answer.headers["vary"] = ", ".join(our_vary(case))


@where_preflight
def length_of_204(_, answer):
    if answer.status == 204:
        answer.drop("content-length")


@where_on
def own_origin(case, answer):
    if is_own_refused(case):
        answer.become(of_application(case.request.without_own(is_cors_header)))
        answer.add_vary(*our_vary(case))


DIFFERENCES = [
    Difference("express-handler-headers", handler_headers),
    Difference("express-other-options", other_options),
    Difference("express-handler-vary", handler_vary),
    Difference("express-preflight-continued", preflight_continued, ("preflight-continued",)),
    Difference("express-reflected-origin", reflected_origin),
    Difference("express-fixed-origin", fixed_origin),
    Difference("express-any-with-credentials", any_with_credentials, ("origin-any-credentials",)),
    Difference("express-origin-function", origin_function, ("code-not-read",)),
    Difference("express-null-origin", null_origin, ("origin-null",), ("allow_null_origin",)),
    Difference("express-malformed-origin", malformed_origin,
               ("origin-upper-case", "origin-trailing-slash")),
    Difference("express-insecure-with-credentials", insecure_with_credentials,
               ("origin-insecure-credentials",), ("dangerously_allow_insecure_origins",)),
    Difference("express-pattern-not-anchored", pattern_not_anchored, ("regex-not-anchored",)),
    Difference("express-pattern-with-credentials", pattern_with_credentials, ("regex-open",)),
    Difference("express-grants-of-refused", grants_of_refused),
    Difference("express-refused-origin", refused_origin, (), ("refused_preflight_status",)),
    Difference("express-requested-checked", requested_checked, (), ("check_requested",)),
    Difference("express-methods-requested", methods_requested, (), ("methods_answer",)),
    Difference("express-headers-requested", headers_requested, (), ("headers_answer",)),
    Difference("express-reflected-headers", reflected_headers),
    Difference("express-exposed-on-preflight", exposed_on_preflight, (), ("expose_on_preflight",)),
    Difference("express-max-age", max_age, ("max-age-range",)),
    Difference("express-preflight-vary", preflight_vary, (), ("preflight_vary",)),
    Difference("express-length-of-204", length_of_204),
    Difference("express-own-origin", own_origin, (), ("same_origin",)),
]


# In answers that are the same as the peer's, up to the differences.
FEATURES = [
    ("an origin is granted on an error", lambda case, answer: answer.status == 500 and
     answer.headers.get("access-control-allow-origin") == "https://app.example.com"),
    ("a preflight is granted", lambda case, answer: case.is_preflight() and answer.is_granted() and
     answer.status == success_status(case) and answer.body == ""),
    ("with origin: false nothing is added", lambda case, answer: is_off(case) and
     case.is_preflight() and "vary" not in answer.headers and answer.body == BODY),
    ("the handler of a refused origin runs", lambda case, answer: case.request.method == "POST" and
     case.sees("origin") and not answer.is_granted() and answer.body == BODY),
]


if __name__ == "__main__":
    Run("express", DIFFERENCES, configuration, request, FEATURES, ("origin-any-not-alone",)).main()
