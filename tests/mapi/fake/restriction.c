#include "tests/mapi/fake/restriction.h"

#include "tests/mapi/fake/memory.h"

int fm_read_term(const uint8_t* term, uint32_t relation, ShimItem* key) {
  if (fm_u32_at(term, 0) != 4 || fm_u32_at(term, 8) != relation || fm_u32_at(term, 12) != 0x65E00102) return 0;
  const uint8_t* value = fm_pointer_at(term, 16);
  if (fm_u32_at(value, 0) != 0x65E00102) return 0;
  key->size = fm_u32_at(value, 8);
  key->bytes = fm_pointer_at(value, 16);
  return 1;
}
