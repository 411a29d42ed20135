"""Code that must not compile, and the reason why.

  python3 compile_fail_test.py COMPILER... -- INCLUDE_FOLDER... -- FILE...

Each FILE compiles as it is, and must not with -DWRONG; the compiler's words must then hold the text
behind `// error:`. Prints TAP.
"""
import os
import re
import subprocess
import sys


def split(arguments):
    parts, current = [], []
    for argument in arguments:
        if argument == "--":
            parts.append(current)
            current = []
        else:
            current.append(argument)
    return parts + [current]


def compile_file(compiler, includes, path, definitions):
    command = compiler + ["-std=c++20", "-fsyntax-only", "-Wall", "-Wextra", "-Werror"]
    command += [f"-I{folder}" for folder in includes] + definitions + [path]
    return subprocess.run(command, capture_output=True, text=True, env={**os.environ, "LC_ALL": "C"})


def main():
    compiler, includes, files = split(sys.argv[1:])
    print(f"1..{2 * len(files)}")
    number = 0
    for path in files:
        name = os.path.basename(path)
        with open(path, encoding="utf-8") as source:
            expected = re.search(r"// error: (.+)", source.read()).group(1)
        right = compile_file(compiler, includes, path, [])
        number += 1
        print(f"{'ok' if right.returncode == 0 else 'not ok'} {number} - {name} compiles when right")
        for line in right.stderr.splitlines()[:5]:
            print(f"# {line}")
        wrong = compile_file(compiler, includes, path, ["-DWRONG"])
        is_refused = wrong.returncode != 0 and re.search(expected, wrong.stderr)
        number += 1
        print(f"{'ok' if is_refused else 'not ok'} {number} - {name} is refused when wrong")
        if not is_refused:
            for line in wrong.stderr.splitlines()[:8]:
                print(f"# {line}")


if __name__ == "__main__":
    main()
