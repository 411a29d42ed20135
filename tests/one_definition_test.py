"""One name is one type: no two files of a program define a type of one name.

  python3 tests/one_definition_test.py ROOT    checks the tree, then planted cases; prints TAP

Two classes of one name and namespace in two source files compile and link without a word, and then
one of them is destroyed or copied by the other's functions (C++, [basic.def.odr]). What stands in an
anonymous namespace or inside of another class may have any name.
"""
import collections
import os
import re
import sys
import tempfile

from support import tree_check

# What is linked into one program or library.
PROGRAMS = [("lib", "server"), ("plugins/toml", "plugins/parts"), ("plugins/redis", "plugins/parts"),
            ("plugins/remote", "plugins/parts")]

TOKEN = re.compile(
    r"""//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'"""
    r"""|\b(?:namespace|class|struct|enum|union)\b[^;{}()="'/]*\{|[{}]""", re.S)
ANONYMOUS = "(anonymous)"


def name_of(head):
    """Of `struct [[nodiscard]] Outcome final : Base`: Outcome. Empty when it has none."""
    head = re.sub(r"\[\[.*?\]\]|\balignas\b", " ", head)
    head = re.split(r"(?<!:):(?!:)", head)[0]
    words = [word for word in head.split() if word not in
             ("namespace", "inline", "class", "struct", "enum", "union", "final")]
    return words[-1] if words else ""


def types_of(text):
    """The types that are defined at the level of a namespace which others can name."""
    around = []  # what is open: (is it a namespace, its name)
    for match in TOKEN.finditer(text):
        token = match.group(0)
        if token == "}":
            if around:
                around.pop()
        elif token == "{":
            around.append((False, ""))
        elif token.startswith("namespace"):
            around.append((True, name_of(token[:-1]) or ANONYMOUS))
        elif token.endswith("{") and token[0] in "csenu":
            name = name_of(token[:-1])
            names = [outer for _, outer in around]
            if name and all(is_namespace for is_namespace, _ in around) and ANONYMOUS not in names:
                yield "::".join(names + [name])
            around.append((False, name))


def check(root):
    problems = []
    for program in PROGRAMS:
        files = collections.defaultdict(set)
        for top in program:
            for folder, _, names in os.walk(os.path.join(root, top)):
                for name in sorted(names):
                    if not name.endswith((".hpp", ".cpp", ".h")):
                        continue
                    path = os.path.join(folder, name)
                    with open(path, encoding="utf-8") as source:
                        for defined in types_of(source.read()):
                            files[defined].add(os.path.relpath(path, root))
        for defined, where in sorted(files.items()):
            if len(where) > 1:
                problems.append(f"{defined} is defined in {' and in '.join(sorted(where))}; rename one")
    return problems


# Description, the second file beside one that defines corsac::Draft, whether that is found.
PLANTED = [
    ("a struct", "namespace corsac {\nstruct Draft {\n  int a = 0;\n};\n}\n", True),
    ("a final class", "namespace corsac {\nclass Draft final : public Base {};\n}\n", True),
    ("an enumeration", "namespace corsac {\nenum class Draft : char { A };\n}\n", True),
    ("behind a function", "namespace corsac {\nvoid f() { if (true) {} }\nstruct Draft {};\n}\n", True),
    ("behind a brace in a text", 'namespace corsac {\nconst char* a = "{";\nstruct Draft {};\n}\n',
     True),
    ("a declaration", "namespace corsac {\nstruct Draft;\nstruct Other {};\n}\n", False),
    ("another namespace", "namespace corsac::other {\nstruct Draft {};\n}\n", False),
    ("an anonymous one", "namespace corsac {\nnamespace {\nstruct Draft {};\n}\n}\n", False),
    ("inside of a class", "namespace corsac {\nstruct Other {\n  struct Draft {};\n};\n}\n", False),
    ("inside of a function", "namespace corsac {\nvoid f() {\n  struct Draft {};\n}\n}\n", False),
    ("in a comment", "namespace corsac {\n// struct Draft {\n}\n", False),
]


def check_planted(row):
    _, text, is_wrong = row
    with tempfile.TemporaryDirectory() as root:
        for path, content in (("lib/a.hpp", "namespace corsac {\nstruct Draft {};\n}\n"),
                              ("server/b.cpp", text)):
            os.makedirs(os.path.dirname(os.path.join(root, path)))
            with open(os.path.join(root, path), "w", encoding="utf-8") as source:
                source.write(content)
        problems = check(root)
    return len(problems) == is_wrong, problems


if __name__ == "__main__":
    tree_check.run("one name is one type", check(sys.argv[1]), PLANTED, check_planted)
