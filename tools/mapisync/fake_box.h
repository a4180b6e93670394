// BOX.fake as the commands use it: opened or made, with errors that say what to do. One caller at a time.
#pragma once

#include <cstdint>
#include <string>

#include "engine/base/result.h"
#include "providers/fake/fake_mailbox.h"
#include "tools/mapisync/command.h"

namespace mapisync::cli {

/// The path without a "fake:" in front, which people carry over from `sync`.
std::string box_path(const std::string& name);

/// The seed of a new box: no two mailboxes are taken for one, or what belongs to one would pass for the other's.
std::uint64_t new_identity(Random& random);

/// The box, made with an identity of its own if there is no file of that name.
Result<fake::FakeMailbox> open_or_create_box(const std::string& path, Random& random);

/// What `fake show` tells.
struct ShowBoxRequest {
  std::string box;
  std::string folder;
  bool messages{false};  // of `folder`; otherwise the folders are listed
  bool json_lines{false};
};
Ending run_show_box(Context& context, const ShowBoxRequest& request);

}  // namespace mapisync::cli
