/* Properties as they lie in memory, written without a look at the other side's declarations. */
#ifndef MAPISYNC_TESTS_MAPI_FAKE_VALUE_H
#define MAPISYNC_TESTS_MAPI_FAKE_VALUE_H

#include <stdint.h>

#include "tests/mapi/mailbox_shim.h"

typedef struct FmBinary {
  uint32_t size;
  uint8_t* bytes;
} FmBinary;

typedef struct FmMany {
  uint32_t count;
  void* values;
} FmMany;

typedef struct FmProperty {
  uint32_t tag;
  uint32_t pad;
  union {
    int16_t i16;
    int32_t i32;
    int64_t i64;
    float f32;
    double f64;
    uint16_t boolean;
    uint16_t* wide;
    char* narrow;
    void* guid;
    FmBinary binary;
    FmMany many;
  } value;
} FmProperty;

typedef struct FmRow {
  uint32_t pad;
  uint32_t count;
  FmProperty* properties;
} FmRow;

typedef struct FmNameId {
  uint8_t* set;
  uint32_t kind;
  union {
    int32_t number;
    uint16_t* text;
  } name;
} FmNameId;

_Static_assert(sizeof(FmProperty) == 24, "SPropValue");
_Static_assert(sizeof(FmRow) == 16, "SRow");

/* UTF-16 of UTF-8 that is known to be valid; `units` gets the number without the closing NUL. */
uint16_t* fm_wide(const uint8_t* text, uint32_t size, void* root, uint32_t* units);
/* All of a list in one buffer, to be freed by the caller. */
FmProperty* fm_put_list(const ShimList* list);
/* Columns as they were asked for; what is not there is PT_ERROR with MAPI_E_NOT_FOUND, and clears `all`. */
FmProperty* fm_put_columns(const uint32_t* tags, uint32_t count, const ShimList* from, int* all);
/* By the number of its tag; null: not there. */
const ShimProperty* fm_find_property(const ShimList* list, uint32_t tag);

#endif
