#include "tests/mapi/fake/exporter.h"

#include <stdlib.h>
#include <string.h>

#include "tests/mapi/fake/codes.h"
#include "tests/mapi/fake/delivery.h"
#include "tests/mapi/fake/memory.h"
#include "tests/mapi/fake/restriction.h"

static uint64_t mix(uint64_t sum, const uint8_t* bytes, size_t size) {
  for (size_t i = 0; i < size; ++i) sum = (sum ^ bytes[i]) * 0x100000001b3ULL;
  return sum;
}
static uint64_t fingerprint(const FmExporter* e) {
  uint64_t sum = 0xcbf29ce484222325ULL;
  if (e->include != NULL) sum = mix(sum, e->include, 4 + 4 * (size_t)fm_u32_at(e->include, 0));
  if (e->exclude != NULL) sum = mix(sum, e->exclude, 4 + 4 * (size_t)fm_u32_at(e->exclude, 0));
  if (e->list != NULL) {
    const uint32_t count = fm_u32_at(e->list, 0);
    const uint8_t* ids = fm_pointer_at(e->list, 8);
    for (uint32_t i = 0; i < count; ++i) {
      sum = mix(sum, fm_pointer_at(ids, 16 * i + 8), fm_u32_at(ids, 16 * i));
    }
  }
  if (e->restriction != NULL) {
    const uint32_t count = fm_u32_at(e->restriction, 8);
    const uint8_t* terms = fm_pointer_at(e->restriction, 16);
    for (uint32_t i = 0; i < count; ++i) {
      const uint8_t* value = fm_pointer_at(terms, 32 * i + 16);
      sum = mix(sum, fm_pointer_at(value, 16), fm_u32_at(value, 8));
    }
  }
  return sum;
}

static int has_tag(const uint8_t* tags, uint32_t tag) {
  for (uint32_t i = 0; tags != NULL && i < fm_u32_at(tags, 0); ++i) {
    if (fm_u32_at(tags, 4 + 4 * i) == tag) return 1;
  }
  return 0;
}

/* The stream's content, through slots 5 (Seek), 12 (Stat) and 3 (Read). */
static uint8_t* read_stream(void* stream, uint32_t* size) {
  if (((int32_t(*)(void*, int64_t, uint32_t, uint64_t*))SLOT(stream, 5))(stream, 0, 0, NULL) != kOk) return NULL;
  uint8_t stat[80];
  memset(stat, 0xEE, sizeof(stat));
  if (((int32_t(*)(void*, void*, uint32_t))SLOT(stream, 12))(stream, stat, 1) != kOk) return NULL;
  uint64_t length = 0;
  memcpy(&length, stat + 16, 8);
  uint8_t* out = malloc(length + 1);
  if (out == NULL) fm_die("out of memory", 0);
  uint32_t have = 0;
  for (;;) {
    uint32_t done = 0;
    const uint32_t room = (uint32_t)(length - have) < 1000 ? (uint32_t)(length - have) : 1000;
    const int32_t code =
        ((int32_t(*)(void*, void*, uint32_t, uint32_t*))SLOT(stream, 3))(stream, out + have, room, &done);
    if (code != kOk || done == 0) break;
    have += done;
  }
  if (have != length) fm_die("a stream that is shorter than it says", have);
  *size = have;
  return out;
}

static int32_t exporter_query(FmExporter* exporter, const void* iid, void** out) {
  const int has3 = shim_has_selective(exporter->object.folder) != 0;
  if (fm_same(iid, kIidUnknown) || fm_same(iid, kIidExport) ||
      (has3 && (fm_same(iid, kIidExport2) || fm_same(iid, kIidExport3)))) {
    return fm_answer(&exporter->object, out);
  }
  *out = NULL;
  return kNoInterface;
}

static uint32_t exporter_release(FmExporter* exporter) {
  const uint32_t left = --exporter->object.references;
  if (left != 0) return left;
  /* Late, as some libraries are: what was configured must still be there. */
  if (exporter->fingerprint != 0 && exporter->fingerprint != fingerprint(exporter)) fm_die("arguments went early", 0);
  fm_release_held(exporter);
  shim_close_exporter(exporter->shim);
  fm_release(exporter->collector);
  fm_end_object(&exporter->object);
  return 0;
}

/* ENTRYLIST: count at 0, SBinary array at 8. */
static ShimItem* read_list(const uint8_t* list, uint32_t* count) {
  *count = fm_u32_at(list, 0);
  ShimItem* items = calloc(*count + 1U, sizeof(ShimItem));
  if (items == NULL) fm_die("out of memory", *count);
  const uint8_t* ids = fm_pointer_at(list, 8);
  for (uint32_t i = 0; i < *count; ++i) {
    items[i].size = fm_u32_at(ids, 16 * i);
    items[i].bytes = fm_pointer_at(ids, 16 * i + 8);
  }
  return items;
}

/* RES_AND over source keys that are not wanted; null: something else. */
static ShimItem* read_excluded(const uint8_t* restriction, uint32_t* count) {
  if (fm_u32_at(restriction, 0) != 0) return NULL;
  *count = fm_u32_at(restriction, 8);
  ShimItem* items = calloc(*count + 1U, sizeof(ShimItem));
  if (items == NULL) fm_die("out of memory", *count);
  const uint8_t* terms = fm_pointer_at(restriction, 16);
  for (uint32_t i = 0; i < *count; ++i) {
    if (!fm_read_term(terms + 32 * i, 5, &items[i])) {
      free(items);
      return NULL;
    }
  }
  return items;
}

/* SPropTagArray: count at 0, tags from 4; may be null. */
static const uint32_t* read_tags(const uint8_t* tags, uint32_t* count) {
  if (tags == NULL) return NULL;
  *count = fm_u32_at(tags, 0);
  return (const uint32_t*)(const void*)(tags + 4);
}

static int32_t take_collector(FmExporter* exporter, void* collector) {
  void* found = NULL;
  const int32_t code = fm_query(collector, kIidImportContents, &found);
  if (code != kOk) return code;
  fm_release(exporter->collector);
  exporter->collector = found;
  return kOk;
}

/* exporter->list, restriction, include and exclude are what was given. */
static int32_t configure(FmExporter* exporter, void* stream, uint32_t flags, void* collector, uint32_t buffer) {
  if (stream == NULL || collector == NULL) return kInvalid;
  const int32_t code = take_collector(exporter, collector);
  if (code != kOk) return code;
  exporter->wants_entry_id = has_tag(exporter->include, 0x0FFF0102) != 0;
  exporter->wants_size = has_tag(exporter->include, 0x0E080003) != 0;

  ShimConfig config;
  memset(&config, 0, sizeof(config));
  config.flags = flags;
  config.buffer_size = buffer;
  ShimItem *messages = NULL, *excluded = NULL;
  if (exporter->list != NULL) messages = read_list(exporter->list, &config.message_count);
  if (exporter->restriction != NULL) {
    excluded = read_excluded(exporter->restriction, &config.excluded_count);
    if (excluded == NULL) {
      free(messages);
      return kTooComplex;
    }
  }
  config.messages = messages;
  config.excluded = excluded;
  config.include = read_tags(exporter->include, &config.include_count);
  config.exclude = read_tags(exporter->exclude, &config.exclude_count);
  uint8_t* state = read_stream(stream, &config.state_size);
  config.state = state;
  const ShimCallbacks callbacks = fm_delivery(exporter);
  const int32_t result = shim_configure(exporter->shim, &config, &callbacks);
  free(messages);
  free(excluded);
  free(state);
  exporter->fingerprint = fingerprint(exporter);
  return result;
}

static void keep_arguments(FmExporter* exporter, const void* list, const void* restriction, const void* include,
                           const void* exclude) {
  exporter->list = list;
  exporter->restriction = restriction;
  exporter->include = include;
  exporter->exclude = exclude;
}
static int32_t exporter_config(FmExporter* e, void* stream, uint32_t flags, void* collector, void* restriction,
                               void* include, void* exclude, uint32_t buffer) {
  keep_arguments(e, NULL, restriction, include, exclude);
  return configure(e, stream, flags, collector, buffer);
}
static int32_t exporter_config_selective(FmExporter* e, void* stream, uint32_t flags, void* collector, void* list,
                                         void* restriction, void* include, void* exclude, uint32_t buffer) {
  if (list == NULL) return kInvalid;
  keep_arguments(e, list, restriction, include, exclude);
  return configure(e, stream, flags, collector, buffer);
}

static int32_t exporter_synchronize(FmExporter* exporter, uint32_t* steps, uint32_t* progress) {
  if (exporter->collector != NULL && exporter->fingerprint != fingerprint(exporter)) fm_die("arguments went early", 0);
  uint32_t done = 0;
  exporter->told = 0;
  const int32_t code = shim_synchronize(exporter->shim, &done, steps, progress);
  if (code != 0) return exporter->told != 0 ? exporter->told : code;
  return done != 0 ? kOk : kProgress;
}

/* Slots 6 (SetSize), 5 (Seek), 4 (Write), 8 (Commit). */
static int32_t exporter_update_state(FmExporter* exporter, void* stream) {
  const uint8_t* state = NULL;
  uint32_t size = 0;
  const int32_t code = shim_state(exporter->shim, &state, &size);
  if (code != 0) return code;
  ((int32_t(*)(void*, uint64_t))SLOT(stream, 6))(stream, 0);
  ((int32_t(*)(void*, int64_t, uint32_t, uint64_t*))SLOT(stream, 5))(stream, 0, 0, NULL);
  for (uint32_t at = 0; at < size; at += 100) {
    uint32_t done = 0;
    const uint32_t piece = size - at < 100 ? size - at : 100;
    const int32_t wrote =
        ((int32_t(*)(void*, const void*, uint32_t, uint32_t*))SLOT(stream, 4))(stream, state + at, piece, &done);
    if (wrote != kOk || done != piece) return kCallFailed;
  }
  return ((int32_t(*)(void*, uint32_t))SLOT(stream, 8))(stream, 0);
}

void* fm_new_exporter(ShimFolder* folder, ShimExporter* shim) {
  static Slot slots[kSlotsMax];
  fm_trap(slots);
  slots[0] = (Slot)exporter_query;
  slots[1] = (Slot)fm_add_reference;
  slots[2] = (Slot)exporter_release;
  slots[3] = (Slot)fm_get_last_error;
  slots[4] = (Slot)exporter_config;
  slots[5] = (Slot)exporter_synchronize;
  slots[6] = (Slot)exporter_update_state;
  slots[8] = (Slot)exporter_config_selective;
  FmExporter* exporter = fm_new_object(sizeof(FmExporter), slots, folder);
  exporter->shim = shim;
  return exporter;
}
