"""A request, an answer, and a request under a configuration of the peer."""
import dataclasses
import re
import shlex
from urllib.parse import quote

HOST = "api.example.com"
BODY = "the application\n"
# What a page's origin may look like on the wire, as far as these tests have them.
ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://(\[[0-9a-f:]+\]|[a-z0-9.-]+)(:[1-9][0-9]*)?")
DEFAULT_PORT = re.compile(r"http:.*:80|https:.*:443")
AMBIGUOUS = re.compile(r"[^/]|.*(//|\\|%2f|%5c|%2e|%u|%[01][0-9a-f]|/\.\.?(/|$))", re.I)


@dataclasses.dataclass
class Request:
    """`headers` are lines in their order; `status` and `own`, lines too, are the application's."""
    method: str
    path: str
    headers: list
    status: int = 200
    own: list = dataclasses.field(default_factory=list)

    def lines_of(self, name):
        return [value for other, value in self.headers if other.lower() == name]

    def header(self, name):
        """Of several lines the first; None without one."""
        return next(iter(self.lines_of(name)), None)

    def target(self):
        query = [f"status={self.status}"] if self.status != 200 else []
        query += [f"h={quote(name)}:{quote(value)}" for name, value in self.own]
        return self.path + ("?" + "&".join(query) if query else "")

    def without_own(self, is_left_out):
        """The same to an application that does not set the headers of which `is_left_out(name)`."""
        own = [(name, value) for name, value in self.own if not is_left_out(name)]
        return dataclasses.replace(self, own=own)

    def all_headers(self):
        has_length = self.method in ("POST", "PUT", "PATCH", "DELETE")
        return [("Host", HOST), *self.headers, *([("Content-Length", "0")] if has_length else [])]

    def bytes(self):
        lines = [f"{self.method} {self.target()} HTTP/1.1"]
        lines += [f"{name}: {value}" for name, value in self.all_headers()]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    def curl(self):
        words = ["curl", "-i", "--path-as-is", "-X", self.method]
        for name, value in self.all_headers():
            words += ["-H", f"{name}: {value}" if value else f"{name};"]
        return shlex.join(words + ["http://127.0.0.1:PORT" + self.target()])


@dataclasses.dataclass
class Answer:
    """`headers` by lower-case name; of several lines joined with a line break, so that a doubled
    header is none of one line."""
    status: int
    headers: dict
    body: str

    def is_granted(self):
        return "access-control-allow-origin" in self.headers

    def grants(self):
        return [name for name in self.headers if name.startswith("access-control-")]

    def become(self, other):
        self.status, self.headers, self.body = other.status, dict(other.headers), other.body

    def drop(self, *names):
        for name in names:
            self.headers.pop(name, None)

    def drop_grants(self):
        self.drop(*self.grants())

    def add_vary(self, *names):
        """As both do: merged, `*` is left alone."""
        there = vary_names(self.headers.get("vary", ""))
        if names and "*" not in there:
            self.headers["vary"] = ", ".join(there + [n for n in names if n not in there])

    def compared(self):
        """Vary is a set of names in any case."""
        headers = dict(self.headers)
        if "vary" in headers:
            headers["vary"] = ", ".join(sorted(vary_names(headers["vary"])))
        return {"status": self.status, "body": self.body, **headers}


def is_cors_header(name):
    return name.lower().startswith("access-control-") or name.lower() == "timing-allow-origin"


def vary_names(text):
    return [name.strip().lower() for name in text.split(",") if name.strip()]


def of_application(request):
    """What the application says by itself, as the peers' and ours do."""
    headers = {"content-type": "text/plain", "content-length": str(len(BODY))}
    headers.update({name.lower(): value for name, value in request.own})
    return Answer(request.status, headers, "" if request.method == "HEAD" else BODY)


@dataclasses.dataclass
class Case:
    """One request under one configuration of the peer, and the names of the switches that are set
    in the policy. The policy does not stand here: what it is must follow from the configuration."""
    config: dict
    switches: set
    request: Request
    drops_empty_headers: bool
    ask_peer: object  # its answer to another request, under the same configuration

    def is_switched(self, *names):
        return any(name in self.switches for name in names)

    def is_preflight(self):
        """By its form, as our host sees it."""
        return (self.request.method == "OPTIONS" and
                self.sees("access-control-request-method") and self.sees("origin"))

    def sees(self, name):
        lines = self.request.lines_of(name)
        return any(lines) if self.drops_empty_headers else bool(lines)

    def as_if_handler_set_no_cors(self, answer):
        """Makes of the peer's answer the one that it gives when the application says nothing itself
        about CORS."""
        if any(is_cors_header(name) for name, _ in self.request.own):
            answer.become(self.ask_peer(self.request.without_own(is_cors_header)))


def is_ambiguous(path):
    """Whether a router and a policy may read it differently: the policy document, 2."""
    return AMBIGUOUS.match(path) is not None


def is_origin(text):
    return ORIGIN.fullmatch(text) is not None and not DEFAULT_PORT.fullmatch(text)
