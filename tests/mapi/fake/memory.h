/* The memory of the fake MAPI: MAPIAllocateBuffer and its kin, which know what is theirs. */
#ifndef MAPISYNC_TESTS_MAPI_FAKE_MEMORY_H
#define MAPISYNC_TESTS_MAPI_FAKE_MEMORY_H

#include <stddef.h>
#include <stdint.h>

#include "tests/mapi/fake_mapi.h"

/* Ends the test program: what must never happen did. */
void fm_die(const char* what, uint32_t number);
/* From `root`, a buffer that fake_mapi_allocate gave; never null. */
void* fm_take(uint32_t size, void* root);
void* fm_copy(const void* bytes, uint32_t size, void* root);

/* What lies at an offset of somebody else's structure. */
uint32_t fm_u32_at(const uint8_t* bytes, size_t offset);
const uint8_t* fm_pointer_at(const uint8_t* bytes, size_t offset);

#endif
