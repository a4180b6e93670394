/* IMAPITable over the rows of a folder. */
#ifndef MAPISYNC_TESTS_MAPI_FAKE_TABLE_H
#define MAPISYNC_TESTS_MAPI_FAKE_TABLE_H

#include "tests/mapi/fake/object.h"

/* `shim` is owned by the table from now on. */
void* fm_new_table(ShimFolder* folder, ShimTable* shim);

#endif
