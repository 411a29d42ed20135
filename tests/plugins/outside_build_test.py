"""The example plugin builds outside of this tree, as an author's copy of it does.

  python3 outside_build_test.py EXAMPLE PKG_CONFIG_FOLDER [CORSAC_PROGRAM]    prints TAP

EXAMPLE is plugins/example; PKG_CONFIG_FOLDER holds the pkg-config files of a Corsac that need not
be installed. Built twice: with its own meson.build, and with the one command that README.md shows.
What was built passes `corsac store-test`, where the program was built.
"""
import os
import shutil
import subprocess
import sys
import tempfile


def run(command, folder, packages):
    environment = dict(os.environ, PKG_CONFIG_PATH=packages)
    # The copy is a project of its own: nothing of the build that runs this test may reach it.
    for name in ("MESON_BUILD_ROOT", "MESON_SOURCE_ROOT", "DESTDIR", "CXXFLAGS", "LDFLAGS"):
        environment.pop(name, None)
    return subprocess.run(command, cwd=folder, env=environment, text=True, shell=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def exports_one_symbol(plugin):
    answer = subprocess.run(["nm", "-D", "--defined-only", plugin], text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    symbols = [line.split()[-1] for line in answer.stdout.splitlines()]
    return symbols == ["corsac_store_plugin"], answer.stdout


def passes_store_test(program, plugin):
    folder = os.path.dirname(plugin)
    with open(os.path.join(folder, "origins.txt"), "w", encoding="utf-8") as origins:
        origins.write("https://app.example.com\n")
    answer = subprocess.run([program, "store-test", plugin, "--settings", "file=origins.txt"],
                            cwd=folder, text=True, stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return answer.returncode == 0, answer.stdout


ROWS = [
    ("its own meson.build", "meson setup build && ninja -C build", "build/corsac_example.so"),
    ("one command",
     "c++ -std=c++17 -shared -fPIC example_store.cpp "
     "$(pkg-config --cflags --libs corsac-store-plugin) -o corsac_example.so",
     "corsac_example.so"),
]


def main(example, packages, program=None):
    print(f"1..{len(ROWS)}")
    for number, (text, command, plugin) in enumerate(ROWS, 1):
        with tempfile.TemporaryDirectory() as folder:
            copy = os.path.join(folder, "copy")
            shutil.copytree(example, copy)
            built = run(command, copy, packages)
            is_fine, found = built.returncode == 0, built.stdout
            if is_fine:
                is_fine, found = exports_one_symbol(os.path.join(copy, plugin))
            if is_fine and program is not None:
                is_fine, found = passes_store_test(program, os.path.join(copy, plugin))
        print(f"{'ok' if is_fine else 'not ok'} {number} - built with {text}")
        if not is_fine:
            for line in found.splitlines():
                print(f"# {line}")


if __name__ == "__main__":
    main(*(os.path.abspath(path) for path in sys.argv[1:]))
