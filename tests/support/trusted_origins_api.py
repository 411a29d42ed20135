"""A client of the Trusted Origins API."""
import http.client
import json

from tap import equal
from waiting import DEADLINE

LIST = "/api/v1/trustedOrigins"


class Api:
    """Asks the API, each time on a connection of its own: the server ends one that is idle for a
    second, and on a busy machine that may be just when the next request is on its way."""

    def __init__(self, server, token=None):
        self.connection = http.client.HTTPConnection("127.0.0.1", int(server.admin),
                                                     timeout=DEADLINE)
        self.headers = {"Authorization": "SSWS " + (token or server.token),
                        "Accept": "application/json", "Connection": "close"}
        self.answered = None  # the headers of the last answer

    def ask(self, method, path=LIST, record=None):
        """Status and what the body says."""
        headers = dict(self.headers)
        body = None
        if record is not None:
            body = json.dumps(record)
            headers["Content-Type"] = "application/json"
        elif method == "POST":
            headers["Content-Length"] = "0"
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        text = answer.read()
        self.answered = answer.headers
        return answer.status, json.loads(text) if text else None

    def effects(self):
        """What the last answer said of its records: without effect, still in effect."""
        return tuple(self.answered.get_all(f"X-Corsac-{name}", [])
                     for name in ("Without-Effect", "Still-In-Effect"))

    def make(self, name, *types):
        status, record = self.ask("POST", record=record_of(name, *types))
        equal(status, 200, record)
        return record

    def change(self, record, what):
        status, changed = self.ask("POST", f"{LIST}/{record['id']}/lifecycle/{what}")
        equal(status, 200, changed)
        return changed

    def all(self):
        """Every record, by its id."""
        found, after = {}, ""
        while True:
            self.connection.request("GET", LIST + "?limit=200" + after, headers=self.headers)
            answer = self.connection.getresponse()
            page = json.loads(answer.read())
            equal(answer.status, 200, page)
            found.update((record["id"], record) for record in page)
            nexts = [line for line in answer.headers.get_all("Link") if 'rel="next"' in line]
            if not nexts:
                return found
            after = "&after=" + nexts[0].split("after=")[1].split("&")[0].split(">")[0]


def record_of(name, *types):
    return {"name": name, "origin": f"https://{name}.example",
            "scopes": [{"type": kind} for kind in types or ["CORS"]]}
