// SHA-256, by OpenSSL. One thread per object.
#pragma once

#include <memory>

#include "engine/base/bytes.h"
#include "engine/base/result.h"

namespace mapisync::sqlite {

inline constexpr std::size_t kSha256Size = 32;

class Sha256 {
 public:
  static Result<Sha256> start();
  Result<void> add(BytesView piece);
  /// 32 bytes. Nothing can be added afterwards.
  Result<Bytes> finish();

 private:
  struct Free {
    void operator()(void* context) const noexcept;
  };
  explicit Sha256(void* context) noexcept : context_(context) {}
  std::unique_ptr<void, Free> context_;
};

}  // namespace mapisync::sqlite
