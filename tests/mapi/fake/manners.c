#include "tests/mapi/fake/manners.h"

static FakeMapiManners manners;

void fake_mapi_set_manners(const FakeMapiManners* wanted) { manners = *wanted; }
const FakeMapiManners* fm_manners(void) { return &manners; }
int fm_lies(FakeMapiLie lie) { return manners.lie == lie; }
