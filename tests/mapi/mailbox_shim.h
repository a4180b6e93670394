/* What the fake MAPI, which is C, asks of the fake mailbox, which is C++, and what it is called back with. Nothing here
 * knows MAPI's structures: values are told in the simplest form there is. Codes are HRESULTs; 0 is success. */
#ifndef MAPISYNC_TESTS_MAPI_MAILBOX_SHIM_H
#define MAPISYNC_TESTS_MAPI_MAILBOX_SHIM_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ShimItem {
  int64_t whole; /* booleans, integers, times in ticks, error codes */
  double real;
  const uint8_t* bytes; /* text: UTF-8; binary; not ended by a NUL */
  uint32_t size;
} ShimItem;

/* The tag's type says which part counts; a multi-valued one has `count` items, any other has one. */
typedef struct ShimProperty {
  uint32_t tag; /* a named property bears the mailbox's number for it */
  uint32_t count;
  const ShimItem* items;
} ShimProperty;

typedef struct ShimList {
  uint32_t count;
  const ShimProperty* properties;
} ShimList;

typedef struct ShimName {
  uint8_t set[16]; /* as a GUID lies in memory */
  uint32_t is_text;
  uint32_t number;
  char text[256];
} ShimName;

/* What an export calls. Objects are whatever the callee wants them to be; they end with `release`. */
typedef struct ShimCallbacks {
  void* context;
  int32_t (*message_begin)(void* context, const ShimList* header, uint32_t associated,
                           void** message); /* null: ignore */
  int32_t (*set_properties)(void* object, const ShimList* list);
  int32_t (*stream_open)(void* object, uint32_t tag, uint64_t size, void** stream);
  int32_t (*stream_write)(void* stream, const uint8_t* bytes, uint32_t size);
  int32_t (*stream_commit)(void* stream);
  int32_t (*recipients)(void* message, const ShimList* rows, uint32_t count);
  int32_t (*attachment_begin)(void* message, void** attachment);
  int32_t (*embedded_begin)(void* attachment, void** message);
  int32_t (*save)(void* object);
  void (*release)(void* object);
  int32_t (*deletions)(void* context, const ShimItem* keys, uint32_t count, uint32_t soft);
  int32_t (*read_states)(void* context, const ShimItem* keys, uint32_t count); /* whole: read */
} ShimCallbacks;

typedef struct ShimConfig {
  const uint8_t* state;
  uint32_t state_size;
  uint32_t flags, buffer_size;
  const ShimItem* excluded;
  uint32_t excluded_count;
  const uint32_t* include;
  uint32_t include_count;
  const uint32_t* exclude;
  uint32_t exclude_count;
  const ShimItem* messages; /* selective; null: an ordinary export */
  uint32_t message_count;
} ShimConfig;

typedef struct ShimFolder ShimFolder;
typedef struct ShimExporter ShimExporter;
typedef struct ShimTable ShimTable;

int32_t shim_open_exporter(ShimFolder* folder, ShimExporter** exporter);
void shim_close_exporter(ShimExporter* exporter);
/* `callbacks` is copied. */
int32_t shim_configure(ShimExporter* exporter, const ShimConfig* config, const ShimCallbacks* callbacks);
int32_t shim_synchronize(ShimExporter* exporter, uint32_t* done, uint32_t* steps, uint32_t* progress);
/* Lives until the next call of this exporter. */
int32_t shim_state(ShimExporter* exporter, const uint8_t** state, uint32_t* size);
uint32_t shim_has_selective(ShimFolder* folder);

int32_t shim_open_table(ShimFolder* folder, uint32_t associated, ShimTable** table);
void shim_close_table(ShimTable* table);
/* latest_commit: else by delivery time. Starts from the beginning. */
int32_t shim_sort(ShimTable* table, uint32_t latest_commit);
int32_t shim_rewind(ShimTable* table);
int32_t shim_count(ShimTable* table, uint32_t* count);
/* Rows live until the next call of this table; each has all the columns there are. */
int32_t shim_rows(ShimTable* table, uint32_t max, const ShimList** rows, uint32_t* count);

/* PR_LOCAL_COMMIT_TIME_MAX, PR_DELETED_COUNT_TOTAL, PR_CONTENT_COUNT, PR_ASSOC_CONTENT_COUNT; lives until the next
 * call. */
int32_t shim_counters(ShimFolder* folder, const ShimList** counters);
/* By entry id: the source key of the message, if it is in this folder. `key` has room for 256 bytes. */
int32_t shim_find(ShimFolder* folder, const uint8_t* id, uint32_t size, uint8_t* key, uint32_t* key_size);
int32_t shim_name_of(ShimFolder* folder, uint16_t id, ShimName* name);      /* not found: 0x8004010F */
int32_t shim_id_of(ShimFolder* folder, const ShimName* name, uint16_t* id); /* the same */

#ifdef __cplusplus
}
#endif
#endif
