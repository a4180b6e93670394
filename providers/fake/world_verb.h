// One change of the world as data: a verb of FakeMailbox (or of the server) with names instead of handles, that prints
// itself and parses back. Fault plans hold them, scripts may. Values; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "providers/fake/fake_mailbox.h"
#include "providers/fake/words.h"

namespace mapisync::fake {

/// A line of words (words.h). MESSAGE is a name, FOLDER a path ("" = the IPM subtree), CODE a name of Errc.
///   add FOLDER MESSAGE [associated] [read] [foreign]
///     (foreign: with a source key that another server made)
///   modify MESSAGE
///   copy MESSAGE MESSAGE (the new one's name)
///   delete MESSAGE                                soft-delete MESSAGE
///   return MESSAGE                                move MESSAGE FOLDER
///   read MESSAGE                                  unread MESSAGE
///   break MESSAGE KIND [CODE] [new-version]       heal MESSAGE [new-version]
///   hide-change-key MESSAGE                       show-change-key MESSAGE
///   add-folder FOLDER                             delete-folder FOLDER
///   restore-folder FOLDER                         rename-folder FOLDER NAME
///   move-folder FOLDER FOLDER                     close-folder FOLDER CODE
///   open-folder FOLDER                            move-mailbox [new-mailbox] [new-keys] [new-versions]
///   spoil-states    kill-server    restart-server    drop-sessions
/// KIND: abort, hide, hide-as-deleted, placeholder, truncate, server-death, stall,
/// client-death.
struct WorldVerb {
  std::vector<std::string> words;
  friend bool operator==(const WorldVerb&, const WorldVerb&) = default;

  /// Errc::invalid_argument, with the reason, for anything but one well-formed verb.
  static Result<WorldVerb> parse(std::string_view text);
  std::string to_string() const;
  /// It concerns the server, not the mailbox: FakeProvider applies it.
  bool is_for_server() const;
};

/// Errc::not_found where a name leads nowhere; Errc::unsupported for verbs of the server.
Result<void> apply(FakeMailbox& mailbox, const WorldVerb& verb);

}  // namespace mapisync::fake
