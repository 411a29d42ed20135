"""Makes a C++ file of the files of a page.

  embed.py OUTPUT HEADER FUNCTION FILE...

FUNCTION, which HEADER declares, answers the files as PageFile; index.html is the one without a name.
"""
import os
import sys

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
}
DELIMITER = "corsac_page"


def entry(path):
    name = os.path.basename(path)
    with open(path, encoding="utf-8") as file:
        text = file.read()
    if f"){DELIMITER}\"" in text:
        sys.exit(f"{path}: holds the delimiter of its literal")
    served_as = "" if name == "index.html" else name
    kind = TYPES[os.path.splitext(name)[1]]
    return f'    {{"{served_as}", "{kind}",\n     R"{DELIMITER}({text}){DELIMITER}"}},\n'


def main(output, header, function, *files):
    with open(output, "w", encoding="utf-8") as made:
        made.write(f'#include "{header}"\n\nnamespace corsac {{\nnamespace {{\n\n'
                   "constexpr PageFile kFiles[] = {\n")
        made.writelines(entry(path) for path in files)
        made.write("};\n\n}  // namespace\n\n"
                   f"std::span<const PageFile> {function}() noexcept {{ return kFiles; }}\n\n"
                   "}  // namespace corsac\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
