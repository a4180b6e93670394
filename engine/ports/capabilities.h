// What a server can do: told by the provider, probed by the engine, remembered per server version, never assumed.
#pragma once

#include <cstdint>
#include <string>

#include "engine/base/bytes.h"
#include "engine/base/result.h"

namespace mapisync {

enum class Known : std::uint8_t { unknown = 0, no = 1, yes = 2 };

/// Which id a selective list takes (mapi-ics 5.2). `unknown` is settled by probing with a known-good message.
enum class IdForm : std::uint8_t { unknown = 0, source_key = 1, entry_id = 2 };

/// SYNC_CATCHUP. free: brings the state up to date without reading messages; expensive: a discarded download, fails
/// at a bad message like any pass.
enum class CatchUp : std::uint8_t { unknown = 0, none = 1, free = 2, expensive = 3 };

struct Capabilities {
  Known selective_sync{Known::unknown};  // config_for_selective_sync
  std::uint32_t selective_list_max{0};   // messages in one list; 0 = no limit known
  IdForm id_form{IdForm::unknown};
  CatchUp catch_up{CatchUp::unknown};
  Known composed_state{Known::unknown};      // Folder::compose_state, and states at batch edges
  Known per_message_errors{Known::unknown};  // the exporter names a bad message and goes on
  Known restriction{Known::unknown};         // ConfigOptions::excluded works
  Known interruptible{Known::unknown};       // synchronize returns between messages
  Known writes{Known::unknown};              // a FolderWriter can be had

  // How silent damage shows at this kind of server. Told by the provider in every session; never learned, never stored.
  bool exact_sizes{false};    // MessageHeader::size is content_size() of the whole message (engine/model/message.h)
  std::string placeholder{};  // a short value that begins with this stands for lost content; empty = none is known
  friend bool operator==(const Capabilities&, const Capabilities&) = default;
};

/// Bytes for MailboxRecord::capabilities: what can be learned. decode answers Errc::malformed for anything encode did
/// not make.
Bytes encode(const Capabilities& capabilities);
Result<Capabilities> decode_capabilities(BytesView bytes);

}  // namespace mapisync
