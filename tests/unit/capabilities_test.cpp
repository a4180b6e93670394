#include "engine/ports/capabilities.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstdint>
#include <limits>
#include <string>

namespace rc {

template <>
struct Arbitrary<mapisync::Capabilities> {
  static Gen<mapisync::Capabilities> arbitrary() {
    using namespace mapisync;
    const auto known = [] { return gen::element(Known::unknown, Known::no, Known::yes); };
    return gen::build<Capabilities>(
        gen::set(&Capabilities::selective_sync, known()),
        gen::set(&Capabilities::selective_list_max, gen::arbitrary<std::uint32_t>()),
        gen::set(&Capabilities::id_form, gen::element(IdForm::unknown, IdForm::source_key, IdForm::entry_id)),
        gen::set(&Capabilities::catch_up,
                 gen::element(CatchUp::unknown, CatchUp::none, CatchUp::free, CatchUp::expensive)),
        gen::set(&Capabilities::composed_state, known()), gen::set(&Capabilities::per_message_errors, known()),
        gen::set(&Capabilities::restriction, known()), gen::set(&Capabilities::interruptible, known()),
        gen::set(&Capabilities::writes, known()));
  }
};

}  // namespace rc

namespace mapisync {
namespace {

RC_GTEST_PROP(Capabilities, RoundTrip, (const Capabilities& capabilities)) {
  const auto back = decode_capabilities(encode(capabilities));
  RC_ASSERT(back.has_value());
  RC_ASSERT(back.value() == capabilities);
}

// Bytes from a damaged store: refused, or something that encode could have made.
RC_GTEST_PROP(Capabilities, OneWrongByteIsRefusedOrMeansSomething, (const Capabilities& capabilities, char wrong)) {
  Bytes bytes = encode(capabilities);
  bytes[*rc::gen::inRange<std::size_t>(0, bytes.size())] = wrong;
  const auto back = decode_capabilities(bytes);
  if (back) RC_ASSERT(encode(back.value()) == bytes);
}

TEST(Capabilities, NothingKnownIsTheDefault) {
  const auto back = decode_capabilities(encode({}));
  ASSERT_TRUE(back);
  EXPECT_EQ(back.value(), Capabilities{});
  EXPECT_EQ(back.value().selective_sync, Known::unknown);
}

TEST(Capabilities, WrongLengthOrVersionIsMalformed) {
  Bytes longer = encode({});
  longer.push_back('\0');
  Bytes later = encode({});
  later[0] = 2;
  for (const Bytes& bytes : {Bytes{}, Bytes("\x01"), longer, later}) {
    const auto back = decode_capabilities(bytes);
    ASSERT_FALSE(back) << to_hex(bytes);
    EXPECT_EQ(back.error().errc(), Errc::malformed);
  }
}

// The encoding stands in databases.
TEST(Capabilities, EncodingIsPinned) {
  Capabilities c;
  c.selective_sync = Known::yes;
  c.selective_list_max = 50'000;
  c.id_form = IdForm::entry_id;
  c.catch_up = CatchUp::free;
  c.writes = Known::no;
  EXPECT_EQ(to_hex(encode(c)), "010250c3000002020000000001");
}

}  // namespace
}  // namespace mapisync
