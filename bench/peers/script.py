"""What the benches that are scripts share: what they say, and how they build what they measure."""
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


class Progress:
    """One line that changes, on a terminal that can; else nothing."""

    def __init__(self):
        self.is_shown = sys.stderr.isatty() and "NO_COLOR" not in os.environ

    def __call__(self, text):
        if self.is_shown:
            print(f"\r\033[K{text[:100]}", end="", file=sys.stderr, flush=True)

    def clear(self):
        if self.is_shown:
            print("\r\033[K", end="", file=sys.stderr, flush=True)


class Script:
    """`name` begins each of its lines on standard error."""

    def __init__(self, name):
        self.name = name

    def say_wrong(self, lines):
        """The exit status."""
        for line in lines:
            print(f"{self.name}: {line}", file=sys.stderr)
        return 2

    @staticmethod
    def wrong_program(option, path, wanted):
        """What is wrong with a program that shall be measured, as lines; `wanted`: which it is."""
        if not os.access(path, os.X_OK) or os.path.isdir(path):
            yield f"{option}: {path!r}: no program; name {wanted}"

    @staticmethod
    def wrong_plugins(folder):
        """What is wrong with --plugins, as lines; None = it was not given."""
        if folder is not None and not (os.path.isdir(folder) and any(
                name.endswith(".so") for name in os.listdir(folder))):
            yield f"--plugins: {folder!r}: no plugins there; name the folder of the built ones"

    @staticmethod
    def wrong_output(option, path):
        """What is wrong with a file that shall be written behind the run, as lines; None = none."""
        if path is None:
            return
        folder = os.path.dirname(os.path.abspath(path))
        if not path or os.path.isdir(path) or not os.access(folder, os.W_OK):
            yield f"{option}: {path!r}: cannot be written; name a file in a folder that is there"

    def step(self, log, *command):
        """Runs a command; its output is shown when it fails. True when it went well."""
        with open(log, "w", encoding="utf-8") as file:
            status = subprocess.run(command, stdout=file, stderr=subprocess.STDOUT, cwd=ROOT,
                                    stdin=subprocess.DEVNULL, check=False).returncode
        if status != 0:
            with open(log, encoding="utf-8") as file:
                sys.stderr.writelines(file.readlines()[-20:])
            print(f"{self.name}: failed: {' '.join(command)}", file=sys.stderr)
        return status == 0

    @staticmethod
    def setup_command(folder):
        """Configures a build in `folder`, anew where there is one."""
        setup = ["meson", "setup", folder, "--wrap-mode=nodownload", "-Db_ndebug=true",
                 "-Dtests=disabled", "-Dbench=enabled"]
        if os.path.exists(folder + "/build.ninja"):
            setup.append("--reconfigure")
        return setup

    def build(self, work, program, *others):
        """Builds `program`, for each cpp-httplib, and others: the folder of the build, or None."""
        folder = os.path.join(ROOT, "build-tests", "peers-build")
        targets = [program, *others]
        if os.path.exists(os.path.join(ROOT, "subprojects", "cpp-httplib-0.53.1", "httplib.h")):
            targets.append(program + "_newest")
        is_built = (self.step(work + "/setup.log", *self.setup_command(folder)) and
                    self.step(work + "/build.log", "ninja", "-C", folder, *targets))
        return folder if is_built else None
