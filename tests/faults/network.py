"""A network namespace that can be cut off, where the machine permits it."""
import os
import subprocess

from tap import Skip


def run_ip(*words):
    return subprocess.run(["ip", *words], capture_output=True, text=True, check=False)


class CutOff:
    """A namespace with one link to us: `host` is our address on it, `inside` its own."""

    def __init__(self):
        number = os.getpid() % 4000
        self.name, self.link = f"corsac{number}", f"corsac{number}"
        network = f"10.{200 + number // 1000}.{number % 1000 // 4}"
        self.host, self.inside = network + ".1", network + ".2"
        try:
            made = run_ip("netns", "add", self.name)
        except FileNotFoundError:
            raise Skip("the program ip is absent") from None
        if made.returncode != 0:
            raise Skip("network namespaces are not permitted: " + made.stderr.strip())
        steps = [
            ("link", "add", self.link, "type", "veth", "peer", "name", "inner", "netns", self.name),
            ("addr", "add", self.host + "/24", "dev", self.link),
            ("link", "set", self.link, "up"),
            ("-n", self.name, "addr", "add", self.inside + "/24", "dev", "inner"),
            ("-n", self.name, "link", "set", "inner", "up"),
            ("-n", self.name, "link", "set", "lo", "up"),
        ]
        for step in steps:
            done = run_ip(*step)
            if done.returncode != 0:
                self.remove()
                raise Skip("network namespaces are not permitted: " + done.stderr.strip())

    def command(self):
        """The words before a command that runs it inside."""
        return ["ip", "netns", "exec", self.name]

    def cut(self):
        """Nothing passes, and nobody is told: connections stay open."""
        run_ip("-n", self.name, "link", "set", "inner", "down")

    def mend(self):
        run_ip("-n", self.name, "link", "set", "inner", "up")

    def remove(self):
        run_ip("link", "del", self.link)
        run_ip("netns", "del", self.name)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.remove()
