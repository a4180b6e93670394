/* How this fake behaves just now. */
#ifndef MAPISYNC_TESTS_MAPI_FAKE_MANNERS_H
#define MAPISYNC_TESTS_MAPI_FAKE_MANNERS_H

#include "tests/mapi/fake_mapi.h"

const FakeMapiManners* fm_manners(void);
int fm_lies(FakeMapiLie lie);

#endif
