/* SRestriction, as far as the fake understands it. */
#ifndef MAPISYNC_TESTS_MAPI_FAKE_RESTRICTION_H
#define MAPISYNC_TESTS_MAPI_FAKE_RESTRICTION_H

#include "tests/mapi/mailbox_shim.h"

/* A term of a restriction, 32 bytes: PR_SOURCE_KEY, compared by `relation`. 0: it is something else. */
int fm_read_term(const uint8_t* term, uint32_t relation, ShimItem* key);

#endif
