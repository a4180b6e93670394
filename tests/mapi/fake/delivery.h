/* What an export pours into the other side: its collector, and the messages, attachments and streams it hands out. */
#ifndef MAPISYNC_TESTS_MAPI_FAKE_DELIVERY_H
#define MAPISYNC_TESTS_MAPI_FAKE_DELIVERY_H

#include "tests/mapi/fake/exporter.h"

/* Calls `exporter`'s collector by slot numbers. */
ShimCallbacks fm_delivery(FmExporter* exporter);
/* The message that manners.hold_messages kept. */
void fm_release_held(FmExporter* exporter);

#endif
