/* A fake Extended MAPI. It is C, knows nothing of the provider's declarations, and fills and calls vtables by the
 * number of the slot, so that a wrong order of methods or members on the other side cannot work. Behind it:
 * mailbox_shim.h. */
#ifndef MAPISYNC_TESTS_MAPI_FAKE_MAPI_H
#define MAPISYNC_TESTS_MAPI_FAKE_MAPI_H

#include <stdint.h>

#include "tests/mapi/mailbox_shim.h"

#ifdef __cplusplus
extern "C" {
#endif

int32_t fake_mapi_allocate(uint32_t size, void** buffer);
int32_t fake_mapi_allocate_more(uint32_t size, void* root, void** buffer);
uint32_t fake_mapi_free(void* buffer);

/* A folder with one reference, as OpenEntry would give it; `shim` is borrowed. */
void* fake_mapi_open_folder(ShimFolder* shim);

/* What is alive: buffers that nobody freed, objects that nobody released. */
int64_t fake_mapi_live_buffers(void);
int64_t fake_mapi_live_objects(void);

/* Answers that no server should give. */
typedef enum FakeMapiLie {
  kFakeMapiTrue = 0,
  kFakeMapiNoRowSet,           /* QueryRows: success, and no set */
  kFakeMapiOneRowMore,         /* QueryRows: one row more than asked for */
  kFakeMapiRowWithoutValues,   /* QueryRows: a row that counts values and points at none */
  kFakeMapiRestrictionRefused, /* Restrict: too complex */
  kFakeMapiRestrictionIgnored, /* Restrict: success, and all rows */
  kFakeMapiOneValueLess,       /* GetProps, GetNamesFromIDs, GetIDsFromNames: one less than asked for */
  kFakeMapiNoObject            /* OpenProperty, GetContentsTable, OpenEntry: success, and no object */
} FakeMapiLie;

/* Manners of the exporter that the contract leaves open. */
typedef struct FakeMapiManners {
  uint32_t ask_names;      /* named properties: asks the target for its numbers, with MAPI_CREATE */
  uint32_t skip_commit;    /* IStream::Commit is never called */
  uint32_t swallow_errors; /* Synchronize succeeds whatever the collector answered */
  uint32_t hold_messages;  /* the message that was begun last is released with the exporter only */
  FakeMapiLie lie;
} FakeMapiManners;
void fake_mapi_set_manners(const FakeMapiManners* manners);

#ifdef __cplusplus
}
#endif
#endif
