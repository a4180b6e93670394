// How a mailbox is reached. Values.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "engine/base/log.h"
#include "engine/ports/clock.h"
#include "providers/mapihttp/transport/answer_reader.h"
#include "providers/mapihttp/transport/credentials.h"
#include "providers/mapihttp/transport/http_channel.h"
#include "providers/mapihttp/transport/wire_observer.h"

namespace mapisync::mapihttp {

/// A channel for one session; every session has its own.
using ChannelMaker = std::function<Result<std::unique_ptr<HttpChannel>>()>;

struct ClientOptions {
  std::string endpoint;      // .../mapi/emsmdb/?MailboxId=...; empty: it is looked up
  std::string user_dn;       // legacyExchangeDN, with `endpoint`
  std::string address;       // the mailbox to look up, without `endpoint`
  std::string autodiscover;  // the one URL to ask at; empty: those of the address's domain
  Patience patience{};
  std::string client_application{"Outlook/16.0.10000.0000"};
  /// Ask the server to name bad messages and to go on. Given up by itself where a server refuses it.
  bool recover_mode{true};
  bool may_write{false};                    // Mailbox::open_writer
  std::optional<Duration> call_deadline{};  // of every call but Exporter::synchronize, which is given its own
  Log log{};
  std::shared_ptr<WireObserver> observer{};  // of all sessions; or none
};

}  // namespace mapisync::mapihttp
