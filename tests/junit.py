"""Writes a JUnit report of what Meson does not run. Lines on stdin: name TAB ok, name TAB skipped, or
name TAB failed TAB text. The one argument is the name of the suite."""
import sys
import xml.etree.ElementTree as ElementTree


def report_of(suite, lines):
    root = ElementTree.Element("testsuites")
    element = ElementTree.SubElement(root, "testsuite", name=suite)
    for line in lines:
        name, outcome, *text = line.rstrip("\n").split("\t")
        case = ElementTree.SubElement(element, "testcase", classname=suite, name=name)
        if outcome == "skipped":
            ElementTree.SubElement(case, "skipped")
        elif outcome != "ok":
            # What XML cannot hold must not make the report unreadable.
            shown = "".join(c if c.isprintable() else "?" for c in " ".join(text))
            ElementTree.SubElement(case, "failure", message=shown)
    return root


if __name__ == "__main__":
    tree = ElementTree.ElementTree(report_of(sys.argv[1], sys.stdin))
    tree.write(sys.stdout.buffer, encoding="utf-8", xml_declaration=True)
