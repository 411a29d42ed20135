"""The example plugin builds outside of this tree, as an author's copy of it does.

  python3 outside_build_test.py PLUGINS BUILD [CORSAC_PROGRAM]    prints TAP

PLUGINS is the folder plugins; BUILD is the folder of a build of Corsac that need not be installed.
Built with the example's own meson.build, and with each command that README.md shows, as it stands
there. What was built passes `corsac store-test`, where the program was built.
"""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import textwrap


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


def block_of(readme, mark):
    """The code behind the comment `mark` of the page."""
    code = re.search(rf"^ *<!-- {re.escape(mark)} -->\n *```\w*\n(.*?)^ *```$", readme, re.M | re.S)
    return textwrap.dedent(code[1])


def without_comments(text):
    return re.sub(r"/\*.*?\*/", "", text, flags=re.S).split()


def installed_as_shown(folder, plugins, build, script):
    """Lays out what an installed Corsac has for plugins; `script`, with this prefix."""
    plan = json.loads(subprocess.run(["meson", "introspect", "--install-plan", build], check=True,
                                     stdout=subprocess.PIPE).stdout)
    abi = os.path.join(os.path.dirname(plugins), "lib", "abi")
    for files in plan.values():
        for source, target in files.items():
            if source != os.path.join(plugins, "plugin.map") and os.path.dirname(source) != abi:
                continue
            place = target["destination"].replace("{includedir}", "include")
            place = os.path.join(folder, place.replace("{datadir}", "share"))
            os.makedirs(os.path.dirname(place), exist_ok=True)
            shutil.copy(source, place)
    return re.sub(r"^corsac=.*$", f"corsac={folder}", script, flags=re.M)


def builds(plugins, build, program, command, plugin):
    with tempfile.TemporaryDirectory() as folder:
        copy = os.path.join(folder, "copy")
        shutil.copytree(os.path.join(plugins, "example"), copy)
        command = installed_as_shown(folder, plugins, build, command)
        built = run(command, copy, os.path.join(build, "meson-uninstalled"))
        if built.returncode != 0:
            return False, built.stdout
        is_fine, found = exports_one_symbol(os.path.join(copy, plugin))
        if is_fine and program is not None:
            return passes_store_test(program, os.path.join(copy, plugin))
        return is_fine, found


def main(plugins, build, program=None):
    with open(os.path.join(plugins, "README.md"), encoding="utf-8") as file:
        readme = file.read()
    with open(os.path.join(plugins, "plugin.map"), encoding="utf-8") as file:
        version_script = file.read()
    shown = block_of(readme, "same as: plugin.map")
    rows = [
        ("its own meson.build", "meson setup build && ninja -C build", "build/corsac_example.so"),
        ("pkg-config", block_of(readme, "run: pkg_config.sh"), "corsac_example.so"),
        ("flags by hand", block_of(readme, "run: by_hand.sh"), "corsac_example.so"),
    ]
    print(f"1..{len(rows) + 1}")
    answers = [("the page shows plugin.map",
                (without_comments(shown) == without_comments(version_script), shown))]
    answers += [("built with " + text, builds(plugins, build, program, command, plugin))
                for text, command, plugin in rows]
    for number, (text, (is_fine, found)) in enumerate(answers, 1):
        print(f"{'ok' if is_fine else 'not ok'} {number} - {text}")
        if not is_fine:
            for line in found.splitlines():
                print(f"# {line}")


if __name__ == "__main__":
    main(*(os.path.abspath(path) for path in sys.argv[1:]))
