// The fake Exchange server behind the ports: a FakeMailbox seen through a FaultPlan.
//
// Everything below one provider shares one thread. The mailbox may be changed between any two calls, and by hooks
// in the middle of them. Nothing waits and nothing reads a clock: a hang is an immediate Errc::timeout.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/log.h"
#include "engine/ports/provider.h"
#include "providers/fake/content_converter.h"
#include "providers/fake/fake_mailbox.h"
#include "providers/fake/fault_plan.h"

namespace mapisync::fake {

class FakeServer;

/// What the server saw, for tests of cost and of manners.
struct ServerCounts {
  std::uint64_t calls{0};    // of any port
  std::uint64_t logons{0};   // open now
  std::uint64_t exports{0};  // config and config_for_selective_sync that succeeded
  std::uint64_t selective_exports{0};
  std::uint64_t messages_sent{0};  // whole ones
  std::uint64_t table_pages{0};
  std::uint64_t deaths{0};  // of the server's process
};

class FakeProvider : public Provider {
 public:
  ~FakeProvider() override;
  Result<std::unique_ptr<Session>> open_session() override;

  FakeMailbox& mailbox();
  const FaultPlan& plan() const;
  void set_plan(FaultPlan plan);  // counters of calls go on; events of the new plan have not happened yet
  void set_conversion(const ConversionContext& context);
  /// Sessions opened from now on may write (Mailbox::open_writer). Off at first.
  void allow_writes(bool allowed);

  /// The index-th call of any port (from 1) fails so. For sweeps; cleared by set_plan.
  void fail_call(std::uint64_t index, Failure failure);
  /// Called before every call of a port, with its number, before anything else happens. May change the mailbox.
  void on_call(std::function<void(std::uint64_t index, PortCall call)> hook);

  /// What happens to a process that meets a message with DamageKind::client_death; at first: std::abort. It must not
  /// return.
  void on_client_death(std::function<void()> end);
  /// Called for each message that an export reads, whether it arrives or is lost with its buffer; where time is played,
  /// this is where it passes.
  void on_message_read(std::function<void()> hook);
  void kill_server();
  void restart_server();
  void drop_sessions();  // every open session is lost
  ServerCounts counts() const;
  /// For another front of the same server (the emulator). Its calls and those of the ports are one caller at a time.
  std::shared_ptr<FakeServer> server() const { return server_; }

  /// The mailbox's ground truth with the plan's own damages applied and the converter asked.
  Result<std::vector<FolderTruth>> ground_truth();
  /// What a whole export of this message delivers: what a mirror must hold. Fails where the content cannot be
  /// converted.
  Result<MessageContent> expected_content(FakeMessageId message);

 private:
  friend std::unique_ptr<FakeProvider> open_provider(FakeMailbox&, FaultPlan, ContentConverter*, Log);
  friend Result<std::unique_ptr<FakeProvider>> open_provider(const std::string&, FaultPlan, ContentConverter*, Log);
  FakeProvider(std::shared_ptr<FakeServer> server, std::optional<FakeMailbox> owned);
  std::optional<FakeMailbox> owned_;
  std::shared_ptr<FakeServer> server_;
};

/// `mailbox` and `converter` are borrowed and outlive the provider and all that came from it; `converter` may be null
/// where no message holds mail.
std::unique_ptr<FakeProvider> open_provider(FakeMailbox& mailbox, FaultPlan plan, ContentConverter* converter, Log log);
/// Opens the file and owns the mailbox. Fails as FakeMailbox::open.
Result<std::unique_ptr<FakeProvider>> open_provider(const std::string& path, FaultPlan plan,
                                                    ContentConverter* converter, Log log);

}  // namespace mapisync::fake
