"""Policies that can be told apart by each answer, and threads that keep asking and judge them all.

Version N of the policy grants `https://app.example` and `https://vN.example`, and exposes
`X-Version-N`. So one answer tells of which version it is, and an answer made of two versions shows.
"""
import http.client
import json
import re
import threading

ALWAYS = "https://app.example"
NEVER = "https://evil.example"


def origin_of(version):
    return f"https://v{version}.example"


def policy(version, more=None):
    """As JSON."""
    document = {"version": 1,
                "cors": {"allowed_origins": [ALWAYS, origin_of(version)],
                         "allowed_methods": ["GET", "PUT"],
                         "exposed_headers": [f"X-Version-{version}"]}}
    document.update(more or {})
    return json.dumps(document)


def policy_toml(version):
    return (f'version = 1\n[cors]\nallowed_origins = ["{ALWAYS}", "{origin_of(version)}"]\n'
            f'allowed_methods = ["GET", "PUT"]\nexposed_headers = ["X-Version-{version}"]\n')


class Expected:
    """Which versions may be answered now; shared by the askers of all servers."""

    def __init__(self, version):
        self.lock = threading.Lock()
        self.low = self.high = version
        self.may_go_back = False

    def allow(self, version):
        """Before a version is written: both are right from now on."""
        with self.lock:
            self.low, self.high = min(self.low, version), max(self.high, version)

    def settle(self, version):
        """When every server has answered with it: only this one is right from now on."""
        with self.lock:
            self.low = self.high = version

    def window(self):
        with self.lock:
            return self.low, self.high


class Asker:
    """Asks one server on one connection, without a pause, until it is stopped."""

    def __init__(self, port, expected):
        self.port, self.expected = int(port), expected
        self.asked, self.wrong, self.seen = 0, [], 0
        self.connection = None
        self.is_stopping = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def stop(self):
        self.is_stopping.set()
        self.thread.join()

    def _run(self):
        questions = [self._actual, self._refused, self._preflight, self._of_a_version]
        while not self.is_stopping.is_set():
            for ask in questions:
                self.asked += 1
                try:
                    fault = ask()
                except Exception as error:  # no answer is a wrong answer
                    self._disconnect()
                    fault = f"no answer: {error!r}"
                if fault and len(self.wrong) < 20:
                    self.wrong.append(f"{ask.__name__}: {fault}")
        self._disconnect()

    def _disconnect(self):
        if self.connection:
            self.connection.close()
            self.connection = None

    def _ask(self, method, headers):
        if self.connection is None:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        self.connection.request(method, "/api/hello", headers=headers)
        answer = self.connection.getresponse()
        answer.read()
        if answer.will_close:
            self._disconnect()
        fields = {}
        for name, value in answer.getheaders():
            fields.setdefault(name.lower(), []).append(value)
        return answer.status, fields

    def _get(self, origin):
        return self._ask("GET", {"Origin": origin})

    @staticmethod
    def _grant_names(fields):
        return sorted(name for name in fields if name.startswith("access-control-"))

    def _actual(self):
        low, _ = self.expected.window()
        status, fields = self._get(ALWAYS)
        _, high = self.expected.window()
        if (status, fields.get("access-control-allow-origin"), fields.get("vary")) != \
                (200, [ALWAYS], ["Origin"]):
            return f"{status} {fields}"
        version = re.fullmatch(r"X-Version-(\d+)",
                               ", ".join(fields.get("access-control-expose-headers", [])))
        if not version:
            return f"exposes {fields.get('access-control-expose-headers')}"
        before, self.seen = self.seen, int(version.group(1))
        if not low <= self.seen <= high:
            return f"version {self.seen}, not {low} to {high}"
        if self.seen < before and not self.expected.may_go_back:
            return f"version {self.seen} after {before}"
        return None

    def _refused(self):
        status, fields = self._get(NEVER)
        granted = self._grant_names(fields)
        if status != 403 or granted or fields.get("vary") != ["Origin"]:
            return f"{status} {fields}"
        return None

    def _preflight(self):
        status, fields = self._ask("OPTIONS", {"Origin": ALWAYS,
                                               "Access-Control-Request-Method": "PUT"})
        seen = (status, fields.get("access-control-allow-origin"),
                fields.get("access-control-allow-methods"))
        return None if seen == (204, [ALWAYS], ["PUT"]) else f"{status} {fields}"

    # The origin of the version that was seen last: granted, as long as that one is the only right.
    def _of_a_version(self):
        asked = self.seen
        low, _ = self.expected.window()
        status, fields = self._get(origin_of(asked))
        _, high = self.expected.window()
        is_granted = "access-control-allow-origin" in fields
        if low == high == asked and not is_granted:
            return f"{origin_of(asked)} is refused: {status} {fields}"
        if is_granted and not low <= asked <= high:
            return f"{origin_of(asked)} is granted, though version {low} to {high} is in force"
        return None
