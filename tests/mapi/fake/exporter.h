/* IExchangeExportChanges 1 and 3. */
#ifndef MAPISYNC_TESTS_MAPI_FAKE_EXPORTER_H
#define MAPISYNC_TESTS_MAPI_FAKE_EXPORTER_H

#include <stdint.h>

#include "tests/mapi/fake/object.h"

typedef struct FmExporter {
  FmObject object;
  ShimExporter* shim;
  void* collector;
  int32_t told; /* what the collector, or an object of its, answered to the call that failed */
  uint8_t wants_entry_id, wants_size;
  /* What Config was given: looked at again in every step, because nobody promised to copy it. */
  const uint8_t *restriction, *include, *exclude, *list;
  uint64_t fingerprint;
  void* held;
} FmExporter;

/* `shim` is owned by the exporter from now on. */
void* fm_new_exporter(ShimFolder* folder, ShimExporter* shim);

#endif
