#include "tests/mapi/fake/table.h"

#include <stdlib.h>
#include <string.h>

#include "tests/mapi/fake/codes.h"
#include "tests/mapi/fake/manners.h"
#include "tests/mapi/fake/memory.h"
#include "tests/mapi/fake/restriction.h"
#include "tests/mapi/fake/value.h"

typedef struct Table {
  FmObject object;
  ShimTable* shim;
  uint32_t* columns;
  uint32_t column_count;
  uint8_t* only; /* a source key that rows must have */
  uint32_t only_size;
} Table;

static int32_t table_query(Table* table, const void* iid, void** out) {
  if (fm_same(iid, kIidUnknown) || fm_same(iid, kIidTable)) return fm_answer(&table->object, out);
  *out = NULL;
  return kNoInterface;
}
static uint32_t table_release(Table* table) {
  const uint32_t left = --table->object.references;
  if (left != 0) return left;
  shim_close_table(table->shim);
  free(table->columns);
  free(table->only);
  fm_end_object(&table->object);
  return 0;
}
static int32_t table_set_columns(Table* table, const uint8_t* tags, uint32_t flags) {
  (void)flags;
  table->column_count = fm_u32_at(tags, 0);
  free(table->columns);
  table->columns = malloc(table->column_count * 4U + 4U);
  if (table->columns == NULL) fm_die("out of memory", table->column_count);
  memcpy(table->columns, tags + 4, table->column_count * 4U);
  return kOk;
}
static int32_t table_get_row_count(Table* table, uint32_t flags, uint32_t* count) {
  (void)flags;
  return shim_count(table->shim, count);
}
static int32_t table_seek_row(Table* table, uintptr_t origin, int32_t rows, int32_t* sought) {
  if (origin != 0 || rows != 0) return kNoSupport;
  if (sought != NULL) *sought = 0;
  return shim_rewind(table->shim);
}
static int32_t table_restrict(Table* table, const uint8_t* restriction, uint32_t flags) {
  (void)flags;
  ShimItem key;
  if (fm_lies(kFakeMapiRestrictionRefused)) return kTooComplex;
  if (fm_lies(kFakeMapiRestrictionIgnored)) return kOk;
  if (!fm_read_term(restriction, 4, &key)) return kTooComplex;
  free(table->only);
  table->only = malloc(key.size + 1U);
  if (table->only == NULL) fm_die("out of memory", key.size);
  memcpy(table->only, key.bytes, key.size);
  table->only_size = key.size;
  return kOk;
}
/* SSortOrderSet: sorts 0, categories 4, expanded 8, then pairs of tag and order. */
static int32_t table_sort(Table* table, const uint8_t* order, uint32_t flags) {
  (void)flags;
  if (fm_u32_at(order, 0) != 1 || fm_u32_at(order, 4) != 0 || fm_u32_at(order, 8) != 0 || fm_u32_at(order, 16) != 1) {
    return kTooComplex;
  }
  const uint32_t tag = fm_u32_at(order, 12);
  if (tag != 0x0E060040 && tag != 0x67090040) return kTooComplex;
  return shim_sort(table->shim, tag == 0x67090040);
}

static int is_wanted(const Table* table, const ShimList* row) {
  if (table->only == NULL) return 1;
  const ShimProperty* key = fm_find_property(row, 0x65E00102);
  return key != NULL && key->items->size == table->only_size &&
         memcmp(key->items->bytes, table->only, table->only_size) == 0;
}

static int32_t table_query_rows(Table* table, int32_t count, uint32_t flags, void** out) {
  (void)flags;
  if (count <= 0 || table->columns == NULL) return kInvalid;
  *out = NULL;
  if (fm_lies(kFakeMapiNoRowSet)) return kOk;
  if (fm_lies(kFakeMapiOneRowMore)) ++count;
  void* place = NULL;
  if (fake_mapi_allocate(8 + 16 * (uint32_t)count, &place) != kOk) return kNoMemory;
  uint8_t* set = place; /* SRowSet: count at 0, rows from 8 */
  uint32_t given = 0;
  for (;;) {
    const ShimList* rows = NULL;
    uint32_t found = 0;
    const int32_t code = shim_rows(table->shim, table->only != NULL ? 100 : (uint32_t)count - given, &rows, &found);
    if (code != 0) {
      for (uint32_t i = 0; i < given; ++i) fake_mapi_free((void*)(uintptr_t)fm_pointer_at(set, 8 + 16 * i + 8));
      fake_mapi_free(set);
      return code;
    }
    for (uint32_t i = 0; i < found && given < (uint32_t)count; ++i) {
      if (!is_wanted(table, &rows[i])) continue;
      FmRow row = {0, table->column_count, fm_put_columns(table->columns, table->column_count, &rows[i], NULL)};
      memcpy(set + 8 + 16 * given++, &row, 16);
    }
    if (found == 0 || table->only == NULL || given == (uint32_t)count) break;
  }
  if (fm_lies(kFakeMapiRowWithoutValues) && given != 0) {
    fake_mapi_free((void*)(uintptr_t)fm_pointer_at(set, 8 + 8));
    memset(set + 8 + 8, 0, sizeof(void*));
  }
  memcpy(set, &given, 4);
  *out = set;
  return kOk;
}

void* fm_new_table(ShimFolder* folder, ShimTable* shim) {
  static Slot slots[kSlotsMax];
  fm_trap(slots);
  slots[0] = (Slot)table_query;
  slots[1] = (Slot)fm_add_reference;
  slots[2] = (Slot)table_release;
  slots[3] = (Slot)fm_get_last_error;
  slots[7] = (Slot)table_set_columns;
  slots[9] = (Slot)table_get_row_count;
  slots[10] = (Slot)table_seek_row;
  slots[14] = (Slot)table_restrict;
  slots[17] = (Slot)table_sort;
  slots[19] = (Slot)table_query_rows;
  Table* table = fm_new_object(sizeof(Table), slots, folder);
  table->shim = shim;
  return table;
}
