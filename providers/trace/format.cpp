#include "providers/trace/format.h"

namespace mapisync::trace {

const char* name_of(Op op) noexcept {
  switch (op) {
    case Op::open_session: return "open a session";
    case Op::open_mailbox: return "open the mailbox";
    case Op::identity: return "who is the mailbox";
    case Op::server_version: return "the server's version";
    case Op::capabilities: return "what the server can do";
    case Op::root: return "the root folder";
    case Op::open_hierarchy: return "open the hierarchy";
    case Op::folder_table: return "read the table of folders";
    case Op::open_folder: return "open a folder";
    case Op::open_writer: return "open a folder for writing";
    case Op::counters: return "the folder's counters";
    case Op::open_exporter: return "open an exporter";
    case Op::open_table: return "open a contents table";
    case Op::probe: return "probe a message";
    case Op::compose_state: return "compose a state";
    case Op::table_next: return "read rows of a table";
    case Op::table_rewind: return "rewind a table";
    case Op::table_count: return "count the rows of a table";
    case Op::composer_add: return "add rows to a state";
    case Op::composer_finish: return "finish a state";
    case Op::config: return "configure an export";
    case Op::config_selective: return "configure an export of chosen messages";
    case Op::synchronize: return "synchronize";
    case Op::update_state: return "the state of an export";
    case Op::hierarchy_config: return "configure the hierarchy";
    case Op::hierarchy_synchronize: return "synchronize the hierarchy";
    case Op::hierarchy_state: return "the state of the hierarchy";
  }
  return "something unknown";
}

}  // namespace mapisync::trace
