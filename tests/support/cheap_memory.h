// Memory for programs with one thread that play thousands of worlds: what is freed stays with the process, and nobody
// counts. Once, before anything is allocated through SQLite.
#pragma once

namespace mapisync::test {

void make_memory_cheap();

}  // namespace mapisync::test
