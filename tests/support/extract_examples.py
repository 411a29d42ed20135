"""Takes the marked examples out of a document, so that what a reader copies is what a test compiles.

  python3 extract_examples.py DOCUMENT FOLDER [NAME...]

An example is a fenced block behind the line `<!-- example: NAME -->`. All of them are written to
FOLDER; with NAMEs exactly those must be there.
"""
import os
import re
import sys

EXAMPLE = re.compile(r"<!-- example: (\S+) -->\n```[a-z]*\n(.*?)^```$", re.M | re.S)


def examples(document):
    with open(document, encoding="utf-8") as file:
        return dict(EXAMPLE.findall(file.read()))


def main(document, folder, *names):
    found = examples(document)
    missing = set(names) - set(found)
    if missing:
        sys.exit(f"{document}: no example named {', '.join(sorted(missing))}")
    for name, text in found.items():
        if not names or name in names:
            with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                file.write(text)


if __name__ == "__main__":
    main(*sys.argv[1:])
