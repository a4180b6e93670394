#include "tests/mapi/fake/delivery.h"

#include <stdlib.h>
#include <string.h>

#include "tests/mapi/fake/codes.h"
#include "tests/mapi/fake/manners.h"
#include "tests/mapi/fake/memory.h"
#include "tests/mapi/fake/value.h"

enum { kMessage, kAttachment, kStream };
typedef struct Handle {
  int kind;
  void* object;
  FmExporter* exporter;
  uint32_t type;
  uint8_t* text; /* UTF-8 that waits for its end */
  uint32_t text_size;
} Handle;

static int32_t note(FmExporter* exporter, int32_t code) {
  if (code >= 0) return 0;
  exporter->told = code;
  return fm_manners()->swallow_errors != 0 ? 0 : code;
}

static Handle* new_handle(FmExporter* exporter, int kind, void* object) {
  Handle* handle = calloc(1, sizeof(Handle));
  if (handle == NULL) fm_die("out of memory", 0);
  handle->kind = kind;
  handle->object = object;
  handle->exporter = exporter;
  return handle;
}

static int32_t on_message(void* context, const ShimList* header, uint32_t associated, void** message) {
  FmExporter* exporter = context;
  FmProperty* properties = fm_put_list(header);
  uint32_t count = 0;
  for (uint32_t i = 0; i < header->count; ++i) {
    const uint32_t tag = properties[i].tag;
    if ((tag == 0x0FFF0102 && !exporter->wants_entry_id) || (tag == 0x0E080003 && !exporter->wants_size)) continue;
    properties[count++] = properties[i];
  }
  void* object = NULL;
  const int32_t code = ((int32_t(*)(void*, uint32_t, void*, uint32_t, void**))SLOT(exporter->collector, 6))(
      exporter->collector, count, properties, associated != 0 ? 0x10 : 0, &object);
  fake_mapi_free(properties);
  *message = NULL;
  if (code == kIgnore) return 0;
  if (code < 0) return note(exporter, code);
  if (object == NULL) return note(exporter, kCallFailed);
  *message = new_handle(exporter, kMessage, object);
  return 0;
}

/* The number that the target has for a named property: asked for by name. */
static uint32_t target_tag(const Handle* handle, uint32_t tag) {
  ShimName name;
  if (shim_name_of(handle->exporter->object.folder, (uint16_t)(tag >> 16), &name) != 0)
    fm_die("an unnamed property", tag);
  void* root = NULL;
  if (fake_mapi_allocate(1, &root) != kOk) fm_die("out of memory", 0);
  FmNameId id = {name.set, name.is_text, {0}};
  if (name.is_text)
    id.name.text = fm_wide((const uint8_t*)name.text, (uint32_t)strlen(name.text), root, NULL);
  else
    id.name.number = (int32_t)name.number;
  void* ids[1] = {&id};
  uint32_t* tags = NULL;
  const int32_t code = ((int32_t(*)(void*, uint32_t, void**, uint32_t, uint32_t**))SLOT(handle->object, 13))(
      handle->object, 1, ids, 2, &tags);
  if (code != kOk || tags[0] != 1) fm_die("the target has no number for a name", tag);
  const uint32_t out = (tags[1] & 0xFFFF0000U) | (tag & 0xFFFF);
  fake_mapi_free(tags);
  fake_mapi_free(root);
  return out;
}

static uint32_t tag_for(const Handle* handle, uint32_t tag) {
  return fm_manners()->ask_names != 0 && (tag >> 16) >= 0x8000 ? target_tag(handle, tag) : tag;
}

static int32_t on_properties(void* object, const ShimList* list) {
  Handle* handle = object;
  FmProperty* properties = fm_put_list(list);
  for (uint32_t i = 0; i < list->count; ++i) properties[i].tag = tag_for(handle, properties[i].tag);
  void* problems = NULL;
  const int32_t code = ((int32_t(*)(void*, uint32_t, void*, void**))SLOT(handle->object, 8))(
      handle->object, list->count, properties, &problems);
  fake_mapi_free(problems);
  fake_mapi_free(properties);
  return note(handle->exporter, code);
}

static int32_t on_stream(void* object, uint32_t tag, uint64_t size, void** stream) {
  Handle* parent = object;
  void* opened = NULL;
  const int32_t code = ((int32_t(*)(void*, uint32_t, const void*, uint32_t, uint32_t, void**))SLOT(parent->object, 7))(
      parent->object, tag_for(parent, tag), kIidStream, 0, 3, &opened);
  *stream = NULL;
  if (code < 0) {
    const int32_t told = note(parent->exporter, code);
    if (told == 0) *stream = new_handle(parent->exporter, kStream, NULL);
    return told;
  }
  Handle* handle = new_handle(parent->exporter, kStream, opened);
  handle->type = tag & 0xFFFF;
  if (size != 0) {
    const uint64_t bytes = handle->type == kPtUnicode ? size * 2 : size;
    note(parent->exporter, ((int32_t(*)(void*, uint64_t))SLOT(opened, 6))(opened, bytes));
  }
  *stream = handle;
  return 0;
}

static int32_t stream_bytes(Handle* handle, const uint8_t* bytes, uint32_t size) {
  uint32_t done = 0;
  const int32_t code = ((int32_t(*)(void*, const void*, uint32_t, uint32_t*))SLOT(handle->object, 4))(
      handle->object, bytes, size, &done);
  if (code >= 0 && done != size) return note(handle->exporter, kCallFailed);
  return note(handle->exporter, code);
}

static int32_t on_write(void* stream, const uint8_t* bytes, uint32_t size) {
  Handle* handle = stream;
  if (handle->object == NULL) return 0;
  if (handle->type != kPtUnicode) return stream_bytes(handle, bytes, size);
  handle->text = realloc(handle->text, (size_t)handle->text_size + size + 1);
  if (handle->text == NULL) fm_die("out of memory", 0);
  memcpy(handle->text + handle->text_size, bytes, size);
  handle->text_size += size;
  return 0;
}

static int32_t on_commit(void* stream) {
  Handle* handle = stream;
  if (handle->object == NULL) return 0;
  int32_t code = 0;
  if (handle->text != NULL) {
    void* root = NULL;
    if (fake_mapi_allocate(1, &root) != kOk) fm_die("out of memory", 0);
    uint32_t units = 0;
    const uint8_t* wide = (const uint8_t*)fm_wide(handle->text, handle->text_size, root, &units);
    /* Odd pieces: they end in the middle of a unit. */
    for (uint32_t at = 0; code == 0 && at < units * 2; at += 32767) {
      const uint32_t left = units * 2 - at;
      code = stream_bytes(handle, wide + at, left < 32767 ? left : 32767);
    }
    fake_mapi_free(root);
  }
  if (code != 0 || fm_manners()->skip_commit != 0) return code;
  return note(handle->exporter, ((int32_t(*)(void*, uint32_t))SLOT(handle->object, 8))(handle->object, 0));
}

static int32_t on_recipients(void* message, const ShimList* rows, uint32_t count) {
  Handle* handle = message;
  uint8_t* list = calloc(1, 8 + (size_t)count * 16); /* ADRLIST: count at 0, entries from 8 */
  if (list == NULL) fm_die("out of memory", 0);
  memcpy(list, &count, 4);
  for (uint32_t i = 0; i < count; ++i) {
    FmRow entry = {0, rows[i].count, fm_put_list(&rows[i])};
    for (uint32_t k = 0; k < entry.count; ++k) entry.properties[k].tag = tag_for(handle, entry.properties[k].tag);
    memcpy(list + 8 + 16 * i, &entry, 16);
  }
  const int32_t code = ((int32_t(*)(void*, uint32_t, void*))SLOT(handle->object, 19))(handle->object, 0, list);
  for (uint32_t i = 0; i < count; ++i) {
    FmRow entry;
    memcpy(&entry, list + 8 + 16 * i, 16);
    fake_mapi_free(entry.properties);
  }
  free(list);
  return note(handle->exporter, code);
}

static int32_t on_attachment(void* message, void** attachment) {
  Handle* handle = message;
  void* made = NULL;
  uint32_t number = 0xFFFFFFFFU;
  const int32_t code = ((int32_t(*)(void*, const void*, uint32_t, uint32_t*, void**))SLOT(handle->object, 16))(
      handle->object, NULL, 0, &number, &made);
  *attachment = NULL;
  if (code < 0) return note(handle->exporter, code), code; /* there is nothing to go on with */
  if (number == 0xFFFFFFFFU) fm_die("CreateAttach gave no number", number);
  *attachment = new_handle(handle->exporter, kAttachment, made);
  return 0;
}

static int32_t on_embedded(void* attachment, void** message) {
  Handle* handle = attachment;
  void* opened = NULL;
  const int32_t code = ((int32_t(*)(void*, uint32_t, const void*, uint32_t, uint32_t, void**))SLOT(handle->object, 7))(
      handle->object, 0x3701000D, kIidMessage, 0, 3, &opened);
  *message = NULL;
  if (code < 0) return note(handle->exporter, code), code;
  *message = new_handle(handle->exporter, kMessage, opened);
  return 0;
}

static int32_t on_save(void* object) {
  Handle* handle = object;
  return note(handle->exporter, ((int32_t(*)(void*, uint32_t))SLOT(handle->object, 4))(handle->object, 0));
}

static void on_release(void* object) {
  Handle* handle = object;
  if (handle == NULL) return;
  if (handle->kind == kMessage && fm_manners()->hold_messages != 0) {
    fm_release(handle->exporter->held);
    handle->exporter->held = handle->object;
  } else {
    fm_release(handle->object);
  }
  free(handle->text);
  free(handle);
}

static int32_t on_deletions(void* context, const ShimItem* keys, uint32_t count, uint32_t soft) {
  FmExporter* exporter = context;
  void* root = NULL;
  if (fake_mapi_allocate(1, &root) != kOk) fm_die("out of memory", 0);
  FmBinary* binaries = fm_take(count * 16, root);
  for (uint32_t i = 0; i < count; ++i) {
    binaries[i].size = keys[i].size;
    binaries[i].bytes = fm_copy(keys[i].bytes, keys[i].size, root);
  }
  FmMany list = {count, binaries}; /* ENTRYLIST: count at 0, array at 8 */
  const int32_t code =
      ((int32_t(*)(void*, uint32_t, void*))SLOT(exporter->collector, 7))(exporter->collector, soft != 0 ? 1 : 0, &list);
  fake_mapi_free(root);
  return note(exporter, code);
}

static int32_t on_read_states(void* context, const ShimItem* keys, uint32_t count) {
  FmExporter* exporter = context;
  void* root = NULL;
  if (fake_mapi_allocate(1, &root) != kOk) fm_die("out of memory", 0);
  uint8_t* states = fm_take(count * 24, root); /* READSTATE: size 0, key 8, flags 16 */
  for (uint32_t i = 0; i < count; ++i) {
    void* key = fm_copy(keys[i].bytes, keys[i].size, root);
    const uint32_t flags = keys[i].whole != 0 ? 1 : 0;
    memcpy(states + 24 * i, &keys[i].size, 4);
    memcpy(states + 24 * i + 8, &key, 8);
    memcpy(states + 24 * i + 16, &flags, 4);
  }
  const int32_t code =
      ((int32_t(*)(void*, uint32_t, void*))SLOT(exporter->collector, 8))(exporter->collector, count, states);
  fake_mapi_free(root);
  return note(exporter, code);
}

ShimCallbacks fm_delivery(FmExporter* exporter) {
  const ShimCallbacks callbacks = {exporter,   on_message,    on_properties, on_stream,   on_write,
                                   on_commit,  on_recipients, on_attachment, on_embedded, on_save,
                                   on_release, on_deletions,  on_read_states};
  return callbacks;
}

void fm_release_held(FmExporter* exporter) {
  fm_release(exporter->held);
  exporter->held = NULL;
}
