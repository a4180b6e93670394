// The stream that a state goes in and out by, called as somebody else's library may call it.
#include <gtest/gtest.h>

#include <string>

#include "providers/mapi/memory_stream.h"
#include "tests/mapi/mapi_way.h"

namespace mapisync::mapi {
namespace {

class Stream : public testing::Test {
 protected:
  void TearDown() override {
    stream_.reset();
    EXPECT_EQ(runtime_->live_objects.load(), 0);
  }
  std::string read(ULONG size) {
    std::string out(size, '?');
    ULONG done = 0;
    EXPECT_EQ(stream_->Read(out.data(), size, &done), hr::kOk);
    return out.substr(0, done);
  }

  Runtime runtime_ = std::make_shared<MapiRuntime>(mapi_test::fake_memory());
  ComPtr<MemoryStream> stream_ = MemoryStream::make(runtime_, "state");
};

TEST_F(Stream, ReadsFromWhereItStandsToTheEnd) {
  EXPECT_EQ(read(2), "st");
  EXPECT_EQ(read(100), "ate");
  EXPECT_EQ(read(100), "");
  std::uint64_t position = 0;
  EXPECT_EQ(stream_->Seek(-2, flag::kSeekEnd, &position), hr::kOk);
  EXPECT_EQ(position, 3U);
  EXPECT_EQ(read(100), "te");
  EXPECT_EQ(stream_->Seek(100, flag::kSeekSet, nullptr), hr::kOk);  // beyond the end there is nothing
  EXPECT_EQ(read(1), "");
  STATSTG stat{};
  EXPECT_EQ(stream_->Stat(&stat, flag::kStatNoName), hr::kOk);
  EXPECT_EQ(stat.cbSize, 5U);
}

TEST_F(Stream, WritesOverItsContentAndBeyondIt) {
  EXPECT_EQ(stream_->Seek(4, flag::kSeekSet, nullptr), hr::kOk);
  EXPECT_EQ(stream_->Write("12", 2, nullptr), hr::kOk);
  EXPECT_EQ(stream_->content(), "stat12");
  EXPECT_EQ(stream_->SetSize(2), hr::kOk);
  EXPECT_EQ(stream_->Write("x", 1, nullptr), hr::kOk);  // it still stands at 6
  EXPECT_EQ(stream_->content(), std::string("st\0\0\0\0x", 7));
  EXPECT_EQ(stream_->Commit(0), hr::kOk);
}

TEST_F(Stream, CopiesToAnotherStreamButNotToItself) {
  auto other = MemoryStream::make(runtime_, {});
  std::uint64_t read = 0, written = 0;
  EXPECT_EQ(stream_->CopyTo(other.get(), 3, &read, &written), hr::kOk);
  EXPECT_EQ(read, 3U);
  EXPECT_EQ(written, 3U);
  EXPECT_EQ(stream_->CopyTo(other.get(), ~0ULL, &read, &written), hr::kOk);
  EXPECT_EQ(other->content(), "state");
  EXPECT_EQ(stream_->Seek(0, flag::kSeekSet, nullptr), hr::kOk);
  EXPECT_EQ(stream_->CopyTo(stream_.get(), 3, &read, &written), hr::kInvalidArgument);
  EXPECT_EQ(stream_->CopyTo(nullptr, 3, &read, &written), hr::kInvalidArgument);
}

TEST_F(Stream, RefusesWhatCannotBe) {
  EXPECT_EQ(stream_->Read(nullptr, 1, nullptr), hr::kInvalidArgument);
  EXPECT_EQ(stream_->Write(nullptr, 1, nullptr), hr::kInvalidArgument);
  EXPECT_EQ(stream_->Seek(-1, flag::kSeekSet, nullptr), hr::kStreamInvalidFunction);
  EXPECT_EQ(stream_->Seek(INT64_MIN, flag::kSeekEnd, nullptr), hr::kStreamInvalidFunction);
  EXPECT_EQ(stream_->Seek(INT64_MAX, flag::kSeekEnd, nullptr), hr::kStreamInvalidFunction);
  EXPECT_EQ(stream_->Seek(0, 3, nullptr), hr::kStreamInvalidFunction);
  EXPECT_EQ(stream_->SetSize(limits::kStateBytesMax + 1), hr::kStreamFull);
  EXPECT_EQ(stream_->Seek(limits::kStateBytesMax, flag::kSeekSet, nullptr), hr::kOk);
  EXPECT_EQ(stream_->Write("x", 1, nullptr), hr::kStreamFull);
  EXPECT_EQ(stream_->Stat(nullptr, 0), hr::kInvalidArgument);
  IStream* clone = stream_.get();
  EXPECT_EQ(stream_->Clone(&clone), hr::kNoSupport);
  EXPECT_EQ(clone, nullptr);
  EXPECT_EQ(stream_->content(), "state");
}

}  // namespace
}  // namespace mapisync::mapi
