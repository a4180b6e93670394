#include "tests/mapi/fake/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/mapi/fake/codes.h"

void fm_die(const char* what, uint32_t number) {
  fprintf(stderr, "fake MAPI: %s (%u)\n", what, number);
  abort();
}

typedef struct Block {
  uint64_t magic;
  struct Block* more;
} Block;
static const uint64_t kRoot = 0x4649525354424C4BULL, kMore = 0x4D4F5245424C4B53ULL;
static int64_t live_buffers;

static Block* new_block(uint32_t size, uint64_t magic) {
  Block* block = malloc(sizeof(Block) + size);
  if (block == NULL) return NULL;
  memset(block + 1, 0xCD, size);
  block->magic = magic;
  block->more = NULL;
  return block;
}

int32_t fake_mapi_allocate(uint32_t size, void** buffer) {
  Block* block = new_block(size, kRoot);
  if (block == NULL) return kNoMemory;
  ++live_buffers;
  *buffer = block + 1;
  return kOk;
}

static Block* root_of(void* buffer) {
  Block* block = (Block*)buffer - 1;
  if (block->magic != kRoot) fm_die("not a buffer that can be freed or extended", 0);
  return block;
}

int32_t fake_mapi_allocate_more(uint32_t size, void* root, void** buffer) {
  Block* owner = root_of(root);
  Block* block = new_block(size, kMore);
  if (block == NULL) return kNoMemory;
  block->more = owner->more;
  owner->more = block;
  *buffer = block + 1;
  return kOk;
}

uint32_t fake_mapi_free(void* buffer) {
  if (buffer == NULL) return 0;
  Block* block = root_of(buffer);
  block->magic = 0;
  while (block != NULL) {
    Block* next = block->more;
    free(block);
    block = next;
  }
  --live_buffers;
  return 0;
}

int64_t fake_mapi_live_buffers(void) { return live_buffers; }

void* fm_take(uint32_t size, void* root) {
  void* out = NULL;
  if (fake_mapi_allocate_more(size == 0 ? 1 : size, root, &out) != kOk) fm_die("out of memory", size);
  return out;
}

void* fm_copy(const void* bytes, uint32_t size, void* root) {
  void* out = fm_take(size, root);
  if (size != 0) memcpy(out, bytes, size);
  return out;
}

uint32_t fm_u32_at(const uint8_t* bytes, size_t offset) {
  uint32_t out = 0;
  memcpy(&out, bytes + offset, 4);
  return out;
}
const uint8_t* fm_pointer_at(const uint8_t* bytes, size_t offset) {
  const uint8_t* out = NULL;
  memcpy(&out, bytes + offset, 8);
  return out;
}
