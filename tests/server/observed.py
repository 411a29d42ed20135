"""`corsac serve` with a policy that shows everything there is to see: debug, a rule that marks, one
that only counts, and a candidate."""
import http.client
import json

from server_process import ServerProcess
from waiting import until

POLICY = """
version = 1
[cors]
debug = true
allowed_origins = ["https://app.example.com"]
allowed_methods = ["GET", "PUT"]
[hosts]
allowed = ["127.0.0.1:*"]
[[cors.rules]]
name = "trial"
paths = ["/api/echo"]
report_only = true
[[cors.rules]]
name = "open house"
paths = ["/api/vary"]
on_denied = "mark"
[shadow]
file = "next.toml"
"""
NEXT = """
version = 1
[cors]
allowed_origins = ["https://new.example.com"]
allowed_methods = ["GET", "PUT"]
"""
APP, NEW, EVIL = "https://app.example.com", "https://new.example.com", "https://evil.example"


class Observed(ServerProcess):
    def __init__(self, program, policy=POLICY, following=NEXT):
        super().__init__(program, 'plugin = "toml"\nfile = "policy.toml"',
                         [("policy.toml", policy), ("next.toml", following)])

    def ask(self, port, method, path, headers=()):
        """Status, headers in lower case, body."""
        connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=30)
        try:
            connection.request(method, path, headers=dict(headers))
            answer = connection.getresponse()
            return (answer.status, {name.lower(): value for name, value in answer.getheaders()},
                    answer.read())
        finally:
            connection.close()

    def page(self, origin, path="/api/hello", method="GET"):
        """The status of a request of this origin; "" = none."""
        return self.ask(self.port, method, path, [("Origin", origin)] if origin else [])[0]

    def get(self, path):
        status, _, body = self.ask(self.admin, "GET", path,
                                   [("Authorization", f"Bearer {self.token}")])
        assert status == 200, (path, status, body)
        return body

    def get_json(self, path):
        return json.loads(self.get(path))

    def wait_shadow(self):
        """Until requests are compared with the candidate."""
        def is_compared():
            self.page(APP)
            shadow = self.get_json("/api/status")["shadow"]
            return shadow and shadow["compared"]
        until(is_compared, self.log_text)

    def meet_every_series(self):
        """One request of each kind."""
        self.wait_shadow()
        for origin in (APP, NEW, EVIL, ""):
            for path in ("/api/hello", "/api/echo", "/api/vary?v=Accept", "/api/own-cors"):
                self.page(origin, path)
