"""Each public header compiles alone, with no other header of the tree in reach. Prints TAP.

  python3 headers_test.py FOLDER COMPILER...
"""
import os
import subprocess
import sys


def headers(folder):
    for path, _, names in sorted(os.walk(folder)):
        for name in sorted(names):
            if name.endswith((".h", ".hpp")):
                yield os.path.relpath(os.path.join(path, name), folder)


def main(folder, *compiler):
    # What pulls in cpp-httplib is compiled by the README's examples instead: it takes seconds.
    names = [name for name in headers(folder) if "httplib" not in name and "adapter/" not in name]
    print(f"1..{len(names)}")
    for number, name in enumerate(names, 1):
        # A C header must be C as well, so that a plugin may be written in it.
        languages = [["-x", "c", "-std=c11"]] if name.endswith(".h") else []
        languages.append(["-x", "c++", "-std=c++20"])
        errors = ""
        for language in languages:
            command = [*compiler, *language, "-fsyntax-only", "-Wall", "-Wextra", "-Wpedantic",
                       "-Werror", f"-I{folder}", "-include", name, os.devnull]
            errors += subprocess.run(command, capture_output=True, text=True, check=False).stderr
        print(f"{'not ok' if errors else 'ok'} {number} - {name}")
        for line in errors.splitlines()[:5]:
            print(f"# {line}")


if __name__ == "__main__":
    main(*sys.argv[1:])
