#!/usr/bin/env python3
"""Holds the direction of dependencies: who may include what. Default deny.

Reads every #include line of every C and C++ file of the tree. A quoted include is rooted at the repository and must
be allowed for the includer's layer; an angle include is a standard header, or a third party at home (see the tables).
Exit code 0: all is well; 1: one line per violation; --self-test proves that the check can fail.
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
SUFFIXES = {".h", ".hpp", ".c", ".cpp", ".cc"}

BASE, MODEL, PORTS, ENGINE = "engine/base", "engine/model", "engine/ports", "engine"
CONTRACT = (BASE, MODEL, PORTS)

# Layer -> what its files may include, besides their own layer. A file belongs to the longest prefix that fits; a file
# that belongs to none is a violation. An allowed name stands for exactly that layer, or that one file; with "/..." at its
# end for everything below.
LAYERS = {
    BASE: (),
    MODEL: (BASE,),
    PORTS: (BASE, MODEL),
    ENGINE: CONTRACT + ("engine/...",),
    "store/memory": CONTRACT,
    "store/sqlite": CONTRACT,
    "providers/fake": CONTRACT,
    "providers/mapi": CONTRACT,
    "providers/trace": CONTRACT,
    "providers/mapihttp/wire": (BASE, MODEL),
    "providers/mapihttp/transport": CONTRACT + ("providers/mapihttp/wire",),
    "providers/mapihttp/client": CONTRACT + ("providers/mapihttp/wire", "providers/mapihttp/transport"),
    "providers/fake/mime": CONTRACT + ("providers/fake/content_converter.h", "providers/fake/fake_mailbox.h"),
    "tools/mapisync": CONTRACT + (ENGINE, "engine/...", "store/...", "providers/..."),
    "tools/emulator": CONTRACT + ("providers/...", "tools/mapisync"),
    "tests/support": CONTRACT + (ENGINE, "engine/...", "store/...", "providers/..."),
    "tests": CONTRACT + (ENGINE, "engine/...", "store/...", "providers/...", "tools/...", "tests/...", "bench"),
    "bench": CONTRACT + (ENGINE, "engine/...", "store/...", "providers/...", "tests/support"),
    "examples": CONTRACT + (ENGINE, "store/...", "providers/..."),
}

# Third party (by the start of the include path) -> the files or folders that are its home.
THIRD_PARTIES = {
    "boost/": ("engine/base/result.h",),
    "spdlog/": ("engine/base/log.cpp",),
    "fmt/": ("tools/mapisync", "tests"),
    "malloc.h": ("tests/support/cheap_memory.cpp",),
    "sqlite3.h": ("store/sqlite", "providers/fake/sqlite.cpp", "tests", "examples/sync_service", "bench"),
    "openssl/": ("store/sqlite", "tools/emulator", "tests/mapihttp"),
    "gmime/": ("providers/fake/mime", "tests/mime"),
    "glib.h": ("providers/fake/mime", "tests/mime"),
    "iconv.h": ("providers/fake/mime", "providers/mapihttp/wire/text.cpp"),
    "CLI/": ("tools/mapisync", "tools/emulator"),
    "curl/": ("providers/mapihttp/transport",),
    "pugixml.hpp": ("providers/mapihttp/transport",),
    "httplib.h": ("tools/emulator/http_front.cpp", "tests/mapihttp"),
    "nlohmann/": ("tools/mapisync", "tests"),
    "gtest/": ("tests",),
    "gmock/": ("tests",),
    "rapidcheck": ("tests",),
}

# What belongs to one operating system, and where it may be used: base, model, ports and the engine build on others too.
SYSTEM_HEADERS = {"unistd.h", "fcntl.h", "signal.h", "termios.h", "poll.h", "pwd.h", "io.h", "windows.h", "dirent.h", "fnmatch.h"}
SYSTEM_PREFIXES = ("sys/", "netinet/", "arpa/")
SYSTEM_HOMES = ("engine/staging/file_spool.cpp", "store/sqlite", "providers/fake", "providers/mapihttp/transport",
                "tools/mapisync", "tests", "examples", "bench")

STANDARD = set("""
algorithm any array atomic barrier bit bitset charconv chrono codecvt compare complex concepts condition_variable
coroutine deque exception execution expected filesystem format forward_list fstream functional future initializer_list
iomanip ios iosfwd iostream istream iterator latch limits list locale map memory memory_resource mutex new numbers
numeric optional ostream queue random ranges ratio regex scoped_allocator semaphore set shared_mutex source_location
span sstream stack stdexcept stop_token streambuf string string_view syncstream system_error thread tuple type_traits
typeindex typeinfo unordered_map unordered_set utility valarray variant vector version
cassert cctype cerrno cfenv cfloat cinttypes climits clocale cmath csetjmp csignal cstdarg cstddef cstdint cstdio
cstdlib cstring ctime cuchar cwchar cwctype
assert.h ctype.h errno.h inttypes.h limits.h math.h stdbool.h stddef.h stdint.h stdio.h stdlib.h string.h time.h
""".split())

INCLUDE = re.compile(r'^\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>|(\S+))')


def within(path, folder):
    return path == folder or path.startswith(folder + "/")


def layer_of(path):
    fitting = [layer for layer in LAYERS if within(path, layer)]
    return max(fitting, key=len, default=None)


def allows(rule, path):
    if rule.endswith("/..."):
        return path.startswith(rule[:-3])
    return rule in (path, layer_of(path))


def judge_quoted(includer, target, exists):
    # An example is a project of its own, built against an installed package: its own headers lie beside it.
    if within(includer, "examples") and exists(f"{includer.rpartition('/')[0]}/{target}"):
        return None
    layer, other = layer_of(includer), layer_of(target)
    if not exists(target):
        return "is not a file; includes are rooted at the repository"
    if layer == other and layer is not None:
        return None
    if any(allows(rule, target) for rule in LAYERS[layer]):
        return None
    return f"{layer} may not include {other or target}"


def judge_angled(includer, target):
    if target in STANDARD:
        return None
    for party, homes in THIRD_PARTIES.items():
        if target.startswith(party):
            if any(within(includer, home) for home in homes):
                return None
            return f"{party} is at home in {', '.join(homes) or 'no file'} only"
    if target in SYSTEM_HEADERS or target.startswith(SYSTEM_PREFIXES):
        if any(within(includer, home) for home in SYSTEM_HOMES):
            return None
        return f"system headers are for {', '.join(SYSTEM_HOMES)} only"
    return "is neither a standard header nor a known third party (see the tables in tools/check_layers.py)"


def check_file(path, text, exists):
    """Yields (line number, include, complaint)."""
    if layer_of(path) is None:
        yield 0, "", "belongs to no layer (see the tables in tools/check_layers.py)"
        return
    for number, line in enumerate(text.splitlines(), 1):
        match = INCLUDE.match(line)
        if not match:
            continue
        quoted, angled, computed = match.groups()
        if computed:
            complaint = "is computed; it cannot be checked"
        elif quoted:
            complaint = judge_quoted(path, quoted, exists)
        else:
            complaint = judge_angled(path, angled)
        if complaint:
            yield number, quoted or angled or computed, complaint


def sources():
    for top in sorted({layer.split("/")[0] for layer in LAYERS}):
        for file in sorted((ROOT / top).rglob("*")):
            if file.suffix in SUFFIXES and file.is_file():
                yield file
    for file in sorted(ROOT.glob("*")):
        if file.suffix in SUFFIXES:
            yield file


def self_test():
    """Each line is forbidden or allowed; a check that lets a forbidden one pass is no check."""
    there = {"engine/base/result.h", "engine/model/ids.h", "engine/ports/store.h", "engine/mailbox_sync.h",
             "engine/isolation/planner.h", "store/sqlite/statement.h", "store/memory/memory_store.h",
             "providers/fake/fake_provider.h",
             "providers/mapi/abi_types.h",
             "providers/mapihttp/wire/globset.h",
             "providers/fake/content_converter.h", "providers/fake/mime/import.h", "tests/support/world.h"}
    forbidden = [
        ("engine/base/time.h", '"engine/model/ids.h"'),
        ("engine/model/ids.h", '"engine/ports/store.h"'),
        ("engine/ports/store.h", '"engine/mailbox_sync.h"'),
        ("engine/folder_sync.cpp", '"store/sqlite/statement.h"'),
        ("engine/folder_sync.cpp", '"providers/fake/fake_provider.h"'),
        ("store/sqlite/a.cpp", '"engine/mailbox_sync.h"'),
        ("store/sqlite/a.cpp", '"engine/isolation/planner.h"'),
        ("store/sqlite/a.cpp", '"store/memory/memory_store.h"'),
        ("providers/fake/a.cpp", '"store/sqlite/statement.h"'),
        ("providers/fake/a.cpp", '"engine/mailbox_sync.h"'),
        ("providers/fake/mime/a.cpp", '"providers/fake/fake_provider.h"'),
        ("providers/fake/a.cpp", '"providers/fake/mime/import.h"'),
        ("tools/mapisync/main.cpp", '"tests/support/world.h"'),
        ("engine/folder_sync.cpp", '"folder_sync.h"'),
        ("engine/folder_sync.cpp", "<sqlite3.h>"),
        ("engine/folder_sync.cpp", "<spdlog/spdlog.h>"),
        ("engine/folder_sync.cpp", "<unistd.h>"),
        ("engine/base/failure.cpp", "<boost/outcome.hpp>"),
        ("providers/fake/a.cpp", "<sqlite3.h>"),
        ("store/sqlite/a.cpp", "<gmime/gmime.h>"),
        ("providers/fake/a.cpp", "<gmime/gmime.h>"),
        ("providers/fake/a.cpp", "<openssl/sha.h>"),
        ("providers/mapi/a.cpp", '"providers/fake/fake_provider.h"'),
        ("providers/fake/a.cpp", '"providers/mapi/abi_types.h"'),
        ("providers/trace/a.cpp", '"providers/fake/fake_provider.h"'),
        ("providers/trace/a.cpp", '"engine/mailbox_sync.h"'),
        ("engine/folder_sync.cpp", '"providers/mapi/abi_types.h"'),
        ("providers/mapihttp/wire/a.cpp", '"engine/ports/store.h"'),
        ("providers/mapihttp/wire/a.cpp", '"providers/mapi/abi_types.h"'),
        ("providers/mapihttp/wire/a.cpp", "<iconv.h>"),
        ("providers/fake/a.cpp", '"providers/mapihttp/wire/globset.h"'),
        ("providers/mapihttp/wire/a.cpp", "<curl/curl.h>"),
        ("providers/mapi/a.cpp", "<sys/socket.h>"),
        ("tools/mapisync/a.cpp", "<curl/curl.h>"),
        ("providers/mapihttp/transport/a.cpp", '"providers/fake/fake_provider.h"'),
        ("providers/fake/a.cpp", "<nobody/knows.h>"),
        ("engine/a.cpp", "MACRO"),
        ("elsewhere/a.cpp", "<vector>"),
    ]
    allowed = [
        ("engine/base/result.h", "<boost/outcome/try.hpp>"),
        ("engine/base/log.cpp", "<spdlog/spdlog.h>"),
        ("engine/isolation/planner.cpp", '"engine/mailbox_sync.h"'),
        ("engine/folder_sync.cpp", '"engine/isolation/planner.h"'),
        ("engine/folder_sync.cpp", "<vector>"),
        ("store/sqlite/a.cpp", '"engine/ports/store.h"'),
        ("store/sqlite/a.cpp", "<sqlite3.h>"),
        ("providers/mapihttp/wire/a.cpp", '"engine/model/ids.h"'),
        ("providers/fake/mime/a.cpp", '"providers/fake/content_converter.h"'),
        ("providers/fake/mime/a.cpp", "<gmime/gmime.h>"),
        ("tools/mapisync/main.cpp", '"store/sqlite/statement.h"'),
        ("providers/mapihttp/transport/a.cpp", "<curl/curl.h>"),
        ("tests/scenario/a_test.cpp", '"tests/support/world.h"'),
    ]
    wrong = 0
    for expected, cases in ((True, forbidden), (False, allowed)):
        for path, include in cases:
            complaints = list(check_file(path, f"#include {include}\n", there.__contains__))
            if bool(complaints) != expected:
                print(f"self-test: {path}: #include {include} should {'' if expected else 'not '}be refused")
                wrong += 1
    return wrong


def main(arguments):
    if arguments not in ([], ["--self-test"]):
        print("usage: check_layers.py [--self-test]", file=sys.stderr)
        return 64
    if arguments:
        return 1 if self_test() else 0
    files = violations = 0
    for file in sources():
        files += 1
        path = file.relative_to(ROOT).as_posix()
        for number, include, complaint in check_file(path, file.read_text(encoding="utf-8"),
                                                     lambda target: (ROOT / target).is_file()):
            violations += 1
            print(f"{path}:{number}: {include}: {complaint}")
    if files == 0:
        print("check_layers: no source files found")
        return 1
    print(f"check_layers: {files} files, {violations} violations")
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
