#include "providers/mapihttp/wire/rop_names.h"

namespace mapisync::wire {

const char* name_of(RopId id) noexcept {
  switch (id) {
    case RopId::release: return "Release";
    case RopId::open_folder: return "OpenFolder";
    case RopId::open_message: return "OpenMessage";
    case RopId::get_hierarchy_table: return "GetHierarchyTable";
    case RopId::get_contents_table: return "GetContentsTable";
    case RopId::get_properties_specific: return "GetPropertiesSpecific";
    case RopId::get_properties_all: return "GetPropertiesAll";
    case RopId::set_columns: return "SetColumns";
    case RopId::sort_table: return "SortTable";
    case RopId::restrict_table: return "Restrict";
    case RopId::query_rows: return "QueryRows";
    case RopId::query_position: return "QueryPosition";
    case RopId::seek_row: return "SeekRow";
    case RopId::create_folder: return "CreateFolder";
    case RopId::delete_messages: return "DeleteMessages";
    case RopId::notify: return "Notify";
    case RopId::open_stream: return "OpenStream";
    case RopId::read_stream: return "ReadStream";
    case RopId::move_copy_messages: return "MoveCopyMessages";
    case RopId::long_term_id_from_id: return "LongTermIdFromId";
    case RopId::id_from_long_term_id: return "IdFromLongTermId";
    case RopId::fast_transfer_source_copy_messages: return "FastTransferSourceCopyMessages";
    case RopId::fast_transfer_source_copy_folder: return "FastTransferSourceCopyFolder";
    case RopId::fast_transfer_source_copy_to: return "FastTransferSourceCopyTo";
    case RopId::fast_transfer_source_get_buffer: return "FastTransferSourceGetBuffer";
    case RopId::progress: return "Progress";
    case RopId::get_names_from_property_ids: return "GetNamesFromPropertyIds";
    case RopId::get_property_ids_from_names: return "GetPropertyIdsFromNames";
    case RopId::fast_transfer_source_copy_properties: return "FastTransferSourceCopyProperties";
    case RopId::pending: return "Pending";
    case RopId::synchronization_configure: return "SynchronizationConfigure";
    case RopId::upload_state_stream_begin: return "SynchronizationUploadStateStreamBegin";
    case RopId::upload_state_stream_continue: return "SynchronizationUploadStateStreamContinue";
    case RopId::upload_state_stream_end: return "SynchronizationUploadStateStreamEnd";
    case RopId::get_transfer_state: return "SynchronizationGetTransferState";
    case RopId::tell_version: return "TellVersion";
    case RopId::hard_delete_messages: return "HardDeleteMessages";
    case RopId::backoff: return "Backoff";
    case RopId::logon: return "Logon";
    case RopId::buffer_too_small: return "BufferTooSmall";
  }
  return "?";
}

}  // namespace mapisync::wire
