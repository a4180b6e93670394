// Where a FastTransfer stream may be cut: between its atoms (a marker, a tag with its name, a fixed value, a length or
// count) and anywhere within bytes of variable length. [MS-OXCFXICS 2.2.4.1] Pure; any thread.
#pragma once

#include <cstddef>
#include <vector>

#include "engine/base/bytes.h"

namespace mapisync::emulator {

/// Bytes that stay together.
struct Atom {
  std::size_t begin{0};
  std::size_t end{0};
};

/// Of a piece of a stream that begins with an element. What our own writer cannot have made ends the list.
std::vector<Atom> atoms_of(BytesView stream);

/// How many bytes from `at` on, at most `wanted` if that is possible, end where a cut is legal. `at` is such a place.
std::size_t legal_cut(const std::vector<Atom>& atoms, std::size_t at, std::size_t wanted);

}  // namespace mapisync::emulator
