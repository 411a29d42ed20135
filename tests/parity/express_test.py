"""npm's cors beside what `corsac import express` makes of its options: see parity_run.py."""
import dataclasses
import re

from express_generate import (ANY_DOMAIN, ANYWHERE, WHOLE, allowed_headers, allowed_methods,
                              configuration, request)
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
    return case.config.get("optionsSuccessStatus", 204)


def entries(case):
    """Of the option origin."""
    listed = case.config.get("origin")
    return listed if isinstance(listed, list) else [listed]


def requested_names(case):
    """What ours reads in Access-Control-Request-Headers, as it names it in a grant; None where it
    refuses it."""
    names = [element.strip() for element in
             (case.request.header("access-control-request-headers") or "").split(",")]
    if names.count("") > 16 or len(names) - names.count("") > 64:
        return None
    listed = allowed_headers(case.config)
    allowed = {"*"} if listed is None else {name.lower() for name in listed}
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
    if case.is_switched("check_requested"):
        return methods[0] == ""
    return (len(methods) != 1 or
            methods[0] not in ["GET", "HEAD", "POST", *allowed_methods(case.config)] or
            requested_names(case) is None)


def refuse_preflight(case, answer):
    """Ours: nothing but Vary, and 403 where no switch says otherwise."""
    refused = Answer(403, {"content-length": "0", "content-type": "text/plain",
                           "cache-control": "no-store"}, "")
    if case.is_switched("refused_preflight_status"):
        refused = Answer(success_status(case), {"content-length": "0"}, "")
    if "vary" in answer.headers:
        refused.headers["vary"] = answer.headers["vary"]
    answer.become(refused)


def where_on(change):
    """origin: false switches both off, and then they are equal."""
    def changed(case, answer):
        if not is_off(case):
            change(case, answer)
    return changed


def where_preflight(change):
    return where_on(lambda case, answer: change(case, answer) if case.is_preflight() else None)


def where_granted(change):
    """For preflights that are still granted; the refused ones are made so before."""
    return where_preflight(
        lambda case, answer: change(case, answer) if answer.is_granted() else None)


# The changes, in the order in which they are made.


@where_on
def handler_headers(case, answer):
    case.as_if_handler_set_no_cors(answer)


def as_plain_request(case):
    """What the application is asked when an OPTIONS is no preflight."""
    asked = case.request.without_own(is_cors_header)
    if asked.method == "OPTIONS" and not case.is_preflight():
        asked = dataclasses.replace(asked, method="GET")
    return asked


@where_on
def other_options(case, answer):
    """OPTIONS that is no preflight is the application's, as a GET is."""
    if case.request.method == "OPTIONS" and not case.is_preflight():
        answer.become(case.ask_peer(as_plain_request(case)))


def own_vary(case):
    return [value for name, value in case.request.own if name == "Vary"]


def vary_without_handler(case):
    asked = as_plain_request(case).without_own(lambda name: name == "Vary")
    return vary_names(case.ask_peer(asked).headers.get("vary", ""))


@where_on
def handler_vary(case, answer):
    """What the handler says of Vary stands beside the peer's, not in its place."""
    if own_vary(case) and answer.headers.get("vary") == own_vary(case)[0]:
        answer.add_vary(*vary_without_handler(case))


@where_preflight
def preflight_continued(case, answer):
    if case.config.get("preflightContinue"):
        headers = {name: answer.headers[name] for name in answer.grants()}
        answer.become(Answer(success_status(case), {"content-length": "0", **headers}, ""))
        answer.add_vary(*vary_without_handler(case))


# Whom the peer grants and ours does not: only Access-Control-Allow-Origin goes here, and the rest
# of the grant below.


@where_on
def reflected_origin(case, answer):
    """`*` says the same where cookies are not allowed, and caches may keep it."""
    if case.config.get("origin") is not True:
        return
    if has_credentials(case):
        answer.drop("access-control-allow-origin")
        return
    answer.headers["access-control-allow-origin"] = "*"
    answer.drop("vary")
    answer.add_vary(*[name for name in vary_without_handler(case) if name != "origin"])
    if own_vary(case) and not case.is_preflight():
        answer.headers["vary"] = own_vary(case)[0]


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


def is_listed(case):
    return origin_text(case) is not None and origin_text(case) in entries(case)


def is_matched(case, *patterns):
    """Whether one of these is there, and found in the origin."""
    return any(re.search(pattern[1:pattern.rindex("/")], origin_text(case) or "")
               for pattern in patterns if pattern in entries(case))


def has_origins(case):
    """Whether it compares: a list, a text or a pattern."""
    origin = case.config.get("origin")
    return isinstance(origin, list) or (isinstance(origin, str) and origin != "*")


@where_on
def null_origin(case, answer):
    if origin_text(case) == "null" and has_origins(case):
        if not case.is_switched("allow_null_origin"):
            answer.drop("access-control-allow-origin")


@where_on
def malformed_origin(case, answer):
    origin = origin_text(case)
    if has_origins(case) and origin != "null" and origin and not is_origin(origin):
        answer.drop("access-control-allow-origin")


@where_on
def insecure_with_credentials(case, answer):
    if not has_credentials(case) or case.is_switched("dangerously_allow_insecure_origins"):
        return
    if is_listed(case) and origin_text(case).startswith("http://plain."):
        answer.drop("access-control-allow-origin")


@where_on
def pattern_not_anchored(case, answer):
    if is_matched(case, ANYWHERE) and not is_listed(case) and not is_matched(case, WHOLE):
        if has_credentials(case) or not is_matched(case, ANY_DOMAIN):
            answer.drop("access-control-allow-origin")


@where_on
def pattern_with_credentials(case, answer):
    if has_credentials(case) and is_matched(case, ANY_DOMAIN):
        if not is_listed(case) and not is_matched(case, WHOLE):
            answer.drop("access-control-allow-origin")


@where_on
def grants_of_refused(case, answer):
    """What stands beside no Access-Control-Allow-Origin grants nothing, and is left out."""
    if not answer.is_granted() and not case.is_preflight():
        answer.drop_grants()


# Preflights.


@where_preflight
def refused_origin(case, answer):
    if not answer.is_granted():
        refuse_preflight(case, answer)


@where_granted
def requested_checked(case, answer):
    if is_requested_refused(case):
        refuse_preflight(case, answer)


@where_granted
def methods_requested(case, answer):
    if case.is_switched("methods_answer", "check_requested"):
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
    has_list = allowed_headers(case.config) is not None
    if has_list and not case.is_switched("headers_answer", "check_requested"):
        name_requested_headers(case, answer)


@where_granted
def reflected_headers(case, answer):
    if allowed_headers(case.config) is None:
        name_requested_headers(case, answer)


@where_granted
def exposed_on_preflight(case, answer):
    if not case.is_switched("expose_on_preflight"):
        answer.drop("access-control-expose-headers")


@where_granted
def max_age(case, answer):
    """Browsers keep no answer for longer than a day."""
    if case.config.get("maxAge") == 100_000:
        answer.headers["access-control-max-age"] = "86400"


def our_vary(case):
    """Of a preflight."""
    varies = not is_any(case) and (case.config["origin"] is not True or has_credentials(case))
    by_request = ["access-control-request-method", "access-control-request-headers"]
    return (["origin"] if varies else []) + (
        [] if case.is_switched("preflight_vary") else by_request)


@where_preflight
def preflight_vary(case, answer):
    answer.drop("vary")
    answer.add_vary(*our_vary(case))


@where_preflight
def length_of_204(_, answer):
    if answer.status == 204:
        answer.drop("content-length")


@where_preflight
def own_origin(case, answer):
    """What is refused until here is the application's."""
    if is_own(case) and not answer.is_granted() and not case.is_switched("same_origin"):
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
    Run("express", DIFFERENCES, configuration, request, FEATURES,
        ("origin-any-not-alone", "origin-literal-pattern")).main()
