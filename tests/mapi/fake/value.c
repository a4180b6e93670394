#include "tests/mapi/fake/value.h"

#include <string.h>

#include "tests/mapi/fake/codes.h"
#include "tests/mapi/fake/memory.h"

uint16_t* fm_wide(const uint8_t* text, uint32_t size, void* root, uint32_t* units) {
  uint16_t* out = fm_take((size + 1) * 2, root);
  uint32_t n = 0;
  for (uint32_t i = 0; i < size;) {
    uint32_t c = text[i++];
    const uint32_t more = c < 0x80 ? 0 : c < 0xE0 ? 1 : c < 0xF0 ? 2 : 3;
    if (more != 0) c &= 0x3FU >> more;
    for (uint32_t k = 0; k < more && i < size; ++k) c = (c << 6) | (text[i++] & 0x3FU);
    if (c >= 0x10000) {
      out[n++] = (uint16_t)(0xD800 + ((c - 0x10000) >> 10));
      c = 0xDC00 + ((c - 0x10000) & 0x3FF);
    }
    out[n++] = (uint16_t)c;
  }
  out[n] = 0;
  if (units != NULL) *units = n;
  return out;
}

static void put_many(FmProperty* out, const ShimProperty* from, void* root) {
  const uint32_t type = from->tag & 0xFFF;
  const uint32_t count = from->count;
  uint8_t* place = fm_take(count * 16, root);
  out->value.many.count = count;
  out->value.many.values = place;
  for (uint32_t i = 0; i < count; ++i) {
    const ShimItem* item = &from->items[i];
    const int32_t whole = (int32_t)item->whole;
    const int16_t small = (int16_t)item->whole;
    const float real = (float)item->real;
    void* pointer = NULL;
    switch (type) {
      case kPtShort: memcpy(place + 2 * i, &small, 2); break;
      case kPtLong: memcpy(place + 4 * i, &whole, 4); break;
      case kPtFloat: memcpy(place + 4 * i, &real, 4); break;
      case kPtDouble:
      case kPtAppTime: memcpy(place + 8 * i, &item->real, 8); break;
      case kPtCurrency:
      case kPtInt64:
      case kPtTime: memcpy(place + 8 * i, &item->whole, 8); break;
      case kPtUnicode:
        pointer = fm_wide(item->bytes, item->size, root, NULL);
        memcpy(place + 8 * i, &pointer, 8);
        break;
      case kPtGuid: memcpy(place + 16 * i, item->bytes, 16); break;
      case kPtBinary: {
        FmBinary binary = {item->size, fm_copy(item->bytes, item->size, root)};
        memcpy(place + 16 * i, &binary, 16);
        break;
      }
      default: fm_die("a multi-valued property of no type", from->tag);
    }
  }
}

static void fm_put_property(FmProperty* out, const ShimProperty* from, void* root) {
  memset(out, 0, sizeof(*out));
  out->tag = from->tag;
  if ((from->tag & kPtMulti) != 0) {
    put_many(out, from, root);
    return;
  }
  const ShimItem* item = from->items;
  switch (from->tag & 0xFFFF) {
    case kPtShort: out->value.i16 = (int16_t)item->whole; break;
    case kPtLong:
    case kPtError: out->value.i32 = (int32_t)item->whole; break;
    case kPtFloat: out->value.f32 = (float)item->real; break;
    case kPtDouble:
    case kPtAppTime: out->value.f64 = item->real; break;
    case kPtBoolean: out->value.boolean = (uint16_t)item->whole; break;
    case kPtCurrency:
    case kPtInt64:
    case kPtTime: out->value.i64 = item->whole; break;
    case kPtUnicode: out->value.wide = fm_wide(item->bytes, item->size, root, NULL); break;
    case kPtGuid: out->value.guid = fm_copy(item->bytes, 16, root); break;
    case kPtBinary:
      out->value.binary.size = item->size;
      out->value.binary.bytes = fm_copy(item->bytes, item->size, root);
      break;
    default: fm_die("a property of no type", from->tag);
  }
}

FmProperty* fm_put_list(const ShimList* list) {
  void* root = NULL;
  if (fake_mapi_allocate((list->count + 1) * (uint32_t)sizeof(FmProperty), &root) != kOk) fm_die("out of memory", 0);
  FmProperty* out = root;
  for (uint32_t i = 0; i < list->count; ++i) fm_put_property(&out[i], &list->properties[i], root);
  return out;
}

const ShimProperty* fm_find_property(const ShimList* list, uint32_t tag) {
  for (uint32_t i = 0; i < list->count; ++i) {
    if (list->properties[i].tag >> 16 == tag >> 16) return &list->properties[i];
  }
  return NULL;
}

FmProperty* fm_put_columns(const uint32_t* tags, uint32_t count, const ShimList* from, int* all) {
  void* root = NULL;
  if (fake_mapi_allocate((count + 1) * (uint32_t)sizeof(FmProperty), &root) != kOk) fm_die("out of memory", 0);
  FmProperty* out = root;
  for (uint32_t i = 0; i < count; ++i) {
    const ShimProperty* found = fm_find_property(from, tags[i]);
    if (found != NULL) {
      fm_put_property(&out[i], found, root);
      continue;
    }
    memset(&out[i], 0, sizeof(FmProperty));
    out[i].tag = (tags[i] & 0xFFFF0000U) | kPtError;
    out[i].value.i32 = kNotFound;
    if (all != NULL) *all = 0;
  }
  return out;
}
