// A mailbox with one folder of any size, and a server that answers at once: what is measured against it is the engine.
// An export delivers the messages after those that its state counts, in order. One thread.
#pragma once

#include <cstdint>
#include <memory>

#include "bench/bulk_mail.h"
#include "engine/ports/provider.h"

namespace mapisync::bench {

class BulkProvider final : public Provider {
 public:
  /// `mail` is borrowed. `messages`: in the folder.
  BulkProvider(const BulkMail& mail, std::uint64_t messages) noexcept : mail_(mail), messages_(messages) {}
  Result<std::unique_ptr<Session>> open_session() override;

 private:
  const BulkMail& mail_;
  std::uint64_t messages_;
};

}  // namespace mapisync::bench
