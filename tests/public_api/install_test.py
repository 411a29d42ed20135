"""An installed Corsac, and Corsac as a Meson subproject, as somebody else's program uses them.

  python3 install_test.py BUILD_FOLDER SOURCE_FOLDER COMPILER...

Prints TAP.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

from extract_examples import examples
from tap import Cases, Skip, equal

BUILD, SOURCE, *COMPILER = sys.argv[1:]

EXAMPLES = examples(os.path.join(SOURCE, "README.md"))


# The first example, without what serves.
WITH_A_FILE = """
#include <corsac/httplib.hpp>
#include <iostream>
int main(int, char** arguments) {
  auto gate = corsac::open_gate(arguments[1]);
  if (!gate) {
    std::cerr << gate.error().text();
    return 1;
  }
  httplib::Server server;
  corsac::install(server, *gate);
  return 0;
}
"""


def run(*command, **options):
    answer = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False,
                            **options)
    equal(answer.returncode, 0, " ".join(command) + "\n" + answer.stdout[-3000:] + answer.stderr)
    return answer.stdout


class Installed:
    def __init__(self, folder):
        self.root = os.path.join(folder, "root")
        run("meson", "install", "-C", BUILD, "--no-rebuild", "--quiet", "--skip-subprojects",
            "--destdir", self.root)
        found = [path for path, _, names in os.walk(self.root) if "corsac.pc" in names]
        equal(len(found), 1, "corsac.pc")
        self.environment = {**os.environ, "PKG_CONFIG_PATH": found[0],
                            "PKG_CONFIG_SYSROOT_DIR": self.root}

    def pkg_config(self, *arguments):
        return run("pkg-config", *arguments, env=self.environment).split()

    def file(self, name):
        found = [os.path.join(path, name) for path, _, names in os.walk(self.root) if name in names]
        equal(len(found), 1, name)
        return found[0]


def builds_a_program(installed, folder, flags):
    source = os.path.join(folder, "main.cpp")
    with open(source, "w", encoding="utf-8") as file:
        file.write(EXAMPLES["policy_in_code.cpp"])
    program = os.path.join(folder, "program")
    # Without the sysroot: cpp-httplib is the system's.
    httplib = run("pkg-config", "--cflags", "--libs", "cpp-httplib").split()
    run(*COMPILER, "-std=c++20", "-o", program, source,
        *installed.pkg_config("--cflags", "corsac"), *httplib, *flags)
    library = os.path.dirname(installed.file("libcorsac.a"))
    run(program, env={**os.environ, "LD_LIBRARY_PATH": library})


def builds_shared(installed, folder):
    builds_a_program(installed, folder, installed.pkg_config("--libs", "corsac"))


def builds_static(installed, folder):
    """What --static names is all that the static library needs; -lcorsac alone would be the shared."""
    flags = installed.pkg_config("--static", "--libs", "corsac")
    if "-lunistring" in flags:
        source = os.path.join(folder, "empty.cpp")
        with open(source, "w", encoding="utf-8") as file:
            file.write("int main() {}\n")
        linked = subprocess.run([*COMPILER, "-o", os.path.join(folder, "empty"), source,
                                 "-lunistring"], capture_output=True, check=False)
        if linked.returncode != 0:
            raise Skip("libidn2's pkg-config file names libunistring, and libunistring-dev is not "
                       "installed")
    equal(flags.count("-lcorsac"), 1, flags)
    builds_a_program(installed, folder,
                     ["-l:libcorsac.a" if flag == "-lcorsac" else flag for flag in flags])
    needed = run("readelf", "-d", os.path.join(folder, "program"))
    assert "libcorsac" not in needed, needed


def names_what_it_needs(installed, _):
    """Each library of a static link by its name, and nothing that only building Corsac needs."""
    names = installed.pkg_config("--print-requires-private", "corsac")
    equal(sorted(name for name in names if re.match("[a-z]", name)),
          sorted(["libcrypto", "libidn2", "libpsl"] + (["re2"] if "re2" in names else [])))


def shows_where_plugins_lie(installed, _):
    folder = installed.pkg_config("--variable=pluginfolder", "corsac")[0]
    equal(os.path.dirname(installed.file("corsac_toml.so")), os.path.normpath(
        folder if folder.startswith(installed.root) else installed.root + folder))


def checks_a_policy(installed, folder):
    policy = os.path.join(folder, "policy.toml")
    with open(policy, "w", encoding="utf-8") as file:
        file.write(EXAMPLES["policy.toml"])
    os.chmod(policy, 0o600)
    library = os.path.dirname(installed.file("libcorsac.a"))
    plugins = os.path.dirname(installed.file("corsac_toml.so"))
    run(installed.file("corsac"), "check", policy,
        env={**os.environ, "LD_LIBRARY_PATH": library, "CORSAC_PLUGIN_PATH": plugins})


def needs_no_httplib(installed, _):
    flags = " ".join(installed.pkg_config("--cflags", "--libs", "--static", "corsac"))
    assert "httplib" not in flags, flags


def works_as_a_subproject(folder):
    project = os.path.join(folder, "project")
    os.makedirs(os.path.join(project, "subprojects"))
    os.symlink(SOURCE, os.path.join(project, "subprojects", "corsac"))
    with open(os.path.join(project, "main.cpp"), "w", encoding="utf-8") as file:
        file.write(WITH_A_FILE)
    with open(os.path.join(project, "meson.build"), "w", encoding="utf-8") as file:
        file.write("project('app', 'cpp', default_options: ['cpp_std=c++20'])\n"
                   "corsac = dependency('corsac', fallback: 'corsac')\n"
                   "executable('app', 'main.cpp', dependencies: [corsac, "
                   "dependency('cpp-httplib')])\n")
    build = os.path.join(folder, "build")
    run("meson", "setup", build, project, "--wrap-mode=nodownload", "-Dbuildtype=debug",
        "-Dcorsac:remote=disabled", "--force-fallback-for=corsac",
        env={**os.environ, "CXX": " ".join(COMPILER)})
    targets = run("ninja", "-C", build, "-t", "targets", "all")
    # But for the sources of build.ninja itself.
    built = [line for line in targets.splitlines() if not line.endswith(": phony")]
    for line in built:
        assert not re.match(r"(subprojects/corsac/(bench|tests|server)|subprojects/cpp-httplib)/",
                            line), line
    run("ninja", "-C", build, "app", "subprojects/corsac/plugins/corsac_toml.so")
    policy = os.path.join(folder, "policy.toml")
    with open(policy, "w", encoding="utf-8") as file:
        file.write(EXAMPLES["policy.toml"])
    os.chmod(policy, 0o600)
    # As somebody starts it who has set nothing: the plugin is found in the build tree.
    environment = {name: value for name, value in os.environ.items()
                   if name != "CORSAC_PLUGIN_PATH"}
    run(os.path.join(build, "app"), policy, env=environment)


def forwards_by_meson(installed, folder):
    """The README's forwarder with the README's lines for Meson. It reads TLS by itself."""
    project = os.path.join(folder, "project")
    os.makedirs(project)
    with open(os.path.join(project, "main.cpp"), "w", encoding="utf-8") as file:
        file.write(EXAMPLES["forward.cpp"])
    with open(os.path.join(project, "meson.build"), "w", encoding="utf-8") as file:
        file.write("project('app', 'cpp')\n" + EXAMPLES["forward.meson"])
    build = os.path.join(folder, "build")
    run("meson", "setup", build, project, "--wrap-mode=nofallback",
        env={**installed.environment, "CXX": " ".join(COMPILER)})
    run("ninja", "-C", build, "app")


def in_folder(function, *arguments):
    folder = tempfile.mkdtemp(prefix="corsac-install-")
    try:
        function(*arguments, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main():
    cases = Cases()
    with tempfile.TemporaryDirectory() as folder:
        installed = Installed(folder)
        for description, function in [
                ("a program with the shared library", builds_shared),
                ("a program with the static library", builds_static),
                ("pkg-config names what a static link needs", names_what_it_needs),
                ("pkg-config names the plugin folder", shows_where_plugins_lie),
                ("the installed program checks a policy", checks_a_policy),
                ("the forwarder links by Meson", forwards_by_meson),
                ("no cpp-httplib is forced on anybody", needs_no_httplib)]:
            cases.add("installed: " + description, in_folder, function, installed)
        cases.add("subproject: a program builds and runs", in_folder, works_as_a_subproject)
        cases.run()


if __name__ == "__main__":
    main()
