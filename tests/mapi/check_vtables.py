#!/usr/bin/env python3
"""Compares the vtables of providers/mapi/com_interfaces.h, as Clang lays them out for the Microsoft ABI, with vtable_slots.txt.

check_vtables.py [--self-test]. Exit code 0: equal; 1: one line per difference; 77: there is no Clang (skipped).
--self-test proves that a swapped or a missing method is found.
The static_asserts on sizes and offsets are compiled with that ABI along the way.
"""

import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
# Windows' own C++ library is not here: the two headers that the declarations include, as far as they use them.
SHIMS = {
    "cstdint": "#include <stdint.h>\nnamespace std { using ::int8_t; using ::uint8_t; using ::int16_t; using ::uint16_t;"
               " using ::int32_t; using ::uint32_t; using ::int64_t; using ::uint64_t; using ::uintptr_t; }\n",
    "cstddef": "#include <stddef.h>\nnamespace std { using ::size_t; }\n",
}


def expected():
    slots = {}
    for line in (ROOT / "tests/mapi/vtable_slots.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            interface, slot, method = line.split()
            slots.setdefault(interface, {})[int(slot)] = method
    return slots


def bases(header):
    return dict(re.findall(r"^class (\w+)(?: : public (\w+))? \{", header, re.MULTILINE))


def whole(interface, slots, base_of):
    """All slots of an interface, inherited ones included."""
    base = base_of[interface]
    return {**(whole(base, slots, base_of) if base else {}), **slots.get(interface, {})}


def dump(clang, declarations, interfaces):
    """Interface -> {slot: method}, by what Clang prints of a class derived from it."""
    with tempfile.TemporaryDirectory() as folder:
        place = pathlib.Path(folder)
        for name, text in SHIMS.items():
            (place / name).write_text(text, encoding="utf-8")
        header = place / "providers" / "mapi"
        header.mkdir(parents=True)
        for name, text in declarations.items():
            (header / name).write_text(text, encoding="utf-8")
        # A constructor is what makes a compiler lay out the table of an abstract class.
        source = '#include "providers/mapi/com_interfaces.h"\n' + "".join(
            f"struct Dump{name} : mapisync::mapi::{name} {{ Dump{name}(); }};\nDump{name}::Dump{name}() {{}}\n"
            for name in interfaces)
        (place / "dump.cpp").write_text(source, encoding="utf-8")
        run = subprocess.run(
            [clang, "--target=x86_64-pc-windows-msvc", "-std=c++20", "-ffreestanding", "-nostdinc++", f"-I{place}", "-S",
             "-o", "/dev/null", "-Xclang", "-fdump-vtable-layouts", str(place / "dump.cpp")],
            capture_output=True, text=True, check=False)
    if run.returncode != 0:
        raise SystemExit(f"check_vtables: the declarations do not compile for the Microsoft ABI:\n{run.stderr}")
    found, current = {}, None
    for line in run.stdout.splitlines():
        if line.startswith("VFTable"):
            names = [name for name in re.findall(r"'([^']+)'", line) if name.startswith("Dump")]
            current = found.setdefault(names[-1][4:], {}) if names and not line.startswith("VFTable indices") else None
        elif current is not None and (match := re.match(r"^\s*(\d+) \| .*?(~?\w+)\(", line)):
            current[int(match[1]) - 1] = match[2]  # entry 0 is the type information in front of slot 0
    return found


def differences(found, slots, base_of):
    for interface in base_of:
        want, have = whole(interface, slots, base_of), found.get(interface, {})
        for slot in sorted(want.keys() | have.keys()):
            if want.get(slot) != have.get(slot):
                yield f"{interface} slot {slot}: {have.get(slot)} is there, {want.get(slot)} should be"


def main(arguments):
    if arguments not in ([], ["--self-test"]):
        print("usage: check_vtables.py [--self-test]", file=sys.stderr)
        return 64
    clang = shutil.which("clang++-14") or shutil.which("clang++")
    if clang is None:
        print("check_vtables: skipped, there is no clang++")
        return 77
    declarations = {name: (ROOT / "providers/mapi" / name).read_text(encoding="utf-8")
                    for name in ("abi_types.h", "com_interfaces.h")}
    slots, base_of = expected(), bases(declarations["com_interfaces.h"])
    if arguments:
        text = declarations["com_interfaces.h"]
        synchronize = re.search(r"  virtual HRESULT \w+ Synchronize\(.*?= 0;[^\n]*\n", text, re.DOTALL)[0]
        update = re.search(r"  virtual HRESULT \w+ UpdateState\(IStream\* state\) noexcept = 0; +// 6\n", text)[0]
        missed = 0
        for what, spoiled in (("swapped", text.replace(synchronize, "").replace(update, update + synchronize)),
                              ("missing", text.replace(synchronize, "")),
                              ("virtual destructor", text.replace("  ~IMessage() = default;", "  virtual ~IMessage();"))):
            if spoiled == text or not list(differences(dump(clang, {**declarations, "com_interfaces.h": spoiled}, base_of),
                                                       slots, base_of)):
                print(f"self-test: not found: {what}")
                missed += 1
        return 1 if missed else 0
    found = list(differences(dump(clang, declarations, base_of), slots, base_of))
    print("\n".join(found) if found else f"check_vtables: {len(base_of)} interfaces, "
          f"{sum(map(len, slots.values()))} methods, as the table says")
    return 1 if found or not slots else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
