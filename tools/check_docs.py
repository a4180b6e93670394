#!/usr/bin/env python3
"""Holds the documentation to the tree: every relative link and every file or folder that a page names must exist, and
the failure model must name every code, finding and event, the codes with their numbers.

A name counts if it stands in backticks, begins with one of our folders and holds no placeholder; a pair of files may go by its common name. Exit code 0 or 1.
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
TOPS = ("engine/", "providers/", "store/", "tools/", "tests/", "docs/", "examples/", "samples/", "cmake/", ".ci/", "bench/")
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
NAME = re.compile(r"`([A-Za-z0-9_./-]+)`")


def complaints(page):
    for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), 1):
        for link in LINK.findall(line):
            if "://" not in link and not link.startswith("mailto:") and not (page.parent / link).exists():
                yield number, f"link to {link}: there is no such file"
        for name in NAME.findall(line):
            if name.startswith(TOPS) and not (ROOT / name).exists() and not (ROOT / f"{name}.h").exists():
                yield number, f"{name}: there is no such file"


def codes():
    """Names of failures with the numbers they are stored under."""
    numbers = dict(re.findall(r"^  (\w+) = (\d+),", (ROOT / "engine/base/failure.h").read_text(encoding="utf-8"), re.M))
    names = re.findall(r'Entry\{Errc::(\w+), "(\w+)"', (ROOT / "engine/base/failure.cpp").read_text(encoding="utf-8"))
    return {name: numbers[enumerator] for enumerator, name in names}


def missing_from_failure_model(page):
    text = page.read_text(encoding="utf-8")
    known = codes()
    for name, number in known.items():
        if f"| {number} | `{name}` |" not in text:
            yield 0, f"no row for code {number}, {name}"
    findings = (ROOT / "engine/model/finding.cpp").read_text(encoding="utf-8")
    kinds = re.findall(r'case (?:Finding|Event)Kind::\w+: return "(\w+)"', findings)
    for name in kinds:
        if f"`{name}`" not in text:
            yield 0, f"nothing about {name}"
    if len(known) < 40 or len(kinds) < 30:
        yield 0, "codes, findings and events are not where this check looks for them"


def main():
    pages = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").rglob("*.md"),
                    *(ROOT / "samples").glob("*.md")])
    found = [(page.relative_to(ROOT), number, text) for page in pages for number, text in complaints(page)]
    model = ROOT / "docs/failure-model.md"
    found += [(model.relative_to(ROOT), number, text) for number, text in missing_from_failure_model(model)]
    for page, number, text in found:
        print(f"{page}:{number}: {text}")
    print(f"check_docs: {len(pages)} pages, {len(found)} complaints")
    return 1 if found or not pages else 0


if __name__ == "__main__":
    sys.exit(main())
